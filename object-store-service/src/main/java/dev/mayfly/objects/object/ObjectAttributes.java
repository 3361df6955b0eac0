package dev.mayfly.objects.object;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.objects.acl.Acl;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.encryption.Encryption;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLock;
import dev.mayfly.objects.protocol.S3Request;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an object is stored with besides its bytes: one JSON column, since nothing is searched for in it.
 *
 * @param headers the system headers that the client sent, names in lower case
 * @param encryption null when the bytes are kept as they are
 * @param metadata names without {@code x-amz-meta-}, in lower case; values with the bytes of the client
 * @param tags in the order of the client
 * @param lock null when the version was never locked
 * @param acl null for what the bucket's owner owns and nobody else was let in to
 */
public record ObjectAttributes(
        Map<String, String> headers,
        Map<String, String> metadata,
        @Nullable ObjectChecksum checksum,
        Map<String, String> tags,
        @Nullable ObjectLock lock,
        @Nullable Encryption encryption,
        @Nullable Acl acl) {

    private static final String META = "x-amz-meta-";
    private static final int MAX_METADATA_BYTES = 2048;
    private static final String CONTENT_ENCODING = "content-encoding";
    private static final String[] HEADERS = {
        "content-type", "cache-control", "content-disposition", CONTENT_ENCODING, "content-language", "expires"
    };

    /** Where the object's web page sends browsers. */
    public static final String REDIRECT = "x-amz-website-redirect-location";

    private static final int MAX_REDIRECT_BYTES = 2048;

    /** Those stored before there were tags have none. */
    @SuppressWarnings("ConstantValue")
    public ObjectAttributes {
        tags = tags == null ? Map.of() : tags;
    }

    /** @throws S3Exception MetadataTooLarge, or what is wrong with tags */
    public static ObjectAttributes of(S3Request request) {
        var headers = new TreeMap<String, String>();
        for (String name : HEADERS) {
            String value = request.header(name);
            if (value != null && name.equals(CONTENT_ENCODING)) {
                value = withoutAwsChunked(value);
            }
            if (value != null && !value.isEmpty()) {
                headers.put(name, value);
            }
        }
        headers.putIfAbsent("content-type", "binary/octet-stream");
        redirect(request).ifPresent(location -> headers.put(REDIRECT, location));
        var metadata = new TreeMap<String, String>();
        int size = 0;
        for (String header : request.headerNames()) {
            String name = header.toLowerCase(Locale.ROOT);
            if (name.startsWith(META)) {
                String value = request.header(header);
                metadata.put(name.substring(META.length()), value == null ? "" : value);
                size += name.length() - META.length() + (value == null ? 0 : value.length());
            }
        }
        if (size > MAX_METADATA_BYTES) {
            throw new S3Exception(
                    S3Error.METADATA_TOO_LARGE,
                    S3Error.METADATA_TOO_LARGE.message(),
                    Map.of("Size", Integer.toString(size), "MaxSizeAllowed", Integer.toString(MAX_METADATA_BYTES)));
        }
        return new ObjectAttributes(
                headers, metadata, null, ObjectTags.of(request), null, null, request.attached(Acl.class));
    }

    private static Optional<String> redirect(S3Request request) {
        String location = request.header(REDIRECT);
        if (location == null || location.isEmpty()) {
            return Optional.empty();
        }
        if (!location.startsWith("/") && !location.startsWith("http://") && !location.startsWith("https://")) {
            throw new S3Exception(S3Error.INVALID_REDIRECT_LOCATION);
        }
        if (location.length() > MAX_REDIRECT_BYTES) {
            throw new S3Exception(
                    S3Error.INVALID_REDIRECT_LOCATION,
                    "The length of website redirect location cannot exceed 2,048 characters.");
        }
        return Optional.of(location);
    }

    /** As a copy has them that {@code request} asks for: redirects are not copied. */
    ObjectAttributes copied(S3Request request) {
        var kept = new TreeMap<>(headers);
        kept.remove(REDIRECT);
        redirect(request).ifPresent(location -> kept.put(REDIRECT, location));
        return new ObjectAttributes(kept, metadata, checksum, tags, lock, encryption, acl);
    }

    private static String withoutAwsChunked(String encoding) {
        var kept = new StringBuilder();
        for (String one : encoding.split(",")) {
            if (!one.strip().equalsIgnoreCase("aws-chunked")) {
                kept.append(kept.isEmpty() ? "" : ", ").append(one.strip());
            }
        }
        return kept.toString();
    }

    public ObjectAttributes with(@Nullable ObjectChecksum known) {
        return new ObjectAttributes(headers, metadata, known, tags, lock, encryption, acl);
    }

    ObjectAttributes tagged(Map<String, String> others) {
        return new ObjectAttributes(headers, metadata, checksum, others, lock, encryption, acl);
    }

    public ObjectAttributes locked(@Nullable ObjectLock other) {
        return new ObjectAttributes(headers, metadata, checksum, tags, other, encryption, acl);
    }

    ObjectLock lockOrNone() {
        return lock == null ? ObjectLock.NONE : lock;
    }

    public ObjectAttributes with(@Nullable Encryption chosen) {
        return new ObjectAttributes(headers, metadata, checksum, tags, lock, chosen, acl);
    }

    public ObjectAttributes withAcl(@Nullable Acl other) {
        return new ObjectAttributes(headers, metadata, checksum, tags, lock, encryption, other);
    }

    public static ObjectAttributes read(String json) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), ObjectAttributes.class);
    }

    public String json() {
        return Json.text(this);
    }
}
