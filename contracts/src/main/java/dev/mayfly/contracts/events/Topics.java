package dev.mayfly.contracts.events;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;

/** Every Kafka topic of the suite. Whoever starts first creates them all: {@link TopicCreation}. */
public enum Topics {
    /** Key: access key id. Value: {@link dev.mayfly.contracts.identity.AccessKeyRecord}. */
    ACCESS_KEYS("identity.access-keys", 1, Kind.COMPACTED),
    /** Key: account id. Value: {@link dev.mayfly.contracts.identity.AccountRecord}. */
    ACCOUNTS("identity.accounts", 1, Kind.COMPACTED),
    /** Key: {@link dev.mayfly.contracts.function.FunctionVersion#key}. Value: that record. */
    FUNCTION_VERSIONS("function.versions", 1, Kind.COMPACTED),
    /**
     * Key: {@link dev.mayfly.contracts.function.InvocationRules#key}. Value: that record.
     */
    FUNCTION_RULES("function.rules", 1, Kind.COMPACTED),
    /** Key: the mapping's UUID. Value: an event source or schedule. */
    EVENT_SOURCES("function.event-sources", 1, Kind.COMPACTED),
    /** Key: function key. Value: the event's payload, as a CloudEvent. Read by a share group. */
    INVOCATIONS("function.invocations", 8, Kind.LOG),
    /** Invocations that wait for their next attempt. One partition for each step of waiting time, shortest first. */
    DELAYED_INVOCATIONS("function.invocations.delayed", 6, Kind.LOG),
    /** Asynchronous invocations that run for longer, by the invoker that runs them; a tombstone means ended. */
    RUNNING_INVOCATIONS("function.invocations.running", 4, Kind.WORKING_SET),
    /** Invocations that failed for good, with the reason in their attributes. */
    DEAD_INVOCATIONS("function.invocations.dead", 4, Kind.LOG),
    /** Events that wait for their function to be resumed; a tombstone means queued again. Key: the delivery's id. */
    PARKED_INVOCATIONS("function.invocations.parked", 4, Kind.PARKED),
    /**
     * What has become of queued invocations: for those who show the queue, and so that none is run twice. Key: invoker id.
     * Value: {@link dev.mayfly.contracts.queue.QueueChange.Batch}.
     */
    INVOCATION_CHANGES("function.invocations.changes", 8, Kind.LOG),
    /** What people want of the queue. Key: {@link dev.mayfly.contracts.queue.QueueOrder#key}. Value: that record. */
    QUEUE_ORDERS("function.invocations.orders", 1, Kind.COMPACTED),
    /** Where the time of an invocation went. Key: account id and function name, so that a function's travel together. */
    INVOCATION_TRACES("function.invocations.traces", 8, Kind.LOG),
    /** Key: function key. Value: {@link dev.mayfly.contracts.scaling.FunctionLoad}. */
    FUNCTION_LOAD("function.load", 4, Kind.SHORT_LIVED),
    /** Key: host id. Value: {@link dev.mayfly.contracts.scaling.HostStatus}. */
    HOST_STATUS("host.status", 1, Kind.SHORT_LIVED),
    /** Key: function key. Value: {@link dev.mayfly.contracts.scaling.ScalingDecision}. */
    SCALING_DECISIONS("scaling.decisions", 1, Kind.COMPACTED),
    /** Key: bucket. Value: an S3 event record. */
    OBJECT_EVENTS("object.events", 4, Kind.LOG),
    /** Key: account id. Value: {@link dev.mayfly.contracts.usage.UsageEvent}. */
    USAGE_EVENTS("usage.events", 8, Kind.LOG),
    /** Usage events that billing could not read, with the reason in their attributes. */
    DEAD_USAGE_EVENTS("usage.events.dead", 1, Kind.LOG),
    /** Key: function key. Value: one log line. */
    FUNCTION_LOGS("function.logs", 4, Kind.LOG);

    private enum Kind {
        COMPACTED,
        /** Compacted soon and often, since its entries come and go. */
        WORKING_SET,
        /** As {@link #WORKING_SET}, for what may wait for as long as it likes: nothing goes but by its tombstone. */
        PARKED,
        LOG,
        SHORT_LIVED
    }

    /**
     * What every topic takes, in bytes of a batch of one record: an asynchronous event of 1 MiB and its attributes fit.
     * {@link EventPublisher} sends nothing larger; readers get a record of any size.
     */
    static final int MAX_MESSAGE_BYTES = 2_097_152;

    static final String MAX_MESSAGE = "max.message.bytes";
    static final String CLEANUP = "cleanup.policy";
    static final String COMPACT = "compact";

    private final String topic;
    private final int partitions;
    private final Kind kind;

    Topics(String topic, int partitions, Kind kind) {
        this.topic = topic;
        this.partitions = partitions;
        this.kind = kind;
    }

    /** The topic's name on Kafka. */
    public String topic() {
        return topic;
    }

    /** How many partitions the topic is made with. */
    public int partitions() {
        return partitions;
    }

    NewTopic definition() {
        Map<String, String> config = new HashMap<>(
                switch (kind) {
                    case COMPACTED -> Map.of(CLEANUP, COMPACT, "segment.ms", "3600000");
                    case WORKING_SET -> workingSet("compact,delete");
                    case PARKED -> workingSet(COMPACT);
                    case LOG -> Map.of("retention.ms", millis(Duration.ofDays(7)));
                    case SHORT_LIVED -> Map.of("retention.ms", millis(Duration.ofMinutes(10)), "segment.ms", "60000");
                });
        config.put(MAX_MESSAGE, Integer.toString(MAX_MESSAGE_BYTES));
        return new NewTopic(topic, java.util.Optional.of(partitions), java.util.Optional.empty()).configs(config);
    }

    private static Map<String, String> workingSet(String cleanup) {
        return Map.of(
                CLEANUP,
                cleanup,
                "retention.ms",
                millis(Duration.ofDays(1)),
                "segment.ms",
                "60000",
                "segment.bytes",
                "67108864",
                "delete.retention.ms",
                "60000",
                "min.cleanable.dirty.ratio",
                "0.1");
    }

    static List<NewTopic> definitions() {
        return List.of(values()).stream().map(Topics::definition).toList();
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
