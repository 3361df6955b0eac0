package dev.mayfly.invoker.sources;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How event sources are read.
 *
 * @param sharedTopics topics of Mayfly's own broker that every account may read and write, besides those that begin with its
 *     id and a dot; none by default
 * @param brokers {@code host:port} of brokers that may be connected to although their address is not public; none by default
 * @param memory bytes of records of topics that wait in this process at most, and of large batches that are under way;
 *     default 16 MiB
 * @param giveUpAfter how long a batch is tried that may be tried without limit, so that none blocks its partition for ever;
 *     default 6 h
 * @param backOff before a failed batch is tried again, doubled each time; default 500 ms
 * @param longestBackOff the longest such wait; default 30 s
 * @param answerWait how long a poller waits at its end for the function to answer; default 3 s
 * @param session after this long without a sign of life another invoker takes over what one has read; default 10 s
 * @param catchUp how late a tick of a schedule may begin: the newest that was missed within this time is made up for, older
 *     ones are skipped; default 5 min
 */
@ConfigurationProperties("mayfly.invoker.sources")
public record SourceSettings(
        @DefaultValue List<String> sharedTopics,
        @DefaultValue List<String> brokers,
        @DefaultValue("16777216") int memory,
        @DefaultValue("6h") Duration giveUpAfter,
        @DefaultValue("500ms") Duration backOff,
        @DefaultValue("30s") Duration longestBackOff,
        @DefaultValue("3s") Duration answerWait,
        @DefaultValue("10s") Duration session,
        @DefaultValue("5m") Duration catchUp) {

    /** How long to wait after a failure before which there were {@code before} others. */
    Duration backOff(int before) {
        Duration wait = backOff.multipliedBy(1L << Math.min(before, 16));
        return wait.compareTo(longestBackOff) < 0 ? wait : longestBackOff;
    }
}
