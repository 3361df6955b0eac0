package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.load.LoadBoard;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** All that delivers queued events in this process, from its start to its end. */
public final class EventDelivery implements AutoCloseable {
    private static final Duration FINISH = Duration.ofSeconds(3);

    private final String kafka;
    private final QueueSettings settings;
    private final Retrying retrying = new Retrying();
    private final RunningEvents events;
    private final Leases leases;
    private final DelayLine delayLine;
    private final List<Pump> pumps;

    EventDelivery(
            String kafka,
            String invokerId,
            QueueSettings settings,
            EventPublisher publisher,
            EventQueue queue,
            FunctionDirectory functions,
            MinimumIsolation minimums,
            Dispatcher dispatcher,
            LoadBoard load,
            Clock clock) {
        this.kafka = kafka;
        this.settings = settings;
        this.events = new RunningEvents(
                new Delivery(functions, minimums, dispatcher, settings, clock), queue, retrying, load, settings);
        this.leases =
                new Leases(invokerId, publisher, queue, new LeaseReader(kafka), retrying, settings, System::nanoTime);
        this.delayLine = new DelayLine(kafka, settings.group() + "-delayed", queue, retrying, clock);
        this.pumps = new ArrayList<>();
        IntStream.range(0, settings.consumers())
                .forEach(n -> pumps.add(
                        new Pump(kafka, Topics.INVOCATIONS.topic(), settings, events, leases, queue, retrying)));
    }

    /** Begins to deliver. The topics must exist. */
    public void start() {
        configureGroup();
        leases.start(kafka);
        delayLine.start();
        pumps.forEach(Pump::start);
    }

    /** Whether it can work. */
    public boolean isReady() {
        return leases.isComplete();
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

    /** Takes nothing new, gives what runs a few seconds, and leaves the rest to redelivery. */
    @Override
    public void close() {
        retrying.stop();
        pumps.forEach(Pump::close);
        delayLine.close();
        try {
            events.finish(FINISH);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        leases.close();
        events.close();
    }
}
