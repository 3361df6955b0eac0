package dev.mayfly.objects.error;

import java.util.Map;

/** An error that the client is told of, in S3's words. */
public final class S3Exception extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final S3Error error;
    private final transient Map<String, String> details;
    private final transient Map<String, String> headers;

    public S3Exception(S3Error error) {
        this(error, error.message(), Map.of());
    }

    public S3Exception(S3Error error, String message) {
        this(error, message, Map.of());
    }

    /** @param details further elements of the error document, e.g. {@code BucketName} */
    public S3Exception(S3Error error, String message, Map<String, String> details) {
        this(error, message, details, Map.of());
    }

    private S3Exception(S3Error error, String message, Map<String, String> details, Map<String, String> headers) {
        super(message, null, false, false);
        this.error = error;
        this.details = details;
        this.headers = headers;
    }

    /** The same with headers for the answer. */
    public S3Exception with(Map<String, String> answerHeaders) {
        return new S3Exception(error, text(), details, answerHeaders);
    }

    /** As {@link S3Error#INVALID_ARGUMENT}, naming the argument. */
    public static S3Exception invalidArgument(String name, String value, String message) {
        return new S3Exception(S3Error.INVALID_ARGUMENT, message, Map.of("ArgumentName", name, "ArgumentValue", value));
    }

    /** As {@link S3Error#NOT_IMPLEMENTED}, naming what is not. */
    public static S3Exception notImplemented(String what) {
        return new S3Exception(S3Error.NOT_IMPLEMENTED, what + " is not implemented by Mayfly.");
    }

    public S3Error error() {
        return error;
    }

    public Map<String, String> details() {
        return details;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /** The message, never null. */
    public String text() {
        String text = getMessage();
        return text == null ? error.message() : text;
    }
}
