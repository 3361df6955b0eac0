package dev.mayfly.objects.multipart;

import dev.mayfly.objects.blob.Segment;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of an upload.
 *
 * @param etag hex MD5 of its bytes
 * @param checksum Base64, by the upload's algorithm, or null
 */
record Part(
        int number, long size, String etag, @Nullable String checksum, Instant modifiedAt, List<Segment> segments) {}
