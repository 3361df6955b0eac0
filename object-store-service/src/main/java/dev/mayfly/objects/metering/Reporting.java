package dev.mayfly.objects.metering;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageJournal;
import dev.mayfly.contracts.usage.UsageShipper;
import dev.mayfly.objects.MayflyProperties;
import dev.mayfly.objects.ObjectsProperties;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The usage journal, its shipper and the relay, for as long as the service runs: they start before the first request. */
@Component
class Reporting implements SmartLifecycle {
    static final String SOURCE = "/mayfly/object-store-service";

    private final MayflyProperties mayfly;
    private final ObjectsProperties objects;
    private final Outbox outbox;
    private volatile @Nullable UsageJournal journal;
    private @Nullable UsageShipper shipper;
    private @Nullable OutboxRelay relay;
    private @Nullable EventPublisher publisher;

    Reporting(MayflyProperties mayfly, ObjectsProperties objects, Outbox outbox) {
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
        var connected = new EventPublisher(mayfly.kafka());
        publisher = connected;
        shipper = new UsageShipper(opened, connected, SOURCE, objects.shipInterval());
        relay = new OutboxRelay(outbox, connected, mayfly, objects);
        journal = opened;
    }

    @Override
    public void stop() {
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
