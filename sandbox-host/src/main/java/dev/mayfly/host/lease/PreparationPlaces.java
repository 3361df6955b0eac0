package dev.mayfly.host.lease;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The places for what is prepared at once. Who waits gets them by turns: those of accounts that have none come before those of
 * accounts that have one. Thread-safe.
 */
final class PreparationPlaces {
    private static final int MOST_WAITING = 32;
    private static final int MOST_WAITING_OF_ONE = 8;

    private final Map<String, Integer> held = new HashMap<>();
    private final List<Waiter> line = new ArrayList<>();
    private int free;

    private record Waiter(String account, CompletableFuture<Place> place) {}

    /** One place, until it is closed. */
    final class Place implements AutoCloseable {
        private final String account;
        private boolean left;

        private Place(String account) {
            this.account = account;
            held.merge(account, 1, Integer::sum);
        }

        @Override
        public void close() {
            synchronized (PreparationPlaces.this) {
                if (!left) {
                    left = true;
                    held.computeIfPresent(account, (_, places) -> places == 1 ? null : places - 1);
                    passOn();
                }
            }
        }
    }

    PreparationPlaces(int places) {
        this.free = places;
    }

    /** A place for something of that account, or null when it had none in time or too many wait. */
    @Nullable
    Place take(String account, Duration atMost) throws InterruptedException {
        var waiter = new Waiter(account, new CompletableFuture<>());
        synchronized (this) {
            if (free > 0) {
                free--;
                return new Place(account);
            }
            if (line.size() >= MOST_WAITING || waiting(account) >= MOST_WAITING_OF_ONE) {
                return null;
            }
            line.add(waiter);
        }
        try {
            return waiter.place.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return leave(waiter);
        } catch (InterruptedException e) {
            Place late = leave(waiter);
            if (late != null) {
                late.close();
            }
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException("No place fails", e);
        }
    }

    synchronized int waiting(String account) {
        return Math.toIntExact(
                line.stream().filter(waiter -> waiter.account.equals(account)).count());
    }

    private synchronized @Nullable Place leave(Waiter waiter) {
        line.remove(waiter);
        return waiter.place.getNow(null);
    }

    private void passOn() {
        if (line.isEmpty()) {
            free++;
            return;
        }
        Waiter next = line.stream()
                .filter(waiter -> !held.containsKey(waiter.account))
                .findFirst()
                .orElse(line.getFirst());
        line.remove(next);
        next.place.complete(new Place(next.account));
    }
}
