package dev.mayfly.objects.object;

import dev.mayfly.objects.blob.Content;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An object as the index has it.
 *
 * @param etag without quotes
 * @param modifiedAt to the millisecond
 * @param content empty when it was not asked for
 * @param partSizes of an object that was uploaded in parts, else empty
 * @param uploadId the upload that made it, or null
 * @param version which of the key's versions it is
 */
public record StoredObject(
        String key,
        long size,
        String etag,
        Instant modifiedAt,
        ObjectAttributes attributes,
        Content content,
        List<Long> partSizes,
        @Nullable UUID uploadId,
        VersionId version) {

    /** One that is about to be written. */
    public StoredObject(
            String key,
            long size,
            String etag,
            Instant modifiedAt,
            ObjectAttributes attributes,
            Content content,
            List<Long> partSizes,
            @Nullable UUID uploadId) {
        this(key, size, etag, modifiedAt, attributes, content, partSizes, uploadId, VersionId.NULL);
    }
}
