package dev.mayfly.gateway.signature;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * A request's head as it came over the wire. Every character stands for one byte (ISO 8859-1), so that what the client
 * signed can be rebuilt byte for byte whatever encoding it meant.
 *
 * @param path raw, begins with {@code /}
 * @param query raw, without {@code ?}; empty when there is none
 */
public record RequestHead(String method, String path, String query, HttpHeaders headers) {

    /** Splits a raw request target at its question mark. */
    public static RequestHead of(String method, String target, HttpHeaders headers) {
        int mark = target.indexOf('?');
        return mark < 0
                ? new RequestHead(method, target, "", headers)
                : new RequestHead(method, target.substring(0, mark), target.substring(mark + 1), headers);
    }
}
