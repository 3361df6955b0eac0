package dev.mayfly.objects.protocol;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the operation that a request asks for, by what {@link S3Operation#request()} says of each. */
public final class S3Router {
    private static final String BUCKET = " /{Bucket}";
    private static final String KEY = "/{Key+}";

    /** By method and path, in the order in which they are written down. */
    private static final Map<String, List<Route>> ROUTES =
            Arrays.stream(S3Operation.values()).map(Route::of).collect(Collectors.groupingBy(Route::path));

    private S3Router() {}

    /** @param required query parameters; with {@code =} where one value alone counts */
    private record Route(String path, List<String> required, S3Operation operation) {
        static Route of(S3Operation operation) {
            String[] parts = operation.request().split("\\?", 2);
            return new Route(parts[0], parts.length == 1 ? List.of() : List.of(parts[1].split("&")), operation);
        }

        boolean fits(S3Target target) {
            return required.stream().allMatch(parameter -> {
                int equals = parameter.indexOf('=');
                return equals < 0
                        ? target.has(parameter)
                        : parameter.substring(equals + 1).equals(target.get(parameter.substring(0, equals)));
            });
        }
    }

    /** @throws S3Exception MethodNotAllowed */
    public static S3Operation route(String method, S3Target target, boolean copySource) {
        if (method.equals("OPTIONS") && !target.bucket().isEmpty()) {
            return S3Operation.PREFLIGHT;
        }
        String path = target.bucket().isEmpty() ? " /" : target.key().isEmpty() ? BUCKET : BUCKET + KEY;
        if (target.bucket().isEmpty() && !target.key().isEmpty()) {
            throw new S3Exception(S3Error.METHOD_NOT_ALLOWED);
        }
        S3Operation operation =
                best(method + path, target).orElseThrow(() -> new S3Exception(S3Error.METHOD_NOT_ALLOWED));
        return switch (operation) {
            case PUT_OBJECT -> put(target, copySource);
            case UPLOAD_PART -> copySource ? S3Operation.UPLOAD_PART_COPY : operation;
            case POST_OBJECT -> post(target);
            default -> operation;
        };
    }

    /** The route that asks for most of what the query has; of equals, the first. */
    private static Optional<S3Operation> best(String path, S3Target target) {
        @Nullable Route best = null;
        for (Route route : ROUTES.getOrDefault(path, List.of())) {
            if ((best == null || route.required.size() > best.required.size()) && route.fits(target)) {
                best = route;
            }
        }
        return Optional.ofNullable(best).map(Route::operation);
    }

    private static S3Operation put(S3Target target, boolean copySource) {
        if (target.has("uploadId") || target.has("partNumber")) {
            return copySource ? S3Operation.UPLOAD_PART_COPY : S3Operation.UPLOAD_PART;
        }
        return copySource ? S3Operation.COPY_OBJECT : S3Operation.PUT_OBJECT;
    }

    private static S3Operation post(S3Target target) {
        if (target.bucket().equals("WriteGetObjectResponse")) {
            return S3Operation.WRITE_GET_OBJECT_RESPONSE;
        }
        if (!target.query().isEmpty()) {
            throw new S3Exception(S3Error.METHOD_NOT_ALLOWED);
        }
        return S3Operation.POST_OBJECT;
    }
}
