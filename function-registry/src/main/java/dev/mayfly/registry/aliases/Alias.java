package dev.mayfly.registry.aliases;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A name for a version.
 *
 * @param version the number of the version, or null for {@code $LATEST}
 * @param additional the other version that gets a share of the invocations, or null
 */
record Alias(
        String name,
        UUID revisionId,
        String description,
        @Nullable Long version,
        @Nullable Share additional) {

    /** @param weight of all invocations, 0.0 - 1.0 */
    record Share(long version, double weight) {}

    /** {@code $LATEST} or a number. */
    String functionVersion() {
        return version == null ? FunctionVersion.LATEST : version.toString();
    }

    /** As those who invoke need it. */
    InvocationRules.Alias rule() {
        return new InvocationRules.Alias(
                name,
                functionVersion(),
                additional == null ? Map.of() : Map.of(Long.toString(additional.version()), additional.weight()));
    }
}
