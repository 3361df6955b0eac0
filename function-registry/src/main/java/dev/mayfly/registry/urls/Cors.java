package dev.mayfly.registry.urls;

import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From which web sites browsers may call a function URL.
 *
 * @param maxAge seconds that a browser may remember the answer for, 0 - 86,400
 */
record Cors(
        @Nullable Boolean allowCredentials,
        @Nullable List<String> allowHeaders,
        @Nullable List<String> allowMethods,
        @Nullable List<String> allowOrigins,
        @Nullable List<String> exposeHeaders,
        @Nullable Integer maxAge) {
    private static final List<String> METHODS = List.of("GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*");

    void check() {
        var constraints = new Constraints().between("cors.maxAge", maxAge, 0, 86_400);
        items(constraints, "cors.allowHeaders", allowHeaders, 100, 0, 1024);
        items(constraints, "cors.allowMethods", allowMethods, 6, 0, 6);
        items(constraints, "cors.allowOrigins", allowOrigins, 100, 1, 253);
        items(constraints, "cors.exposeHeaders", exposeHeaders, 100, 0, 1024);
        constraints.check();
        if (allowMethods != null && !METHODS.containsAll(allowMethods)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "AllowMethods may name " + METHODS + " and no other method.");
        }
    }

    private static void items(
            Constraints constraints,
            String member,
            @Nullable List<String> values,
            int most,
            int shortest,
            int longest) {
        if (values == null) {
            return;
        }
        constraints.between(member + ".length", values.size(), 0, most);
        for (int i = 0; i < Math.min(values.size(), most); i++) {
            @Nullable String value = values.get(i);
            constraints.required(member + "." + (i + 1) + ".member", value);
            constraints.length(member + "." + (i + 1) + ".member", value, shortest, longest);
        }
    }

    /** Whether it says nothing, which takes the rules away. */
    boolean isEmpty() {
        return equals(new Cors(null, null, null, null, null, null));
    }
}
