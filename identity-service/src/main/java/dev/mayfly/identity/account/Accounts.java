package dev.mayfly.identity.account;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.identity.AccountRecord;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.identity.accesskey.AccessKeys;
import dev.mayfly.identity.accesskey.NewAccessKey;
import dev.mayfly.identity.publication.ChangeLog;
import dev.mayfly.identity.publication.Feed;
import dev.mayfly.identity.publication.States;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Opens, changes and lists accounts. Every change is told to the suite: it is noted in the same transaction. */
@Service
class Accounts implements States {
    private static final long LOWEST_ID = 100_000_000_000L;
    private static final long IDS = 900_000_000_000L;

    private final AccountRepository accounts;
    private final AccessKeys keys;
    private final ChangeLog changes;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    Accounts(AccountRepository accounts, AccessKeys keys, ChangeLog changes, Clock clock) {
        this.accounts = accounts;
        this.keys = keys;
        this.changes = changes;
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
        changes.note(Feed.ACCOUNTS, id);
        return new Opened(account, keys.create(id, Role.OWNER));
    }

    /** Sets what the account demands of its functions; null when any tier will do. Empty when there is no such account. */
    @Transactional
    public Optional<Account> demand(String id, @Nullable Isolation minimum) {
        Optional<Account> found = accounts.findById(id);
        found.ifPresent(account -> {
            account.demand(minimum);
            changes.note(Feed.ACCOUNTS, id);
        });
        return found;
    }

    @Override
    public Feed feed() {
        return Feed.ACCOUNTS;
    }

    @Override
    @Transactional(readOnly = true)
    public Map<String, AccountRecord> states(Collection<String> ids) {
        return accounts.findByIdIn(ids).stream()
                .map(Account::toRecord)
                .collect(Collectors.toMap(AccountRecord::accountId, account -> account));
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
