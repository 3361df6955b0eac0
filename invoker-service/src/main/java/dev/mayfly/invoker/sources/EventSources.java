package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.TenantBrokers;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.contracts.function.SourceReport;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** All that invokes functions by itself in this process, as {@code function.event-sources} says. */
final class EventSources implements SmartLifecycle {
    private static final Duration TICK_PAUSE = Duration.ofSeconds(1);

    private final String kafka;
    private final SourceDirectory directory = new SourceDirectory(this::changed);
    private final Map<String, KafkaPoller> pollers = new HashMap<>();
    private final TenantBrokers brokers;
    private final FunctionCalls calls;
    private final FailureDestination destination;
    private final SourceReports reports;
    private final SourceMetrics metrics;
    private final SourceMemory memory;
    private final SourceSettings settings;
    private final Clock clock;
    private final ObjectEvents objects;
    private final DueTimes times;
    private final ScheduleTicker ticker;
    private volatile boolean running;

    EventSources(
            String kafka,
            TenantBrokers brokers,
            FunctionCalls calls,
            AsyncCalls async,
            FailureDestination destination,
            SourceReports reports,
            SourceMetrics metrics,
            SourceSettings settings,
            Clock clock) {
        this.kafka = kafka;
        this.brokers = brokers;
        this.calls = calls;
        this.destination = destination;
        this.reports = reports;
        this.metrics = metrics;
        this.memory = new SourceMemory(settings.memory());
        this.settings = settings;
        this.clock = clock;
        this.objects = new ObjectEvents(kafka, async, reports, metrics);
        this.times = new DueTimes(settings.catchUp());
        this.ticker = new ScheduleTicker(
                kafka,
                "schedules",
                times,
                directory::isComplete,
                new Ticks(async::accept, async.region(), metrics, TICK_PAUSE, clock),
                metrics,
                settings.session(),
                clock);
    }

    /** Waits for Kafka by itself. */
    @Override
    public void start() {
        running = true;
        reports.start();
        directory.listen(kafka);
        objects.start();
        ticker.start();
    }

    private synchronized void changed(String id, @Nullable EventSource source) {
        var before = pollers.get(id);
        if (before != null) {
            if (before.reads(source)) {
                return;
            }
            pollers.remove(id);
            before.stop();
        }
        objects.remove(id);
        times.remove(id);
        if (source == null) {
            reports.forget(id);
            return;
        }
        if (!running) {
            return;
        }
        switch (source) {
            case EventSource.KafkaTopic topic when topic.enabled() -> pollers.put(id, poller(topic));
            case EventSource.Bucket bucket when bucket.enabled() -> objects.add(bucket);
            case Schedule schedule -> {
                if (schedule.enabled()) {
                    times.put(schedule);
                }
            }
            default -> reports.say(source, SourceReport.Phase.STOPPED, null);
        }
    }

    private KafkaPoller poller(EventSource.KafkaTopic topic) {
        var delivery = new BatchDelivery(topic, calls, destination, reports, metrics, settings, clock);
        return new KafkaPoller(topic, brokers, delivery, reports, metrics, memory, settings);
    }

    @Override
    public void stop() {
        synchronized (this) {
            running = false;
            pollers.values().forEach(KafkaPoller::stop);
        }
        directory.close();
        pollers.values().forEach(KafkaPoller::close);
        ticker.close();
        objects.close();
        reports.close();
        destination.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
