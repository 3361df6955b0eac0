package dev.mayfly.objects.notification;

import dev.mayfly.objects.error.S3Exception;
import java.util.Set;

/**
 * A kind of event that a configuration names.
 *
 * @param name e.g. {@code s3:ObjectCreated:*}
 */
record EventType(String name) {
    private static final String NAMESPACE = "s3:";

    private static final Set<String> TOLD = Set.of(
            "s3:ObjectCreated:*",
            "s3:ObjectCreated:Put",
            "s3:ObjectCreated:Post",
            "s3:ObjectCreated:Copy",
            "s3:ObjectCreated:CompleteMultipartUpload",
            "s3:ObjectRemoved:*",
            "s3:ObjectRemoved:Delete",
            "s3:ObjectRemoved:DeleteMarkerCreated",
            "s3:ObjectTagging:*",
            "s3:ObjectTagging:Put",
            "s3:ObjectTagging:Delete",
            "s3:ObjectAcl:Put",
            "s3:LifecycleExpiration:*",
            "s3:LifecycleExpiration:Delete",
            "s3:LifecycleExpiration:DeleteMarkerCreated");

    /** S3 has them, and they never happen here. */
    private static final Set<String> NEVER = Set.of(
            "s3:ReducedRedundancyLostObject",
            "s3:ObjectRestore:*",
            "s3:ObjectRestore:Post",
            "s3:ObjectRestore:Completed",
            "s3:ObjectRestore:Delete",
            "s3:Replication:*",
            "s3:Replication:OperationFailedReplication",
            "s3:Replication:OperationNotTracked",
            "s3:Replication:OperationMissedThreshold",
            "s3:Replication:OperationReplicatedAfterThreshold",
            "s3:LifecycleTransition",
            "s3:IntelligentTiering");

    /** @throws S3Exception InvalidArgument, or NotImplemented for what never happens in Mayfly */
    static EventType read(String name) {
        if (NEVER.contains(name)) {
            throw S3Exception.notImplemented("The event " + name);
        }
        if (!TOLD.contains(name)) {
            throw S3Exception.invalidArgument("Event", name, "The event is not supported for notifications");
        }
        return new EventType(name);
    }

    /** @param event as it is told, without {@code s3:} */
    boolean includes(String event) {
        return covers(NAMESPACE + event);
    }

    boolean overlaps(EventType other) {
        return covers(other.name) || other.covers(name);
    }

    private boolean covers(String other) {
        return name.endsWith("*") ? other.startsWith(name.substring(0, name.length() - 1)) : name.equals(other);
    }
}
