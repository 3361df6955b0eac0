package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.function.EventSource.KafkaTopic;
import dev.mayfly.contracts.triggers.EventFilter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what is read of one partition, in order, one batch at a time, on a thread of its own. The consumer's thread
 * hands records in and asks how far it got.
 */
final class PartitionWorker {
    private static final Logger log = LoggerFactory.getLogger(PartitionWorker.class);
    static final int LARGEST_BATCH = 6_000_000;
    private static final int FEWEST_WAITING = 500;

    private final KafkaTopic source;
    private final EventFilter filter;
    private final BatchDelivery delivery;
    private final SourceMetrics metrics;
    private final SourceMemory memory;
    private final Stopping stopping = new Stopping();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
    private final Thread thread;
    private long waitingBytes;
    private volatile long done = -1;
    private volatile @Nullable Long diedAt;

    PartitionWorker(
            KafkaTopic source,
            int partition,
            EventFilter filter,
            BatchDelivery delivery,
            SourceMetrics metrics,
            SourceMemory memory) {
        this.source = source;
        this.filter = filter;
        this.delivery = delivery;
        this.metrics = metrics;
        this.memory = memory;
        this.thread = Thread.ofVirtual()
                .name("source-" + source.id() + "-" + partition)
                .uncaughtExceptionHandler(this::died)
                .start(this::run);
    }

    /** Hands in what was read next. */
    void add(List<ConsumerRecord<byte[], byte[]>> records) {
        lock.lock();
        try {
            if (stopping.isStopped()) {
                return;
            }
            waiting.addAll(records);
            records.forEach(each -> take(KafkaRecords.eventBytes(each)));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void take(int bytes) {
        waitingBytes += bytes;
        memory.add(bytes);
    }

    private void died(Thread worker, Throwable cause) {
        log.error("{} broke off after offset {}; another takes over", worker.getName(), done, cause);
        delivery.broke();
        diedAt = System.nanoTime();
    }

    /** Whether it broke off by itself, as long ago as that: it does nothing any more. */
    boolean hasBeenDeadFor(Duration time) {
        Long since = diedAt;
        return since != null && System.nanoTime() - since >= time.toNanos();
    }

    /** Whether nothing more should be read for now. */
    boolean isFull() {
        if (diedAt != null) {
            return true;
        }
        lock.lock();
        try {
            return waitingBytes > LARGEST_BATCH
                    || waitingBytes > 0 && memory.isFull()
                    || waiting.size() > Math.max(FEWEST_WAITING, 2 * source.batchSize());
        } finally {
            lock.unlock();
        }
    }

    /** The offset up to which all is done, exclusive; -1 when nothing is. */
    long done() {
        return done;
    }

    private void run() {
        try {
            while (true) {
                Batch batch = next();
                if (!batch.records().isEmpty()) {
                    try (var share = memory.share(batch.bytes(), stopping)) {
                        delivery.deliver(batch.records(), stopping);
                    }
                }
                done = batch.end();
            }
        } catch (Stopping.StoppedException e) {
            // Whoever gets the partition next begins at what was committed.
            return;
        } finally {
            forget();
        }
    }

    private void forget() {
        lock.lock();
        try {
            stopping.stop();
            waiting.clear();
            memory.remove(waitingBytes);
            waitingBytes = 0;
        } finally {
            lock.unlock();
        }
    }

    /** @param end the offset after the last record that was looked at */
    private record Batch(List<ConsumerRecord<byte[], byte[]>> records, int bytes, long end) {}

    private Batch next() throws Stopping.StoppedException {
        lock.lock();
        try {
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            int bytes = 0;
            long end = -1;
            long deadline = 0;
            while (true) {
                stopping.check();
                var head = waiting.peek();
                if (head == null) {
                    if (records.isEmpty() && end >= 0) {
                        return new Batch(records, bytes, end);
                    }
                    long left = records.isEmpty() ? Long.MAX_VALUE : deadline - System.nanoTime();
                    if (left <= 0) {
                        return new Batch(records, bytes, end);
                    }
                    await(left);
                    continue;
                }
                int size = KafkaRecords.eventBytes(head);
                if (!filter.passesAll() && !filter.passes(KafkaRecords.filtered(head))) {
                    metrics.filtered(source.id());
                } else if (!records.isEmpty() && bytes + size > LARGEST_BATCH) {
                    return new Batch(records, bytes, end);
                } else {
                    if (records.isEmpty()) {
                        deadline = System.nanoTime()
                                + Duration.ofMillis(source.windowMillis()).toNanos();
                    }
                    records.add(head);
                    bytes += size;
                }
                waiting.remove();
                take(-size);
                end = head.offset() + 1;
                if (records.size() >= source.batchSize()) {
                    return new Batch(records, bytes, end);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void await(long nanos) throws Stopping.StoppedException {
        try {
            if (nanos == Long.MAX_VALUE) {
                changed.await();
            } else {
                changed.await(nanos, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Stopping.StoppedException();
        }
    }

    /** Begins nothing new. */
    void stop() {
        stopping.stop();
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until what was begun has ended, at most until {@code deadline} (nanoseconds). */
    void join(long deadline) {
        try {
            boolean ended = thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            if (!ended) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
