package dev.mayfly.host.volume;

import dev.mayfly.contracts.volume.VolumeReport;
import dev.mayfly.host.HostProperties;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Tells what volumes hold, for the bill, and does what is asked for in return. */
@Component
class VolumeReporter implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(VolumeReporter.class);

    private final HostProperties properties;
    private final Volumes volumes;
    private final VolumeOffice office;
    private final String hostId = UUID.randomUUID().toString();
    private volatile @Nullable ScheduledExecutorService timer;

    VolumeReporter(HostProperties properties, Volumes volumes, VolumeOffice office) {
        this.properties = properties;
        this.volumes = volumes;
        this.office = office;
    }

    private void tick() {
        try {
            List<VolumeReport.Measured> measured = volumes.measure();
            if (!measured.isEmpty()) {
                volumes.obey(office.report(new VolumeReport(hostId, measured)));
            }
        } catch (IOException e) {
            log.warn("Volumes will be reported later: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.error("Volumes could not be reported", e);
        }
    }

    @Override
    public void start() {
        var started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("volume-reports").factory());
        long interval = properties.volumeInterval().toMillis();
        started.scheduleWithFixedDelay(this::tick, interval, interval, TimeUnit.MILLISECONDS);
        timer = started;
    }

    @Override
    public void stop() {
        ScheduledExecutorService running = timer;
        timer = null;
        if (running != null) {
            running.shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return timer != null;
    }
}
