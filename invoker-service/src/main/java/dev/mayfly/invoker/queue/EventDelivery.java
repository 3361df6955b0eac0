package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TenantTopics;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.InvokerProperties;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.objects.Buckets;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** All that delivers queued events in this process, from its start to its end. */
public final class EventDelivery implements AutoCloseable {
    private static final Duration FINISH = Duration.ofSeconds(3);
    private static final Duration STEP = Duration.ofMillis(50);
    private static final Duration BUCKET_LIMIT = Duration.ofSeconds(20);

    private final String kafka;
    private final QueueSettings settings;
    private final Retrying retrying = new Retrying();
    private final SettledEvents settledEvents;
    private final Orders orders = new Orders();
    private final Parking parking;
    private final RunningEvents events;
    private final Leases leases;
    private final DelayLine delayLine;
    private final Buckets buckets;
    private final BooleanSupplier functionsKnown;
    private final List<Pump> pumps;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean delivering;
    private final Thread starting =
            Thread.ofPlatform().daemon().name("queue-start").unstarted(this::startOnceComplete);

    EventDelivery(
            InvokerProperties properties,
            String invokerId,
            QueueSettings settings,
            EventPublisher publisher,
            EventQueue queue,
            FunctionDirectory functions,
            MinimumIsolation minimums,
            Dispatcher dispatcher,
            Vouching vouching,
            MeterRegistry metrics,
            Clock clock) {
        this.kafka = properties.kafka();
        this.settings = settings;
        this.functionsKnown = () -> functions.isComplete() && minimums.isComplete();
        this.settledEvents = new SettledEvents(settings.remembered());
        this.buckets = new Buckets(properties.services().objects(), vouching, BUCKET_LIMIT);
        this.parking = new Parking(
                publisher, queue, orders, new PlacedEvents(kafka, Topics.PARKED_INVOCATIONS), retrying, clock);
        var destinations =
                new Destinations(publisher, queue, TenantTopics.sharing(settings.sharedTopics()), buckets, clock);
        this.events = new RunningEvents(
                new Delivery(functions, minimums, dispatcher, orders, destinations, settings, clock),
                queue,
                new ChangeLog(publisher, invokerId),
                settledEvents,
                parking,
                retrying,
                new QueueMetrics(metrics),
                clock,
                settings);
        this.leases = new Leases(
                invokerId,
                publisher,
                queue,
                new PlacedEvents(kafka, Topics.RUNNING_INVOCATIONS),
                retrying,
                parking,
                settings,
                System::nanoTime);
        this.delayLine = new DelayLine(kafka, settings.group() + "-delayed", queue, retrying, clock);
        this.pumps = new ArrayList<>();
        IntStream.range(0, settings.consumers())
                .forEach(n -> pumps.add(
                        new Pump(kafka, Topics.INVOCATIONS.topic(), settings, events, leases, queue, retrying)));
    }

    /** Begins to deliver, once it knows what has been ordered and what is over. The topics must exist. */
    public void start() {
        configureGroup();
        settledEvents.listen(kafka);
        orders.listen(kafka);
        parking.listen(kafka);
        leases.start(kafka);
        starting.start();
    }

    private void startOnceComplete() {
        try {
            while (!(isReady() && functionsKnown.getAsBoolean())) {
                if (retrying.pause(STEP)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        lock.lock();
        try {
            if (!retrying.isStopped()) {
                delayLine.start();
                pumps.forEach(Pump::start);
                delivering = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether it can work. */
    public boolean isReady() {
        return leases.isComplete() && settledEvents.isComplete() && orders.isComplete() && parking.isComplete();
    }

    /** Events that run now. */
    public int running() {
        return events.size();
    }

    /** A share group reads from the end by default, which would lose what was accepted before its first consumer came. */
    private void configureGroup() {
        var group = new ConfigResource(ConfigResource.Type.GROUP, settings.group());
        var wanted = Map.of(
                "share.auto.offset.reset", "earliest",
                "share.record.lock.duration.ms",
                        Long.toString(settings.recordLock().toMillis()),
                "share.delivery.count.limit", "10");
        var changes = wanted.entrySet().stream()
                .map(entry ->
                        new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        try (var admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka))) {
            admin.incrementalAlterConfigs(Map.of(group, changes)).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka refuses the settings of share group " + settings.group(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private void endDelivery() {
        lock.lock();
        try {
            if (delivering) {
                pumps.forEach(Pump::close);
                delayLine.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing new, gives what runs a few seconds, and leaves the rest to redelivery. */
    @Override
    public void close() {
        retrying.stop();
        starting.interrupt();
        endDelivery();
        try {
            events.finish(FINISH);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        leases.close();
        events.close();
        settledEvents.close();
        orders.close();
        parking.close();
        buckets.close();
    }
}
