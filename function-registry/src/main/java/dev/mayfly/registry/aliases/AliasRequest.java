package dev.mayfly.registry.aliases;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of CreateAlias and UpdateAlias. What an update leaves out stays. */
record AliasRequest(
        @Nullable String name,
        @Nullable String functionVersion,
        @Nullable String description,
        @Nullable RoutingConfig routingConfig,
        @Nullable String revisionId) {

    record RoutingConfig(@Nullable Map<String, Double> additionalVersionWeights) {}
}
