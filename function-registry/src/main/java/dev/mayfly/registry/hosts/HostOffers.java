package dev.mayfly.registry.hosts;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.LambdaError;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Listens to the sandbox hosts and knows what those that live offer. */
@Component
public class HostOffers implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(HostOffers.class);

    /** A host that says nothing for longer may be gone, and with it what it kept. Hosts speak every second. */
    private static final Duration STILL_KEEPS = Duration.ofSeconds(5);

    private final RegistryProperties properties;
    private final Clock clock;
    private final Map<String, Heard> hosts = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();
    private volatile boolean running;
    private @Nullable TopicTail tail;

    private record Heard(HostStatus status, Instant at) {}

    HostOffers(RegistryProperties properties, Clock clock) {
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * What is offered now. Waits a little for a first host, and for an offer that {@code settled} takes: a host that has just
     * started says what it has found out so far.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException ServiceException when no host is to be heard
     */
    public Offer now(Predicate<Offer> settled) {
        Predicate<List<HostStatus>> good = hosts -> !hosts.isEmpty() && settled.test(Offer.of(hosts));
        List<HostStatus> live = live();
        if (!good.test(live)) {
            live = await(good);
        }
        if (live.isEmpty()) {
            throw LambdaError.SERVICE.with("No sandbox host is running, so it is unknown which runtimes there are."
                    + " Start a sandbox host and try again.");
        }
        return Offer.of(live);
    }

    /** What is offered now, if any host is heard. */
    public Optional<Offer> heard() {
        List<HostStatus> live = live();
        return live.isEmpty() ? Optional.empty() : Optional.of(Offer.of(live));
    }

    /**
     * Sandboxes of one function version on all hosts.
     *
     * @param started idle or busy
     * @param starting not yet able to take an invocation
     * @param failure why a host could not start one that it is to keep ready; null when none failed
     */
    public record Held(int started, int starting, @Nullable String failure) {}

    /**
     * How many sandboxes the live hosts keep ready of a function version, which {@link FunctionVersion#key} names. What runs beside
     * them because somebody invoked it may be gone the next moment, and does not count.
     */
    public Held held(String functionKey) {
        var sandboxes = heardWithin(STILL_KEEPS).stream()
                .flatMap(host -> host.sandboxes().stream())
                .filter(one -> one.functionKey().equals(functionKey))
                .toList();
        int started = sandboxes.stream().mapToInt(HostOffers::kept).sum();
        int starting = sandboxes.stream()
                .mapToInt(one -> Math.min(one.starting(), one.provisioned() - kept(one)))
                .sum();
        @Nullable
        String failure = sandboxes.stream()
                .map(HostStatus.Sandboxes::failure)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return new Held(started, starting, failure);
    }

    private static int kept(HostStatus.Sandboxes one) {
        return Math.min(one.kept(), one.provisioned());
    }

    /** Where the live hosts are that run {@code runtime} in {@code tier} now. */
    public List<URI> offering(Isolation tier, String runtime) {
        return live().stream()
                .filter(host -> Offer.of(List.of(host)).has(tier, runtime))
                .map(host -> URI.create(host.url()))
                .toList();
    }

    private List<HostStatus> live() {
        Instant oldest = clock.instant().minus(properties.hosts().silence());
        hosts.values().removeIf(host -> host.at().isBefore(oldest));
        return hosts.values().stream().map(Heard::status).toList();
    }

    private List<HostStatus> heardWithin(Duration limit) {
        Instant oldest = clock.instant().minus(limit);
        return hosts.values().stream()
                .filter(host -> !host.at().isBefore(oldest))
                .map(Heard::status)
                .toList();
    }

    /** The live hosts when they are {@code good}, or when the wait is over. */
    private List<HostStatus> await(Predicate<List<HostStatus>> good) {
        long left = properties.hosts().firstWait().toNanos();
        lock.lock();
        try {
            List<HostStatus> live = live();
            while (!good.test(live) && left > 0) {
                left = heard.awaitNanos(left);
                live = live();
            }
            return live;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    private void accept(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            hosts.remove(received.key());
            return;
        }
        hear(Json.read(CloudEvent.from(received).data(), HostStatus.class));
    }

    void hear(HostStatus status) {
        lock.lock();
        try {
            hosts.put(status.hostId(), new Heard(status, clock.instant()));
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void start() {
        running = true;
        Thread.ofVirtual().name("host-offers").start(this::listen);
    }

    private void listen() {
        while (running) {
            try {
                TopicCreation.ensureAll(properties.kafka());
                break;
            } catch (IllegalStateException e) {
                log.warn("Kafka is not ready: {}", e.getMessage());
                pause();
            }
        }
        synchronized (this) {
            if (running) {
                tail = new TopicTail(properties.kafka(), Topics.HOST_STATUS, TopicTail.From.NOW, this::accept);
            }
        }
    }

    private void pause() {
        lock.lock();
        try {
            heard.await(properties.publication().retry().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public synchronized void stop() {
        running = false;
        if (tail != null) {
            tail.close();
            tail = null;
        }
    }

    /** Started before the web server and stopped after it. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
