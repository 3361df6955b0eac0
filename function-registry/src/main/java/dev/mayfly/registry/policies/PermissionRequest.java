package dev.mayfly.registry.policies;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** The body of AddPermission. */
record PermissionRequest(
        @Nullable String statementId,
        @Nullable String action,
        @Nullable String principal,
        @Nullable String sourceArn,
        @Nullable String sourceAccount,
        @Nullable String eventSourceToken,
        @Nullable String revisionId,
        @JsonProperty("PrincipalOrgID") @Nullable String principalOrgId,
        @Nullable String functionUrlAuthType,
        @Nullable Boolean invokedViaFunctionUrl) {}
