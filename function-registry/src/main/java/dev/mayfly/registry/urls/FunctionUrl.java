package dev.mayfly.registry.urls;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a function, or an alias of it, is to be reached by HTTP.
 *
 * @param qualifier an alias or the empty text
 * @param urlId the first label of its host name
 * @param authType {@code NONE} or {@code AWS_IAM}
 * @param invokeMode {@code BUFFERED} or {@code RESPONSE_STREAM}
 */
record FunctionUrl(
        String qualifier,
        String urlId,
        String authType,
        String invokeMode,
        @Nullable Cors cors,
        Instant createdAt,
        Instant lastModified) {}
