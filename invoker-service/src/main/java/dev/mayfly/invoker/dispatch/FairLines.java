package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The order in which those ask who wait for room: start-time fair queueing between accounts, by the memory that they ask
 * for; each account's functions by turns; and first come, first served within a function. An account that begins to wait is
 * never behind more than the turns that others have taken already. Not thread-safe.
 *
 * @param <W> who waits
 */
final class FairLines<W> {
    /** A place in the lines; kept while its holder asks. */
    final class Place {
        private final W holder;
        private final FunctionVersion function;
        private final long number = joined++;
        private boolean inLine;

        private Place(W holder, FunctionVersion function) {
            this.holder = holder;
            this.function = function;
        }

        W holder() {
            return holder;
        }

        String functionKey() {
            return function.key();
        }
    }

    private final class Account {
        final LinkedHashMap<String, Deque<Place>> functions = new LinkedHashMap<>();
        final Map<Isolation, Integer> members = new HashMap<>();
        double time = now;
    }

    private final Map<String, Account> accounts = new HashMap<>();
    private double now;
    private int inLine;
    private long joined;

    /** How many stand in the lines and do not ask. */
    int size() {
        return inLine;
    }

    /** Whether anybody of that account waits, or asks, for that tier. */
    boolean hasMembers(String accountId, Isolation isolation) {
        var account = accounts.get(accountId);
        return account != null && account.members.containsKey(isolation);
    }

    /** Joins at the end of the function's line. */
    Place join(FunctionVersion function, W holder) {
        var place = new Place(holder, function);
        Account account = accounts.computeIfAbsent(function.accountId(), id -> new Account());
        account.members.merge(function.isolation(), 1, Integer::sum);
        lineOf(account, place).addLast(place);
        enter(place);
        return place;
    }

    /** Leaves for good. */
    void leave(Place place) {
        Account account = accounts.get(place.function.accountId());
        if (account == null) {
            return;
        }
        if (place.inLine) {
            var line = lineOf(account, place);
            line.remove(place);
            if (line.isEmpty()) {
                account.functions.remove(place.functionKey());
            }
            exit(place);
        }
        account.members.computeIfPresent(place.function.isolation(), (tier, count) -> count == 1 ? null : count - 1);
        if (account.members.isEmpty()) {
            accounts.remove(place.function.accountId());
        }
    }

    /** Who asks next, of none of the functions {@code except}; it is out of the line until it leaves or returns. */
    @Nullable
    Place next(Set<String> except) {
        Account chosen = null;
        String functionKey = null;
        for (Account account : accounts.values()) {
            if (chosen == null || account.time < chosen.time) {
                String candidate = firstFunction(account, except);
                if (candidate != null) {
                    chosen = account;
                    functionKey = candidate;
                }
            }
        }
        if (chosen == null || functionKey == null) {
            return null;
        }
        var line = Objects.requireNonNull(chosen.functions.remove(functionKey));
        Place place = line.removeFirst();
        if (!line.isEmpty()) {
            chosen.functions.putLast(functionKey, line);
        }
        exit(place);
        now = Math.max(now, chosen.time);
        chosen.time += place.function.memoryMb();
        return place;
    }

    /** It was refused: it has its place, and its account its turn, again. */
    void comeBack(Place place) {
        Account account = accounts.get(place.function.accountId());
        if (account == null) {
            throw new IllegalStateException("Nobody comes back who has left");
        }
        account.time -= place.function.memoryMb();
        var line = lineOf(account, place);
        var before = new ArrayDeque<Place>();
        while (!line.isEmpty() && line.getFirst().number < place.number) {
            before.push(line.removeFirst());
        }
        line.addFirst(place);
        before.forEach(line::addFirst);
        account.functions.putFirst(place.functionKey(), line);
        enter(place);
    }

    private @Nullable String firstFunction(Account account, Set<String> except) {
        for (String key : account.functions.keySet()) {
            if (!except.contains(key)) {
                return key;
            }
        }
        return null;
    }

    private Deque<Place> lineOf(Account account, Place place) {
        return account.functions.computeIfAbsent(place.functionKey(), key -> new ArrayDeque<>());
    }

    private void enter(Place place) {
        place.inLine = true;
        inLine++;
    }

    private void exit(Place place) {
        place.inLine = false;
        inLine--;
    }
}
