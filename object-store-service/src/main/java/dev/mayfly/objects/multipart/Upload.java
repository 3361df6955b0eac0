package dev.mayfly.objects.multipart;

import dev.mayfly.objects.acl.Acl;
import dev.mayfly.objects.body.ChecksumAlgorithm;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.object.ObjectAttributes;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An upload in parts.
 *
 * @param initiator the account that began it
 * @param checksum what its parts are checked by, or null
 * @param checksumType how the object's checksum comes from theirs; null when there is none
 */
record Upload(
        UUID id,
        String key,
        String initiator,
        ObjectAttributes attributes,
        @Nullable ChecksumAlgorithm checksum,
        ObjectChecksum.@Nullable Type checksumType,
        Instant initiatedAt) {
    /** The account that the object will belong to. */
    String owner(Bucket bucket) {
        Acl acl = attributes.acl();
        return acl == null ? bucket.accountId() : acl.owner();
    }
}
