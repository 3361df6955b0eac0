package dev.mayfly.objects.object;

import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;

/** What must hold of a key for a write to happen. */
public sealed interface WriteCondition {
    /** Nothing. */
    record Always() implements WriteCondition {}

    /** No object is there. */
    record IfAbsent() implements WriteCondition {}

    /** The object there has this entity tag, without quotes. */
    record IfMatch(String etag) implements WriteCondition {}

    static WriteCondition of(S3Request request) {
        String ifNoneMatch = request.header("if-none-match");
        String ifMatch = request.header("if-match");
        if (ifNoneMatch != null) {
            if (!ifNoneMatch.strip().equals("*") || ifMatch != null) {
                throw S3Exception.notImplemented("A conditional write other than If-None-Match: * or If-Match");
            }
            return new IfAbsent();
        }
        return ifMatch == null || ifMatch.strip().equals("*") ? new Always() : new IfMatch(ETags.unquoted(ifMatch));
    }
}
