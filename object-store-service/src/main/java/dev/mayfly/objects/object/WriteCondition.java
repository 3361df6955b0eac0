package dev.mayfly.objects.object;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import org.jspecify.annotations.Nullable;

/** What must hold of a key for a write to happen. */
public sealed interface WriteCondition {
    /** Nothing. */
    record Always() implements WriteCondition {
        @Override
        public void check(@Nullable StoredObject current) {}
    }

    /** No object is there. */
    record IfAbsent() implements WriteCondition {
        @Override
        public void check(@Nullable StoredObject current) {
            if (current != null) {
                throw ReadConditions.failed("If-None-Match");
            }
        }
    }

    /** The object there has this entity tag, without quotes; any for {@code *}. */
    record IfMatch(String etag) implements WriteCondition {
        @Override
        public void check(@Nullable StoredObject current) {
            if (current == null) {
                throw new S3Exception(S3Error.NO_SUCH_KEY);
            }
            if (!etag.equals("*") && !etag.equals(current.etag())) {
                throw ReadConditions.failed("If-Match");
            }
        }
    }

    /**
     * Fails when it does not hold.
     *
     * @param current null when there is none; a delete marker is none
     * @throws S3Exception PreconditionFailed or NoSuchKey
     */
    void check(@Nullable StoredObject current);

    static WriteCondition of(S3Request request) {
        String ifNoneMatch = request.header("if-none-match");
        String ifMatch = request.header("if-match");
        if (ifNoneMatch != null) {
            if (!ifNoneMatch.strip().equals("*") || ifMatch != null) {
                throw S3Exception.notImplemented("A conditional write other than If-None-Match: * or If-Match");
            }
            return new IfAbsent();
        }
        return ifMatch == null ? new Always() : new IfMatch(ETags.unquoted(ifMatch));
    }
}
