package dev.mayfly.registry.asynchronous;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of asynchronous events for one qualifier.
 *
 * @param qualifier a version, an alias or the empty text
 * @param maxRetries 0 - 2, or null for the default
 * @param maxAgeSeconds 60 - 21,600, or null for the default
 * @param onSuccess an ARN or {@code kafka://TOPIC}, or null
 * @param onFailure likewise
 */
record EventInvokeConfig(
        String qualifier,
        @Nullable Integer maxRetries,
        @Nullable Integer maxAgeSeconds,
        @Nullable String onSuccess,
        @Nullable String onFailure,
        Instant lastModified) {}
