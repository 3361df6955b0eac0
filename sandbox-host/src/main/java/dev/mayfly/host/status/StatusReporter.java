package dev.mayfly.host.status;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.host.HostProperties;
import dev.mayfly.host.function.FunctionDirectory;
import dev.mayfly.host.lease.SandboxPool;
import dev.mayfly.host.lease.Technologies;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
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
    private final ProvisionedShares shares;
    private final Instant began;
    private volatile @Nullable ScheduledExecutorService timer;
    private @Nullable TopicTail decisions;
    private @Nullable TopicTail hosts;

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
        this.shares = new ProvisionedShares(hostId, properties.hostSilence(), System::nanoTime);
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
                Optional<FunctionVersion> version = functions.known(decision.functionKey());
                pool.apply(here(decision, version), version);
            }
        } else {
            provisioned.remove(received.key());
        }
    }

    /** With only this host's share of what is provisioned. */
    private ScalingDecision here(ScalingDecision decision, Optional<FunctionVersion> version) {
        int all = decision.provisioned();
        int share = all == 0
                ? 0
                : version.map(known -> shares.of(known, all).orElse(0)).orElse(0);
        int ahead = Math.max(0, decision.desired() - all);
        return new ScalingDecision(decision.functionKey(), ahead + share, share, decision.reason(), decision.at());
    }

    /** A start may have failed, a sandbox died, its code changed, its function become known only now, or a host come or gone. */
    private void keepProvisioned() {
        provisioned.forEach((key, all) -> functions
                .known(key)
                .ifPresent(version -> shares.of(version, all).ifPresent(share -> pool.keep(version, share))));
    }

    private void hear(ConsumerRecord<String, byte[]> received) {
        if (received.value() != null) {
            long age = Math.clamp(
                    clock.millis() - received.timestamp(),
                    0,
                    properties.hostSilence().toMillis());
            shares.hear(Json.read(received.value(), HostStatus.class), Duration.ofMillis(age));
        }
    }

    @Override
    public void start() {
        var started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("status").factory());
        started.scheduleWithFixedDelay(
                this::tick, 0, properties.statusInterval().toMillis(), TimeUnit.MILLISECONDS);
        timer = started;
        technologies.listen(this::tickNow);
        hosts = new TopicTail(properties.kafka(), Topics.HOST_STATUS, properties.hostSilence(), this::hear);
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
        if (hosts != null) {
            hosts.close();
            hosts = null;
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
