package dev.mayfly.invoker;

import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.invoker.dispatch.OtherInvokers;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.hosts.HostDirectory;
import dev.mayfly.invoker.load.LoadReporter;
import dev.mayfly.invoker.queue.EventDelivery;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Starts all that talks to Kafka, once Kafka answers, and ends it in order. Named {@code invoker} among the health
 * indicators: up when the functions are known and events can be delivered.
 */
@Component("invokerHealthIndicator")
class InvokerLifecycle implements SmartLifecycle, HealthIndicator {
    private static final Logger log = LoggerFactory.getLogger(InvokerLifecycle.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final InvokerProperties properties;
    private final FunctionDirectory functions;
    private final MinimumIsolation minimums;
    private final HostDirectory hosts;
    private final OtherInvokers others;
    private final EventDelivery delivery;
    private final LoadReporter reporter;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Thread starting;
    private volatile boolean started;

    InvokerLifecycle(
            InvokerProperties properties,
            FunctionDirectory functions,
            MinimumIsolation minimums,
            HostDirectory hosts,
            OtherInvokers others,
            EventDelivery delivery,
            LoadReporter reporter) {
        this.properties = properties;
        this.functions = functions;
        this.minimums = minimums;
        this.hosts = hosts;
        this.others = others;
        this.delivery = delivery;
        this.reporter = reporter;
    }

    @Override
    public void start() {
        starting = Thread.ofPlatform().daemon().name("invoker-start").start(this::startOnceKafkaAnswers);
    }

    private void startOnceKafkaAnswers() {
        try {
            while (stopping.getCount() > 0) {
                try {
                    TopicCreation.ensureAll(properties.kafka());
                    functions.listen(properties.kafka());
                    minimums.listen(properties.kafka());
                    hosts.listen(properties.kafka());
                    others.listen(properties.kafka());
                    delivery.start();
                    reporter.start();
                    started = true;
                    return;
                } catch (IllegalStateException e) {
                    log.warn("Kafka is not ready for the invoker yet", e);
                }
                if (stopping.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        stopping.countDown();
        Thread thread = starting;
        if (thread != null) {
            thread.interrupt();
        }
        starting = null;
        if (started) {
            delivery.close();
        }
    }

    @Override
    public boolean isRunning() {
        return starting != null;
    }

    @Override
    public Health health() {
        boolean ready = started && functions.isComplete() && minimums.isComplete() && delivery.isReady();
        return (ready ? Health.up() : Health.outOfService())
                .withDetail("functionsKnown", functions.isComplete())
                .withDetail("minimumsKnown", minimums.isComplete())
                .withDetail("delivering", started)
                .build();
    }
}
