package dev.mayfly.observability.logs;

import java.util.HashMap;
import java.util.Map;

/**
 * Places for those who follow logs. An account gets another one as long as it has fewer than are free, and than it may have at
 * most: so there is always one for the next account. Thread-safe.
 */
final class FollowerPlaces {
    private final int perAccount;
    private final Map<String, Integer> taken = new HashMap<>();
    private int free;

    FollowerPlaces(int all, int perAccount) {
        this.free = all;
        this.perAccount = perAccount;
    }

    /** Whether the account got one, which it is to give back. */
    synchronized boolean tryTake(String account) {
        int has = taken.getOrDefault(account, 0);
        if (has >= Math.min(free, perAccount)) {
            return false;
        }
        taken.put(account, has + 1);
        free--;
        return true;
    }

    synchronized void giveBack(String account) {
        taken.computeIfPresent(account, (same, has) -> has > 1 ? has - 1 : null);
        free++;
    }
}
