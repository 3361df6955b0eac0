package dev.mayfly.registry.functions;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether a function runs, and what became of its last update, in the Lambda API's words.
 *
 * @param state {@code Pending}, {@code Active} or {@code Failed}
 * @param lastUpdate {@code Successful}, {@code InProgress} or {@code Failed}
 */
record FunctionStatus(
        String state,
        @Nullable String stateReason,
        @Nullable String stateReasonCode,
        String lastUpdate,
        @Nullable String lastUpdateReason,
        @Nullable String lastUpdateReasonCode) {
    private static final String PENDING = "Pending";
    private static final String ACTIVE = "Active";
    private static final String SUCCESSFUL = "Successful";
    private static final String IN_PROGRESS = "InProgress";
    private static final String FAILED = "Failed";

    static final FunctionStatus READY = new FunctionStatus(ACTIVE, null, null, SUCCESSFUL, null, null);
    static final FunctionStatus CREATING =
            new FunctionStatus(PENDING, "The function is being created.", "Creating", SUCCESSFUL, null, null);
    static final FunctionStatus UPDATING =
            new FunctionStatus(ACTIVE, null, null, IN_PROGRESS, "The function is being updated.", null);

    FunctionStatus {
        state = Objects.requireNonNullElse(state, ACTIVE);
        lastUpdate = Objects.requireNonNullElse(lastUpdate, SUCCESSFUL);
    }

    boolean isPending() {
        return state.equals(PENDING);
    }

    boolean isActive() {
        return state.equals(ACTIVE);
    }

    boolean isUpdating() {
        return lastUpdate.equals(IN_PROGRESS);
    }

    /** After what was to be prepared turned out to be impossible. */
    FunctionStatus failed(String reason, String code) {
        return isUpdating()
                ? new FunctionStatus(state, null, null, FAILED, reason, code)
                : new FunctionStatus(FAILED, reason, code, FAILED, reason, code);
    }
}
