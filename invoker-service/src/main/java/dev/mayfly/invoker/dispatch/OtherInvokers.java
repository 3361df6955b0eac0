package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.scaling.FunctionLoad;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the other invokers of the installation run, as they say each second on {@code function.load}. Thread-safe.
 */
public final class OtherInvokers implements AutoCloseable {
    /** Who runs something says so each second; who has not for so long runs nothing, or is gone. */
    private static final long SILENCE = Duration.ofSeconds(3).toNanos();

    private static final long REFRESH = Duration.ofMillis(250).toNanos();

    private record Report(String accountId, String name, String invokerId, int inFlight, long heardAt) {}

    private record Snapshot(Map<String, Elsewhere> accounts, long madeAt) {}

    /**
     * One account's invocations in other invokers.
     *
     * @param functions how many, by function
     * @param invokers how many other invokers run any
     */
    record Elsewhere(Map<String, Integer> functions, int total, int invokers) {
        static final Elsewhere NOTHING = new Elsewhere(Map.of(), 0, 0);

        int of(String name) {
            return functions.getOrDefault(name, 0);
        }

        /**
         * Whether one more fits here, below {@code limit} in all. Each invoker that runs something has an equal share
         * whatever the others do, and what they leave of theirs on top.
         */
        boolean leaves(int here, int limit, int there) {
            return here < limit && (here + there < limit || here < limit / (invokers + 1));
        }
    }

    private final Map<String, Report> reports = new ConcurrentHashMap<>();
    private final String self;
    private final LongSupplier nanoTime;
    private volatile Snapshot snapshot;
    private volatile @Nullable TopicTail tail;

    /** @param self the id of this invoker, whose own reports do not count */
    OtherInvokers(String self, LongSupplier nanoTime) {
        this.self = self;
        this.nanoTime = nanoTime;
        this.snapshot = new Snapshot(Map.of(), nanoTime.getAsLong());
    }

    /** Begins to listen. */
    public void listen(String kafka) {
        tail = new TopicTail(kafka, Topics.FUNCTION_LOAD, TopicTail.From.NOW, this::accept);
    }

    Elsewhere of(String accountId) {
        if (reports.isEmpty()) {
            return Elsewhere.NOTHING;
        }
        var current = snapshot;
        long now = nanoTime.getAsLong();
        if (now - current.madeAt > REFRESH) {
            current = new Snapshot(summed(now), now);
            snapshot = current;
        }
        return current.accounts.getOrDefault(accountId, Elsewhere.NOTHING);
    }

    private Map<String, Elsewhere> summed(long now) {
        reports.values().removeIf(report -> now - report.heardAt > SILENCE);
        var functions = new HashMap<String, Map<String, Integer>>();
        var invokers = new HashMap<String, Set<String>>();
        for (var report : reports.values()) {
            functions
                    .computeIfAbsent(report.accountId, id -> new HashMap<>())
                    .merge(report.name, report.inFlight, Integer::sum);
            invokers.computeIfAbsent(report.accountId, id -> new HashSet<>()).add(report.invokerId);
        }
        var sums = new HashMap<String, Elsewhere>();
        functions.forEach((accountId, counts) -> sums.put(
                accountId,
                new Elsewhere(
                        counts,
                        counts.values().stream().mapToInt(Integer::intValue).sum(),
                        invokers.getOrDefault(accountId, Set.of()).size())));
        return sums;
    }

    void accept(ConsumerRecord<String, byte[]> received) {
        if (received.value() != null) {
            heard(Json.read(received.value(), FunctionLoad.class));
        }
    }

    void heard(FunctionLoad load) {
        if (load.invokerId().equals(self)) {
            return;
        }
        String id = load.invokerId() + " " + load.functionKey();
        if (load.inFlight() == 0) {
            reports.remove(id);
            return;
        }
        String[] key = load.functionKey().split(":", 3);
        reports.put(id, new Report(key[0], key[1], load.invokerId(), load.inFlight(), nanoTime.getAsLong()));
    }

    @Override
    public void close() {
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
    }
}
