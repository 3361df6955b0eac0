package dev.mayfly.identity.account;

import dev.mayfly.identity.IdentitySettings;
import dev.mayfly.identity.accesskey.AccessKeys;
import dev.mayfly.identity.caller.Caller;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Makes the operator's account and its first owner key where there are none yet. */
@Component
class FirstStart implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(FirstStart.class);

    private final AccountRepository accounts;
    private final AccessKeys keys;
    private final IdentitySettings.Bootstrap bootstrap;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private volatile boolean running;

    FirstStart(
            AccountRepository accounts,
            AccessKeys keys,
            IdentitySettings settings,
            TransactionTemplate transaction,
            Clock clock) {
        this.accounts = accounts;
        this.keys = keys;
        this.bootstrap = settings.bootstrap();
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Before the web server takes requests. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public void start() {
        transaction.executeWithoutResult(status -> ensureOperator());
        running = true;
    }

    private void ensureOperator() {
        if (!accounts.existsById(Caller.OPERATOR_ACCOUNT)) {
            accounts.saveAndFlush(new Account(
                    Caller.OPERATOR_ACCOUNT, "default", clock.instant().truncatedTo(ChronoUnit.MILLIS)));
            log.info("Opened account {}", Caller.OPERATOR_ACCOUNT);
        }
        if (!keys.list(Caller.OPERATOR_ACCOUNT).isEmpty()) {
            return;
        }
        if (bootstrap.accessKeyId().isBlank() || bootstrap.secretAccessKey().isBlank()) {
            log.warn(
                    "Account {} has no access key. Set MAYFLY_BOOTSTRAP_ACCESS_KEY_ID and"
                            + " MAYFLY_BOOTSTRAP_SECRET_ACCESS_KEY and start again.",
                    Caller.OPERATOR_ACCOUNT);
            return;
        }
        keys.bootstrap(Caller.OPERATOR_ACCOUNT, bootstrap.accessKeyId(), bootstrap.secretAccessKey());
        log.info("Made the first owner key {} of account {}", bootstrap.accessKeyId(), Caller.OPERATOR_ACCOUNT);
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
