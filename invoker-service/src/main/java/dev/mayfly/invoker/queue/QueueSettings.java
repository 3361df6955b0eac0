package dev.mayfly.invoker.queue;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How asynchronous invocations are delivered.
 *
 * @param group the share group that delivers; one per installation; default {@code function-invocations}
 * @param consumers share consumers in this process; default 2
 * @param batch records that one consumer takes at once; default 50
 * @param hold how long a consumer waits for its batch before it leases what still runs and goes on; this bounds how long
 *     a slow function can delay another's events; default 40 ms
 * @param recordLock how long Kafka keeps a record for a consumer that fell silent, 15 - 60 s; default 30 s
 * @param maxInFlight asynchronous invocations that this process runs at once; a function gets at most as many as are
 *     still free, so half when it is alone, and an account twice that; default 2000
 * @param maxInFlightBytes their payloads' bytes at once, shared likewise; default 64 MiB
 * @param remembered request ids of the latest events whose end is remembered, so that they are not run again; default
 *     50,000
 * @param retryDelays before the second, third, ... attempt after the function failed; as many as there are retries where
 *     the function's own settings say nothing; default 1 min, 2 min
 * @param backOff before delivery is tried again after throttling or a failure of the platform: the first, second, ...
 *     and every later time; default 1 s, 5 s, 15 s, 1 min, 2 min, 5 min
 * @param maxAge an event older than this is given up, unless its function's settings say otherwise; default 6 h
 * @param ownerSilence after this long without a sign of life of an invoker, another takes over what it had leased;
 *     default 10 s
 * @param signOfLife how often this invoker says that it lives; default 1 s
 * @param sharedTopics topics of Mayfly's own broker that every account's destinations may write, besides those that begin
 *     with its id and a dot; default none
 */
@ConfigurationProperties("mayfly.invoker.queue")
public record QueueSettings(
        @DefaultValue("function-invocations") String group,
        @DefaultValue("2") int consumers,
        @DefaultValue("50") int batch,
        @DefaultValue("40ms") Duration hold,
        @DefaultValue("30s") Duration recordLock,
        @DefaultValue("2000") int maxInFlight,
        @DefaultValue("67108864") int maxInFlightBytes,
        @DefaultValue("50000") int remembered,
        @DefaultValue({"1m", "2m"}) List<Duration> retryDelays,
        @DefaultValue({"1s", "5s", "15s", "1m", "2m", "5m"}) List<Duration> backOff,
        @DefaultValue("6h") Duration maxAge,
        @DefaultValue("10s") Duration ownerSilence,
        @DefaultValue("1s") Duration signOfLife,
        @DefaultValue List<String> sharedTopics) {}
