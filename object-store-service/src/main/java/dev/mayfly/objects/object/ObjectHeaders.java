package dev.mayfly.objects.object;

import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Request;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The headers that describe an object. */
public final class ObjectHeaders {
    private static final Map<String, String> NAMES = Map.of(
            "content-type", "Content-Type",
            "cache-control", "Cache-Control",
            "content-disposition", "Content-Disposition",
            "content-encoding", "Content-Encoding",
            "content-language", "Content-Language",
            "expires", "Expires");

    private ObjectHeaders() {}

    static void add(Answer answer, Bucket bucket, StoredObject object) {
        addVersion(answer, bucket, object);
        if (!object.attributes().tags().isEmpty()) {
            answer.with(
                    "x-amz-tagging-count",
                    Integer.toString(object.attributes().tags().size()));
        }
        ObjectLocks.add(answer, object.attributes().lock());
        answer.with("Last-Modified", S3Dates.http(object.modifiedAt()))
                .with("ETag", ETags.quoted(object.etag()))
                .with("Accept-Ranges", "bytes");
        object.attributes().headers().forEach((name, value) -> answer.with(NAMES.getOrDefault(name, name), value));
        object.attributes().metadata().forEach((name, value) -> answer.with("x-amz-meta-" + name, value));
    }

    /** Names the version, where the bucket has such. */
    public static void addVersion(Answer answer, Optional<VersionId> version) {
        version.ifPresent(id -> answer.with(VersionId.HEADER, id.text()));
    }

    /** Names the version that was changed, where its bucket has such. */
    static void addVersion(Answer answer, Bucket bucket, StoredObject object) {
        if (bucket.isVersioned()) {
            answer.with(VersionId.HEADER, object.version().text());
        }
    }

    /** Lets a signed request override headers by {@code response-...} parameters. */
    static void override(Answer answer, S3Request request) {
        NAMES.forEach((parameter, name) -> {
            String value = request.query("response-" + parameter);
            if (value != null) {
                if (value.chars().anyMatch(c -> c < 0x20 && c != '\t' || c == 0x7F)) {
                    throw S3Exception.invalidArgument(
                            "response-" + parameter, value, "Header values must not hold control characters");
                }
                answer.with(name, new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
            }
        });
    }

    public static void addChecksum(Answer answer, @Nullable ObjectChecksum checksum) {
        if (checksum != null) {
            answer.with(checksum.algorithm().header(), checksum.value())
                    .with("x-amz-checksum-type", checksum.type().name());
        }
    }
}
