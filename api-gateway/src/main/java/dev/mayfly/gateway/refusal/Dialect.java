package dev.mayfly.gateway.refusal;

import io.netty.handler.codec.http.HttpHeaders;

/** Which protocol a request speaks: decides what errors look like and where the request id goes. */
public enum Dialect {
    /** AWS Lambda: JSON and {@code x-amzn-ErrorType}. */
    LAMBDA,
    /** Amazon S3: XML. */
    S3,
    /** AWS STS: the query protocol's XML. */
    STS,
    /** Amazon CloudWatch Logs: JSON 1.1 with {@code __type}. */
    LOGS,
    /** Mayfly's own API: RFC 9457. */
    V1;

    /** Puts the request's id where clients of this protocol look for it, in place of what a service may have put. */
    public void name(String requestId, HttpHeaders response) {
        switch (this) {
            case LAMBDA, STS, LOGS -> response.set("x-amzn-RequestId", requestId);
            case S3 -> {
                response.set("x-amz-request-id", requestId);
                response.set("x-amz-id-2", requestId);
            }
            case V1 -> response.set("X-Request-Id", requestId);
        }
    }
}
