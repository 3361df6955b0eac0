package dev.mayfly.autoscaler.rules;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * How many sandboxes a function should have, in the manner of Knative's pod autoscaler: the mean concurrency of a long
 * window in calm times, of a short one in a burst, during which it only rises; plus what the queue calls for; and nothing
 * after the keep-alive. One sandbox runs one invocation at a time.
 */
public final class ScalingRule {
    private static final Duration FRESH = Duration.ofSeconds(3);

    private final ScalingSettings settings;

    public ScalingRule(ScalingSettings settings) {
        this.settings = settings;
    }

    /** @param reason for people, with the figures */
    public record Desired(int sandboxes, String reason) {}

    /**
     * Decides.
     *
     * @param current what was decided before
     * @param lastChange when that was decided
     */
    public Desired decide(LoadHistory load, int current, Instant lastChange, Instant now) {
        if (!load.lastBusy().plus(settings.keepAlive()).isAfter(now)) {
            return new Desired(0, "idle for " + seconds(settings.keepAlive()));
        }
        double stable = load.concurrency(settings.stableWindow(), now);
        double panic = load.concurrency(settings.panicWindow(), now);
        int queued = load.queued(FRESH, now);
        int forQueue = ceil((double) queued / settings.queuedPerSandbox());
        boolean burst = panic >= settings.panicThreshold() * Math.max(1, current);
        int forLoad = burst ? Math.max(ceil(panic), current) : ceil(stable);
        int wanted = Math.min(settings.maxSandboxes(), Math.max(1, forLoad + forQueue));
        // Panic only rises, and what it raised stays for a stable window: bursts come in groups.
        if (wanted < current && now.isBefore(lastChange.plus(settings.stableWindow()))) {
            return new Desired(current, "held for " + seconds(settings.stableWindow()) + " after the last change");
        }
        return new Desired(
                wanted,
                String.format(
                        Locale.ROOT,
                        "%s concurrency %.1f over %s, %d queued",
                        burst ? "burst:" : "stable:",
                        burst ? panic : stable,
                        seconds(burst ? settings.panicWindow() : settings.stableWindow()),
                        queued));
    }

    private static int ceil(double value) {
        return (int) Math.ceil(value - 1e-9);
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }
}
