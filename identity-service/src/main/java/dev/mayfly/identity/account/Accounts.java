package dev.mayfly.identity.account;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.identity.accesskey.AccessKeys;
import dev.mayfly.identity.accesskey.NewAccessKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Opens and lists accounts. */
@Service
class Accounts {
    private static final long LOWEST_ID = 100_000_000_000L;
    private static final long IDS = 900_000_000_000L;

    private final AccountRepository accounts;
    private final AccessKeys keys;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    Accounts(AccountRepository accounts, AccessKeys keys, Clock clock) {
        this.accounts = accounts;
        this.keys = keys;
        this.clock = clock;
    }

    record Opened(Account account, NewAccessKey ownerKey) {}

    /** Opens an account with a first owner key. */
    @Transactional
    public Opened open(String name) {
        String id = Long.toString(LOWEST_ID + random.nextLong(IDS));
        while (accounts.existsById(id)) {
            id = Long.toString(LOWEST_ID + random.nextLong(IDS));
        }
        Account account =
                accounts.saveAndFlush(new Account(id, name, clock.instant().truncatedTo(ChronoUnit.MILLIS)));
        return new Opened(account, keys.create(id, Role.OWNER));
    }

    /** @param startAfter an account id, or empty for the beginning */
    @Transactional(readOnly = true)
    public List<Account> list(String startAfter, int limit) {
        return accounts.findByIdGreaterThanOrderById(startAfter, Limit.of(limit));
    }

    @Transactional(readOnly = true)
    public Optional<Account> find(String id) {
        return accounts.findById(id);
    }
}
