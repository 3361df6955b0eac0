package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.function.InvocationRules;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many invocations run at once, and the limits to that. A function with reserved concurrency runs within it, and takes
 * it out of its account's; one with provisioned concurrency runs within that first and spills over; all others share the
 * account's unreserved rest. What other invokers run counts as far as it was heard of. Thread-safe.
 */
final class Concurrency {
    /** Why an invocation was not admitted. */
    enum Refusal {
        RESERVED,
        UNRESERVED
    }

    /** What a function has for itself: all that it may have, or what it begins with. */
    private record Allotment(int size, boolean isLimit) {
        static @Nullable Allotment of(InvocationRules rules) {
            Integer reserved = rules.reservedConcurrency();
            if (reserved != null) {
                return new Allotment(reserved, true);
            }
            int provisioned = rules.provisioned().stream()
                    .mapToInt(InvocationRules.Provisioned::sandboxes)
                    .sum();
            return provisioned == 0 ? null : new Allotment(provisioned, false);
        }
    }

    private static final class Account {
        final Map<String, Integer> own = new HashMap<>();
        final Map<String, Allotment> allotted = new HashMap<>();
        int shared;
        int allottedInAll;
    }

    /** The right to run one invocation; {@link #close} it once. */
    static final class Permit implements AutoCloseable {
        private final Account account;
        private final @Nullable String function;

        private Permit(Account account, @Nullable String function) {
            this.account = account;
            this.function = function;
        }

        @Override
        public void close() {
            synchronized (account) {
                if (function == null) {
                    account.shared--;
                } else {
                    account.own.computeIfPresent(function, (name, count) -> count == 1 ? null : count - 1);
                }
            }
        }
    }

    private final ConcurrentHashMap<String, Account> accounts = new ConcurrentHashMap<>();
    private final int limit;
    private final OtherInvokers others;

    /** @param limit invocations of one account at once */
    Concurrency(int limit, OtherInvokers others) {
        this.limit = limit;
        this.others = others;
    }

    /** What became of the wish to run one more. */
    sealed interface Admission {
        record Admitted(Permit permit) implements Admission {}

        record Refused(Refusal why) implements Admission {}
    }

    /** These rules hold from now on; what runs already keeps its place. */
    void changed(InvocationRules rules) {
        Account account = of(rules.accountId());
        synchronized (account) {
            var now = Allotment.of(rules);
            var before = now == null ? account.allotted.remove(rules.name()) : account.allotted.put(rules.name(), now);
            account.allottedInAll += (now == null ? 0 : now.size) - (before == null ? 0 : before.size);
        }
    }

    /** Admits one more invocation of that function, if the limits allow. */
    Admission enter(String accountId, String name) {
        var elsewhere = others.of(accountId);
        Account account = of(accountId);
        synchronized (account) {
            var allotment = account.allotted.get(name);
            if (allotment != null) {
                int own = account.own.getOrDefault(name, 0);
                if (elsewhere.leaves(own, allotment.size, elsewhere.of(name))) {
                    account.own.merge(name, 1, Integer::sum);
                    return new Admission.Admitted(new Permit(account, name));
                }
                if (allotment.isLimit) {
                    return new Admission.Refused(Refusal.RESERVED);
                }
            }
            int sharedElsewhere = elsewhere.total();
            if (sharedElsewhere > 0) {
                for (var allotted : account.allotted.entrySet()) {
                    sharedElsewhere -= Math.min(allotted.getValue().size, elsewhere.of(allotted.getKey()));
                }
            }
            if (!elsewhere.leaves(account.shared, limit - account.allottedInAll, sharedElsewhere)) {
                return new Admission.Refused(Refusal.UNRESERVED);
            }
            account.shared++;
            return new Admission.Admitted(new Permit(account, null));
        }
    }

    private Account of(String accountId) {
        return accounts.computeIfAbsent(accountId, id -> new Account());
    }
}
