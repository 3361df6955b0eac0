package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import dev.mayfly.registry.tags.TagRules;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What can be said about a request without knowing the function: limits, forms and what is not supported. */
final class RequestChecks {
    private static final Pattern ROLE =
            Pattern.compile("arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
    private static final Pattern HANDLER = Pattern.compile("[^\\s]+");
    private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z]([a-zA-Z0-9_])+");
    private static final int ENVIRONMENT_BYTES = 4096;
    private static final Set<String> RESERVED = Set.of(
            "_HANDLER",
            "_X_AMZN_TRACE_ID",
            "AWS_DEFAULT_REGION",
            "AWS_REGION",
            "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_VERSION",
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_LAMBDA_RUNTIME_API",
            "LAMBDA_TASK_ROOT",
            "LAMBDA_RUNTIME_DIR");

    private RequestChecks() {}

    static void create(FunctionRequest request, String accountId) {
        configurationConstraints(request)
                .required("functionName", request.functionName())
                .required("role", request.role())
                .required("code", request.code())
                .oneOf("packageType", request.packageType(), List.of("Zip", "Image"))
                .check();
        boolean image = "Image".equals(request.packageType());
        if (!image && (request.runtime() == null || request.handler() == null && !Runtimes.isWasm(request.runtime()))) {
            throw runtimeAndHandler();
        }
        checkArchitectures(request.architectures());
        TagRules.check(request.tags());
        configuration(request, accountId);
        UnsupportedSettings.check(request.code() == null ? CodeRequest.NONE : request.code());
    }

    static LambdaException runtimeAndHandler() {
        return LambdaError.INVALID_PARAMETER_VALUE.with(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
    }

    static void update(FunctionRequest request, String accountId) {
        configurationConstraints(request).check();
        configuration(request, accountId);
    }

    static void update(CodeRequest request) {
        checkArchitectures(request.architectures());
        UnsupportedSettings.check(request);
    }

    private static Constraints configurationConstraints(FunctionRequest request) {
        var size = request.ephemeralStorage() == null
                ? null
                : request.ephemeralStorage().size();
        var variables = variables(request);
        var constraints = new Constraints()
                .between("memorySize", request.memorySize(), 128, 10_240)
                .between("timeout", request.timeout(), 1, 900)
                .between("ephemeralStorage.size", size, 512, 10_240)
                .length("handler", request.handler(), 1, 128)
                .pattern("handler", request.handler(), HANDLER)
                .length("description", request.description(), 0, 256)
                .pattern("role", request.role(), ROLE)
                .keyPattern("environment.variables", withoutReserved(variables), VARIABLE);
        if (request.ephemeralStorage() != null) {
            constraints.required("ephemeralStorage.size", size);
        }
        RequestedOptions.constrain(request, constraints);
        return constraints;
    }

    private static void configuration(FunctionRequest request, String accountId) {
        checkRole(request.role(), accountId);
        if (FunctionVersion.IMAGE_RUNTIME.equals(request.runtime())) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Images have no runtime: use PackageType Image.");
        }
        checkEnvironment(variables(request));
        FileSystems.check(request.fileSystemConfigs(), accountId);
        UnsupportedSettings.check(request);
    }

    private static @Nullable Map<String, String> variables(FunctionRequest request) {
        return request.environment() == null ? null : request.environment().variables();
    }

    /** Names like {@code _HANDLER} violate the pattern too, but that they are reserved says more. */
    private static @Nullable Map<String, String> withoutReserved(@Nullable Map<String, String> variables) {
        if (variables == null) {
            return null;
        }
        var others = new HashMap<>(variables);
        others.keySet().removeAll(RESERVED);
        return others;
    }

    private static void checkRole(@Nullable String role, String accountId) {
        if (role != null && !role.split(":", 6)[4].equals(accountId)) {
            throw LambdaError.ACCESS_DENIED.with("Cross-account pass role is not allowed.");
        }
    }

    private static void checkEnvironment(@Nullable Map<String, String> variables) {
        if (variables == null) {
            return;
        }
        var reserved = new TreeSet<>(variables.keySet());
        reserved.retainAll(RESERVED);
        if (!reserved.isEmpty()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Lambda was unable to configure your environment variables"
                    + " because the environment variables you have provided contains reserved keys that are currently not"
                    + " supported for modification. Reserved keys used in this request: "
                    + String.join(", ", reserved));
        }
        long bytes = 0;
        for (var variable : variables.entrySet()) {
            @Nullable String value = variable.getValue();
            if (value == null || value.indexOf('\0') >= 0) {
                throw LambdaError.INVALID_PARAMETER_VALUE.with(
                        "The environment variable " + variable.getKey() + " is null or holds a NUL character.");
            }
            bytes += utf8Length(variable.getKey()) + utf8Length(value);
        }
        if (bytes > ENVIRONMENT_BYTES) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Lambda was unable to configure your environment variables"
                    + " because the environment variables you have provided exceeded the 4KB limit. Bytes measured: "
                    + bytes);
        }
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void checkArchitectures(@Nullable List<String> architectures) {
        if (architectures == null) {
            return;
        }
        if (architectures.size() != 1) {
            throw LambdaError.VALIDATION.with("1 validation error detected: Value '" + architectures
                    + "' at 'architectures' failed to satisfy constraint: Member must have length equal to 1");
        }
        new Constraints()
                .required("architectures.member", architectures.getFirst())
                .oneOf("architectures.member", architectures.getFirst(), List.of("x86_64", "arm64"))
                .check();
        if (!architectures.getFirst().equals(Architecture.OF_THIS_MACHINE)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The architecture " + architectures.getFirst()
                    + " is not offered: this installation runs on " + Architecture.OF_THIS_MACHINE + ".");
        }
    }
}
