package dev.mayfly.registry.tags;

import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What tags may be. */
public final class TagRules {
    private static final int MOST = 50;

    private TagRules() {}

    /** @throws dev.mayfly.registry.lambda.LambdaException when there are too many, or one is none */
    public static void check(@Nullable Map<String, String> tags) {
        if (tags == null) {
            return;
        }
        if (tags.values().stream().anyMatch(value -> value == null || value.indexOf('\0') >= 0)
                || tags.keySet().stream().anyMatch(key -> key.indexOf('\0') >= 0)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("A tag's value is null, or a tag holds a NUL character.");
        }
        new Constraints()
                .keyLength("tags", tags, 1, 128)
                .valueLength("tags", tags, 256)
                .check();
        if (tags.keySet().stream().anyMatch(key -> key.toLowerCase(Locale.ROOT).startsWith("aws:"))) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Tag keys that begin with 'aws:' are reserved for system use.");
        }
        checkCount(tags);
    }

    /** @throws dev.mayfly.registry.lambda.LambdaException when there are more than a resource may carry */
    public static void checkCount(Map<String, String> tags) {
        if (tags.size() > MOST) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Number of tags exceeds resource tag limit. A resource has at most " + MOST + " tags.");
        }
    }
}
