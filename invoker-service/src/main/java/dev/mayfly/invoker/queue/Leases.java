package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which invoker runs which event for longer, written on a compacted topic that all invokers read whole. Each invoker gives
 * signs of life on the same topic; the leases of one that gives none any more are put back into the queue by the living
 * invoker whose id sorts first. Times are compared on one clock only: that of the invoker that looks. Thread-safe.
 */
final class Leases implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Leases.class);
    private static final String LEASE = "lease/";
    private static final String OWNER = "owner/";
    private static final String SOURCE = "/mayfly/invoker-service";

    private record Lease(String owner, PlacedEvents.Place place) {}

    private final String me;
    private final EventPublisher publisher;
    private final EventQueue queue;
    private final PlacedEvents reader;
    private final Retrying retrying;
    private final Parking parking;
    private final QueueSettings settings;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<String, Lease> leases = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Long> heard = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("leases").factory());
    private final ScheduledExecutorService chores = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("put-back").factory());
    private volatile @Nullable TopicTail tail;

    Leases(
            String me,
            EventPublisher publisher,
            EventQueue queue,
            PlacedEvents reader,
            Retrying retrying,
            Parking parking,
            QueueSettings settings,
            LongSupplier nanoTime) {
        this.me = me;
        this.publisher = publisher;
        this.queue = queue;
        this.reader = reader;
        this.retrying = retrying;
        this.parking = parking;
        this.settings = settings;
        this.nanoTime = nanoTime;
    }

    void start(String kafka) {
        tail = new TopicTail(kafka, Topics.RUNNING_INVOCATIONS, TopicTail.From.BEGINNING, this::accept);
        long interval = settings.signOfLife().toMillis();
        timer.scheduleWithFixedDelay(this::tick, 0, interval, TimeUnit.MILLISECONDS);
        chores.scheduleWithFixedDelay(this::putBack, interval, interval, TimeUnit.MILLISECONDS);
    }

    boolean isComplete() {
        TopicTail current = tail;
        return current != null && current.isCaughtUp();
    }

    /** Completes once the event is safe in this invoker's name, so that its record may be acknowledged. */
    CompletableFuture<Void> take(QueuedEvent event) {
        return publisher.publish(
                Topics.RUNNING_INVOCATIONS, key(event), event.toCloudEvent().with("owner", me));
    }

    /** Ends the lease with {@code ended}. */
    void endWith(QueuedEvent event, CompletableFuture<Void> ended) {
        var unused = ended.thenRunAsync(
                () -> release(key(event)),
                task -> Thread.ofVirtual().name("lease-end").start(task));
    }

    private static String key(QueuedEvent event) {
        return LEASE + event.id();
    }

    private void release(String key) {
        try {
            retrying.untilSafe(() -> publisher.publishTombstone(Topics.RUNNING_INVOCATIONS, key));
        } catch (InterruptedException e) {
            // Shutting down while Kafka is away: the event may be delivered a second time.
            Thread.currentThread().interrupt();
        }
    }

    void accept(ConsumerRecord<String, byte[]> received) {
        String key = received.key();
        long now = nanoTime.getAsLong();
        if (key.startsWith(OWNER)) {
            String owner = key.substring(OWNER.length());
            if (received.value() == null) {
                heard.remove(owner);
            } else {
                heard.put(owner, now);
            }
        } else if (received.value() == null) {
            leases.remove(key);
        } else {
            var header = received.headers().lastHeader("ce_owner");
            String owner = header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
            leases.put(key, new Lease(owner, new PlacedEvents.Place(received.partition(), received.offset())));
            heard.put(owner, now);
        }
    }

    private void tick() {
        try {
            var alive = new CloudEvent(
                    me, SOURCE, "dev.mayfly.invoker.alive", null, Instant.now(), Map.of(), new byte[] {'{', '}'});
            publisher
                    .publish(Topics.RUNNING_INVOCATIONS, OWNER + me, alive)
                    .get(settings.ownerSilence().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException | KafkaException e) {
            log.warn("Kafka heard no sign of life of this invoker: {}", e.toString());
        }
    }

    /** Apart from the signs of life, since it may take long. */
    private void putBack() {
        try {
            if (isComplete() && isFirst()) {
                adoptOrphans();
                parking.releaseWhatIsNotPaused();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException e) {
            log.warn("What is to be put back into the queue cannot be read now: {}", e.toString());
        }
    }

    /** Whether this invoker is the one that does what one alone has to do. */
    boolean isFirst() {
        // One that does not hear itself is deaf, and must not declare others dead.
        return isAlive(me, settings.ownerSilence().dividedBy(2))
                && heard.keySet().stream()
                        .filter(owner -> isAlive(owner, settings.ownerSilence()))
                        .allMatch(owner -> me.compareTo(owner) <= 0);
    }

    private void adoptOrphans() throws InterruptedException {
        var orphans = leases.entrySet().stream()
                .filter(lease -> !isAlive(lease.getValue().owner(), settings.ownerSilence()))
                .toList();
        if (!orphans.isEmpty()) {
            adopt(orphans);
        }
        forgetTheDead();
    }

    private void adopt(List<Map.Entry<String, Lease>> orphans) throws InterruptedException {
        log.info("{} events of invokers that fell silent are delivered again", orphans.size());
        var back = new Requeueing(queue, publisher, Topics.RUNNING_INVOCATIONS, retrying);
        reader.read(
                orphans.stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, orphan -> orphan.getValue().place())),
                back::add);
        back.finish();
        orphans.forEach(orphan -> leases.remove(orphan.getKey(), orphan.getValue()));
    }

    private void forgetTheDead() throws InterruptedException {
        for (String owner : heard.keySet()) {
            if (!isAlive(owner, settings.ownerSilence())) {
                retrying.untilSafe(() -> publisher.publishTombstone(Topics.RUNNING_INVOCATIONS, OWNER + owner));
                heard.remove(owner);
            }
        }
    }

    private boolean isAlive(String owner, Duration silence) {
        Long last = heard.get(owner);
        return last != null && nanoTime.getAsLong() - last < silence.toNanos();
    }

    /** Ends the signs of life, so that others need not wait for the silence. */
    @Override
    public void close() {
        timer.shutdownNow();
        chores.shutdownNow();
        publisher.publishTombstone(Topics.RUNNING_INVOCATIONS, OWNER + me).exceptionally(failure -> {
            log.info("Kafka did not hear that this invoker ends: {}", failure.toString());
            return null;
        });
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
    }
}
