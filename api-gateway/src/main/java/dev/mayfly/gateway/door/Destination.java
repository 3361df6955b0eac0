package dev.mayfly.gateway.door;

import dev.mayfly.gateway.GatewaySettings;
import dev.mayfly.gateway.refusal.Dialect;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The services behind the gateway, and what belongs to them. */
enum Destination {
    INVOKER,
    REGISTRY,
    OBJECTS,
    /** Of the object store too, but not S3's. */
    VOLUMES,
    IDENTITY,
    BILLING,
    OBSERVABILITY,
    AUTOSCALER;

    /** Where a request goes; null when nobody serves that path. */
    static @Nullable Destination of(Dialect dialect, String path) {
        return switch (dialect) {
            case S3 -> OBJECTS;
            case LOGS -> path.equals("/") ? OBSERVABILITY : null;
            case STS -> path.equals("/") ? IDENTITY : null;
            case LAMBDA -> lambda(path);
            case V1 -> own(path);
        };
    }

    private static @Nullable Destination lambda(String path) {
        if (!RequestKind.isLambdaPath(path)) {
            return null;
        }
        boolean invocation = path.endsWith("/invocations")
                || path.endsWith("/response-streaming-invocations")
                || path.endsWith("/invoke-async")
                || path.endsWith("/invoke-async/");
        return invocation && path.startsWith("/functions/", RequestKind.API_VERSION_LENGTH) ? INVOKER : REGISTRY;
    }

    private static @Nullable Destination own(String path) {
        if (isUnder(path, "/v1/accounts") || isUnder(path, "/v1/access-keys")) {
            return IDENTITY;
        }
        if (isUnder(path, "/v1/usage") || isUnder(path, "/v1/prices")) {
            return BILLING;
        }
        if (isUnder(path, "/v1/functions") || isUnder(path, "/v1/invocations")) {
            return OBSERVABILITY;
        }
        if (isUnder(path, "/v1/objects")) {
            return OBJECTS;
        }
        if (isUnder(path, "/v1/schedules")) {
            return REGISTRY;
        }
        if (isUnder(path, "/v1/volumes")) {
            return VOLUMES;
        }
        return isUnder(path, "/v1/scaling") ? AUTOSCALER : null;
    }

    private static boolean isUnder(String path, String prefix) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }

    URI in(GatewaySettings.Services services) {
        return switch (this) {
            case INVOKER -> services.invoker();
            case REGISTRY -> services.registry();
            case OBJECTS, VOLUMES -> services.objects();
            case IDENTITY -> services.identity();
            case BILLING -> services.billing();
            case OBSERVABILITY -> services.observability();
            case AUTOSCALER -> services.autoscaler();
        };
    }
}
