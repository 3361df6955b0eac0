package dev.mayfly.host.status;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.host.HostProperties;
import dev.mayfly.host.function.FunctionDirectory;
import dev.mayfly.host.lease.SandboxPool;
import dev.mayfly.host.lease.Technologies;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Tells what this host offers and holds, every second, and follows the autoscaler's decisions. */
@Component
class StatusReporter implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(StatusReporter.class);

    private final HostProperties properties;
    private final Technologies technologies;
    private final SandboxPool pool;
    private final FunctionDirectory functions;
    private final EventPublisher publisher;
    private final Clock clock;
    private final TierReport report;
    private final String hostId = "host-" + UUID.randomUUID().toString().substring(0, 8);
    private final Map<String, Integer> provisioned = new ConcurrentHashMap<>();
    private final Instant began;
    private volatile @Nullable ScheduledExecutorService timer;
    private @Nullable TopicTail decisions;

    StatusReporter(
            HostProperties properties,
            Technologies technologies,
            SandboxPool pool,
            FunctionDirectory functions,
            EventPublisher publisher,
            Clock clock) {
        this.properties = properties;
        this.technologies = technologies;
        this.pool = pool;
        this.functions = functions;
        this.publisher = publisher;
        this.clock = clock;
        this.began = clock.instant();
        this.report = new TierReport(properties.data());
    }

    private HostStatus status() {
        return new HostStatus(
                hostId,
                properties.services().self().toString(),
                technologies.tiers(),
                pool.memoryMb(),
                pool.promisedMb(),
                pool.sandboxes(),
                clock.instant());
    }

    private void tick() {
        try {
            pool.sweep();
            keepProvisioned();
            report.tell(technologies.tiers());
            var event = CloudEvent.of(
                    UUID.randomUUID().toString(), "/mayfly/sandbox-host", "dev.mayfly.host.status", hostId, status());
            publisher.publish(Topics.HOST_STATUS, hostId, event).exceptionally(failure -> {
                log.debug("Kafka did not take this host's status: {}", failure.toString());
                return null;
            });
        } catch (RuntimeException e) {
            log.error("This host could not report", e);
        }
    }

    /** A tier that has been tried is offered at once. */
    private void tickNow() {
        var running = timer;
        if (running != null) {
            try {
                running.execute(this::tick);
            } catch (RejectedExecutionException e) {
                log.debug("This host is stopping and reports no more", e);
            }
        }
    }

    private void follow(ConsumerRecord<String, byte[]> received) {
        if (received.value() != null) {
            var decision = Json.read(received.value(), ScalingDecision.class);
            if (decision.provisioned() > 0) {
                provisioned.put(decision.functionKey(), decision.provisioned());
            } else {
                provisioned.remove(decision.functionKey());
            }
            // What was decided before this host began is over, but for what is to be kept ready.
            if (decision.at().isAfter(began)) {
                pool.apply(decision, functions.known(decision.functionKey()));
            }
        } else {
            provisioned.remove(received.key());
        }
    }

    /** A start may have failed, a sandbox died, its code changed, or its function become known only now. */
    private void keepProvisioned() {
        provisioned.forEach((key, count) -> functions.known(key).ifPresent(version -> pool.keep(version, count)));
    }

    @Override
    public void start() {
        var started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("status").factory());
        started.scheduleWithFixedDelay(
                this::tick, 0, properties.statusInterval().toMillis(), TimeUnit.MILLISECONDS);
        timer = started;
        technologies.listen(this::tickNow);
        decisions = new TopicTail(properties.kafka(), Topics.SCALING_DECISIONS, TopicTail.From.BEGINNING, this::follow);
    }

    @Override
    public void stop() {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
        if (decisions != null) {
            decisions.close();
            decisions = null;
        }
    }

    @Override
    public boolean isRunning() {
        return timer != null;
    }

    /** After everything that it reports on. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
