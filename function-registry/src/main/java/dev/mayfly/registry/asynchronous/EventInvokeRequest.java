package dev.mayfly.registry.asynchronous;

import org.jspecify.annotations.Nullable;

/** The body of Put- and UpdateFunctionEventInvokeConfig. */
record EventInvokeRequest(
        @Nullable Integer maximumRetryAttempts,
        @Nullable Integer maximumEventAgeInSeconds,
        @Nullable DestinationConfig destinationConfig) {

    record DestinationConfig(
            @Nullable Target onSuccess, @Nullable Target onFailure) {}

    record Target(@Nullable String destination) {}

    @Nullable
    String onSuccess() {
        return destinationConfig == null ? null : destination(destinationConfig.onSuccess());
    }

    @Nullable
    String onFailure() {
        return destinationConfig == null ? null : destination(destinationConfig.onFailure());
    }

    private static @Nullable String destination(@Nullable Target target) {
        return target == null ? null : target.destination();
    }

    boolean saysNothing() {
        return maximumRetryAttempts == null && maximumEventAgeInSeconds == null && destinationConfig == null;
    }
}
