package dev.mayfly.objects.metering;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageJournal;
import dev.mayfly.contracts.usage.UsageShipper;
import dev.mayfly.objects.MayflyProperties;
import dev.mayfly.objects.ObjectsProperties;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The usage journal, its shipper and the relay, for as long as the service runs: they start before the first request. */
@Component
class Reporting implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Reporting.class);
    static final String SOURCE = "/mayfly/object-store-service";

    private final MayflyProperties mayfly;
    private final ObjectsProperties objects;
    private final Outbox outbox;
    private final MeterRegistry metrics;
    private volatile @Nullable UsageJournal journal;
    private @Nullable Thread connecting;
    private @Nullable UsageShipper shipper;
    private @Nullable OutboxRelay relay;
    private @Nullable EventPublisher publisher;

    Reporting(MayflyProperties mayfly, ObjectsProperties objects, Outbox outbox, MeterRegistry metrics) {
        this.metrics = metrics;
        this.mayfly = mayfly;
        this.objects = objects;
        this.outbox = outbox;
    }

    /** Records a use; it is safe when this returns. */
    void append(UsageEvent event) {
        UsageJournal open = journal;
        if (open == null) {
            throw new IllegalStateException("The usage journal is not open");
        }
        open.append(event);
    }

    @Override
    public void start() {
        var opened = new UsageJournal(mayfly.data().resolve("journal"));
        journal = opened;
        connecting = Thread.ofVirtual().name("reporting-start").start(() -> connect(opened));
    }

    /** Requests are served without Kafka; what they leave behind waits here until it is there. */
    private void connect(UsageJournal opened) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TopicCreation.ensureAll(mayfly.kafka());
                begin(opened);
                return;
            } catch (IllegalStateException e) {
                log.warn("Usage and events stay here until Kafka answers: {}", e.toString());
            }
        }
    }

    private synchronized void begin(UsageJournal opened) {
        if (journal == opened) {
            var connected = new EventPublisher(mayfly.kafka());
            publisher = connected;
            shipper = new UsageShipper(opened, connected, SOURCE, objects.shipInterval());
            relay = new OutboxRelay(outbox, connected, mayfly, objects, metrics);
        }
    }

    @Override
    public synchronized void stop() {
        if (connecting != null) {
            connecting.interrupt();
        }
        if (relay != null) {
            relay.close();
        }
        if (shipper != null) {
            shipper.close();
        }
        UsageJournal open = journal;
        journal = null;
        if (open != null) {
            open.close();
        }
        if (publisher != null) {
            publisher.close();
        }
    }

    @Override
    public boolean isRunning() {
        return journal != null;
    }

    @Override
    public int getPhase() {
        return 0;
    }
}
