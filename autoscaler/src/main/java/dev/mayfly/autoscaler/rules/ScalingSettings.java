package dev.mayfly.autoscaler.rules;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How load becomes sandboxes.
 *
 * @param stableWindow over which concurrency is averaged in calm times; default 60 s
 * @param panicWindow over which it is averaged to notice a burst; default 6 s
 * @param panicThreshold a burst is when the panic window needs this many times what is there; default 2.0
 * @param queuedPerSandbox waiting invocations that call for one more sandbox; default 4
 * @param keepAlive after the last arrival, before a function goes to zero; default 10 min
 * @param maxSandboxes of one function, whatever the load; default 1000
 * @param interval between two decisions; default 1 s
 */
@ConfigurationProperties("mayfly.autoscaler")
public record ScalingSettings(
        @DefaultValue("60s") Duration stableWindow,
        @DefaultValue("6s") Duration panicWindow,
        @DefaultValue("2.0") double panicThreshold,
        @DefaultValue("4") int queuedPerSandbox,
        @DefaultValue("10m") Duration keepAlive,
        @DefaultValue("1000") int maxSandboxes,
        @DefaultValue("1s") Duration interval) {}
