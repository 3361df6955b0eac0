package dev.mayfly.host.invocation;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.usage.UsageJournal;
import dev.mayfly.contracts.usage.UsageShipper;
import dev.mayfly.host.HostProperties;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Ships usage for as long as the host runs, and once more at its end. */
@Component
class UsageLifecycle implements SmartLifecycle {
    private final HostProperties properties;
    private final EventPublisher publisher;
    private final UsageJournal journal;
    private @Nullable UsageShipper shipper;

    UsageLifecycle(HostProperties properties, EventPublisher publisher, UsageJournal journal) {
        this.properties = properties;
        this.publisher = publisher;
        this.journal = journal;
    }

    @Override
    public void start() {
        shipper = new UsageShipper(journal, publisher, "/mayfly/sandbox-host", properties.usageInterval());
    }

    @Override
    public void stop() {
        if (shipper != null) {
            shipper.close();
            shipper = null;
        }
    }

    @Override
    public boolean isRunning() {
        return shipper != null;
    }

    /** Before the web server, which is therefore stopped first. */
    @Override
    public int getPhase() {
        return 0;
    }
}
