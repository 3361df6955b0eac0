package dev.mayfly.autoscaler.decisions;

import dev.mayfly.autoscaler.AutoscalerProperties;
import dev.mayfly.autoscaler.rules.ScalingSettings;
import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.scaling.FunctionLoad;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Listens, decides every interval, and publishes what changed. It decides nothing before it knows all that was decided,
 * and a decision stands only once Kafka has it. Named {@code autoscaler} among the health indicators.
 */
@Component("autoscalerHealthIndicator")
class ScalingLoop implements SmartLifecycle, HealthIndicator {
    private static final Logger log = LoggerFactory.getLogger(ScalingLoop.class);

    private final AutoscalerProperties properties;
    private final ScalingSettings settings;
    private final Autoscaler autoscaler;
    private final EventPublisher publisher;
    private volatile @Nullable ScheduledExecutorService timer;
    private volatile @Nullable TopicTail decisions;
    private volatile @Nullable TopicTail loads;
    private volatile @Nullable TopicTail rules;
    private volatile @Nullable TopicTail hosts;

    ScalingLoop(
            AutoscalerProperties properties,
            ScalingSettings settings,
            Autoscaler autoscaler,
            EventPublisher publisher) {
        this.properties = properties;
        this.settings = settings;
        this.autoscaler = autoscaler;
        this.publisher = publisher;
    }

    @Override
    public void start() {
        var executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("scaling-loop").factory());
        timer = executor;
        var unused = executor.scheduleWithFixedDelay(
                this::turn, 0, settings.interval().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void turn() {
        try {
            TopicTail recalled = decisions;
            if (recalled == null) {
                listen();
            } else if (recalled.isCaughtUp() && isCaughtUp(loads) && isCaughtUp(rules)) {
                decide();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            log.warn("No decisions in this turn; the next one tries again", e);
        }
    }

    private void listen() {
        TopicCreation.ensureAll(properties.kafka());
        // Load reports live ten minutes: read whole, they tell what happened while no autoscaler listened.
        loads = new TopicTail(properties.kafka(), Topics.FUNCTION_LOAD, TopicTail.From.BEGINNING, this::heardLoad);
        hosts = new TopicTail(properties.kafka(), Topics.HOST_STATUS, TopicTail.From.NOW, this::heardHost);
        rules = new TopicTail(properties.kafka(), Topics.FUNCTION_RULES, TopicTail.From.BEGINNING, this::heardRules);
        decisions = new TopicTail(
                properties.kafka(), Topics.SCALING_DECISIONS, TopicTail.From.BEGINNING, this::heardDecision);
    }

    private void decide() throws InterruptedException, ExecutionException, TimeoutException {
        for (var decision : autoscaler.decide()) {
            var event = CloudEvent.of(
                    UUID.randomUUID().toString(),
                    "/mayfly/autoscaler",
                    "dev.mayfly.scaling.decision",
                    decision.functionKey(),
                    decision);
            publisher
                    .publish(Topics.SCALING_DECISIONS, decision.functionKey(), event)
                    .get(30, TimeUnit.SECONDS);
            autoscaler.recall(decision);
            log.info("{} -> {} ({})", decision.functionKey(), decision.desired(), decision.reason());
        }
    }

    private void heardLoad(ConsumerRecord<String, byte[]> received) {
        if (received.value() != null) {
            autoscaler.observe(Json.read(received.value(), FunctionLoad.class));
        }
    }

    private void heardHost(ConsumerRecord<String, byte[]> received) {
        if (received.value() != null) {
            autoscaler.observe(Json.read(received.value(), HostStatus.class));
        }
    }

    private void heardRules(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            autoscaler.forgetRules(received.key());
        } else {
            autoscaler.observe(Json.read(received.value(), InvocationRules.class));
        }
    }

    private void heardDecision(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            autoscaler.forget(received.key());
        } else {
            autoscaler.recall(Json.read(received.value(), ScalingDecision.class));
        }
    }

    private static boolean isCaughtUp(@Nullable TopicTail tail) {
        return tail != null && tail.isCaughtUp();
    }

    @Override
    public void stop() {
        ScheduledExecutorService executor = timer;
        if (executor != null) {
            executor.shutdownNow();
        }
        timer = null;
        for (TopicTail tail : new TopicTail[] {loads, hosts, rules, decisions}) {
            if (tail != null) {
                tail.close();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return timer != null;
    }

    @Override
    public Health health() {
        boolean ready = isCaughtUp(decisions) && isCaughtUp(loads) && isCaughtUp(rules);
        return (ready ? Health.up() : Health.outOfService())
                .withDetail("decisionsKnown", ready)
                .build();
    }
}
