package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.function.InvocationRules;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the events of one function and qualifier.
 *
 * @param onSuccess an ARN or {@code kafka://TOPIC}, or null
 * @param onFailure likewise
 */
record AsynchronousRules(
        int maxRetries,
        Duration maxAge,
        @Nullable String onSuccess,
        @Nullable String onFailure) {

    /** What {@code rules} say of {@code qualifier}, as the caller named it, and what Mayfly does where they say nothing. */
    static AsynchronousRules of(InvocationRules rules, String qualifier, QueueSettings settings) {
        return rules.asynchronous().stream()
                .filter(candidate -> candidate.qualifier().equals(qualifier))
                .findFirst()
                .map(found -> new AsynchronousRules(
                        found.maxRetries() == null ? settings.retryDelays().size() : found.maxRetries(),
                        found.maxAgeSeconds() == null ? settings.maxAge() : Duration.ofSeconds(found.maxAgeSeconds()),
                        found.onSuccess(),
                        found.onFailure()))
                .orElseGet(() -> none(settings));
    }

    /** Where nobody said anything. */
    static AsynchronousRules none(QueueSettings settings) {
        return new AsynchronousRules(settings.retryDelays().size(), settings.maxAge(), null, null);
    }
}
