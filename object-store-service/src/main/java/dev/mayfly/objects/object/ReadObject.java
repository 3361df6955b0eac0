package dev.mayfly.objects.object;

import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.encryption.Encryption;
import dev.mayfly.objects.encryption.ServerSideEncryption;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Numbers;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What GET and HEAD have in common. */
public final class ReadObject {
    private ReadObject() {}

    public static Answer answer(S3Request request, Bucket bucket, StoredObject object) {
        ServerSideEncryption.refuseMethod(request);
        if (!ReadConditions.hold(request, "", object)) {
            Answer unchanged = Answer.empty(304);
            ObjectHeaders.add(unchanged, bucket, object);
            unchanged.headers().remove("Content-Type");
            return unchanged;
        }
        Encryption encryption = object.attributes().encryption();
        Content content = ServerSideEncryption.unlocked(request, encryption, object.content());
        Integer part = partNumber(request);
        ByteRange range =
                part == null ? ByteRange.parse(request.header("range"), object.size()) : partRange(object, part);
        long length = range == null ? object.size() : range.length();
        Answer answer =
                new Answer(range == null ? 200 : 206, new LinkedHashMap<>(), body(request, content, range, length));
        ObjectHeaders.add(answer, bucket, object);
        ServerSideEncryption.tell(answer, request, encryption);
        ObjectHeaders.override(answer, request);
        if (range != null) {
            answer.with("Content-Range", range.contentRange(object.size()));
        }
        if (part != null && !object.partSizes().isEmpty()) {
            answer.with(
                    "x-amz-mp-parts-count", Integer.toString(object.partSizes().size()));
        }
        if ("ENABLED".equalsIgnoreCase(request.header("x-amz-checksum-mode"))) {
            ObjectHeaders.addChecksum(answer, checksum(object, range, part));
        }
        return answer;
    }

    private static Answer.Body body(S3Request request, Content content, @Nullable ByteRange range, long length) {
        if (request.operation() == S3Operation.HEAD_OBJECT) {
            return new Answer.HeadOnly(length);
        }
        return new Answer.Bytes(range == null ? content : content.range(range.offset(), length), length);
    }

    /** That of what is sent, where it is known. */
    private static @Nullable ObjectChecksum checksum(
            StoredObject object, @Nullable ByteRange range, @Nullable Integer part) {
        ObjectChecksum whole = object.attributes().checksum();
        if (range == null || whole == null) {
            return whole;
        }
        return part == null
                ? null
                : whole.ofPart(part)
                        .map(value -> new ObjectChecksum(whole.algorithm(), value, whole.type()))
                        .orElse(null);
    }

    private static @Nullable Integer partNumber(S3Request request) {
        String text = request.query("partNumber");
        if (text == null) {
            return null;
        }
        if (request.header("range") != null) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST, "Cannot specify both Range header and partNumber query parameter.");
        }
        return Numbers.query(request, "partNumber", 1, Integer.MAX_VALUE);
    }

    private static @Nullable ByteRange partRange(StoredObject object, int part) {
        List<Long> sizes = object.partSizes().isEmpty() ? List.of(object.size()) : object.partSizes();
        if (part < 1 || part > sizes.size()) {
            throw new S3Exception(S3Error.INVALID_PART, "The requested partnumber is not satisfiable");
        }
        long offset =
                sizes.subList(0, part - 1).stream().mapToLong(Long::longValue).sum();
        long length = sizes.get(part - 1);
        return length == 0 ? null : new ByteRange(offset, length);
    }
}
