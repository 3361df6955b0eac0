package dev.mayfly.observability;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be set.
 *
 * @param trustKey Base64 of 32 bytes, the same for every service of the installation; no default
 * @param kafka bootstrap servers, {@code host:port} separated by commas; no default
 * @param observability the service's own settings
 */
@ConfigurationProperties("mayfly")
public record ObservabilitySettings(
        String trustKey, String kafka, @DefaultValue Observability observability) {

    /**
     * Settings of this service alone.
     *
     * @param batchRecords the most records that one transaction of a projection takes in; default 2000
     * @param retryDelay how long to wait when Kafka or PostgreSQL is away; default 1 s
     * @param logRetention how long log lines are kept, in whole days; default 7 d
     * @param traceRetention how long invocations' traces are kept, in whole days; default 7 d
     * @param followers how many may follow logs at once; more are refused; default 200
     * @param followersPerAccount how many of them may be of one account, as long as at least as many places are free; default 50
     * @param followInterval how often a follower is told of new lines; default 300 ms
     */
    public record Observability(
            @DefaultValue("2000") int batchRecords,
            @DefaultValue("1s") Duration retryDelay,
            @DefaultValue("7d") Duration logRetention,
            @DefaultValue("7d") Duration traceRetention,
            @DefaultValue("200") int followers,
            @DefaultValue("50") int followersPerAccount,
            @DefaultValue("300ms") Duration followInterval) {}
}
