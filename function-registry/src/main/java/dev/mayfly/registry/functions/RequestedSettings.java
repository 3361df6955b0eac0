package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.Map;
import java.util.Objects;

/** What a request makes of a function's settings. */
final class RequestedSettings {
    private static final int DEFAULT_MEMORY_MB = 128;
    private static final int DEFAULT_TIMEOUT_SECONDS = 3;
    private static final int DEFAULT_STORAGE_MB = 512;

    private RequestedSettings() {}

    /** Of a new function, with defaults for what it leaves open. */
    static FunctionSettings created(FunctionRequest request, String name) {
        boolean image = "Image".equals(request.packageType());
        var blank = new FunctionSettings(
                image ? FunctionVersion.IMAGE_RUNTIME : Objects.requireNonNull(request.runtime()),
                null,
                Objects.requireNonNull(request.role()),
                "",
                DEFAULT_MEMORY_MB,
                DEFAULT_TIMEOUT_SECONDS,
                DEFAULT_STORAGE_MB,
                Map.of(),
                FunctionOptions.NONE);
        return merged(blank, request, name);
    }

    /** Of an update: what it leaves open stays. */
    static FunctionSettings merged(FunctionSettings old, FunctionRequest request, String name) {
        if (old.isImage() && (request.runtime() != null || request.handler() != null || notEmpty(request.layers()))) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Please don't provide Handler or Runtime or Layer when the packageType is Image.");
        }
        if (!old.isImage() && RequestedOptions.saysSomething(request.imageConfig())) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "ImageConfig is for functions with the packageType Image only.");
        }
        var settings = new FunctionSettings(
                Objects.requireNonNullElse(request.runtime(), old.runtime()),
                request.handler() == null ? old.handler() : request.handler(),
                Objects.requireNonNullElse(request.role(), old.roleArn()),
                Objects.requireNonNullElse(request.description(), old.description()),
                Objects.requireNonNullElse(request.memorySize(), old.memoryMb()),
                Objects.requireNonNullElse(request.timeout(), old.timeoutSeconds()),
                storage(request, old.ephemeralStorageMb()),
                environment(request, old.environment()),
                RequestedOptions.merged(old.options(), request, name));
        checkSnapStart(settings);
        return settings;
    }

    private static boolean notEmpty(java.util.@org.jspecify.annotations.Nullable List<String> list) {
        return list != null && !list.isEmpty();
    }

    private static void checkSnapStart(FunctionSettings settings) {
        if (!settings.options().snapStart()) {
            return;
        }
        if (settings.isImage() || Runtimes.isWasm(settings.runtime())) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    settings.runtime() + " is not supported for SnapStart enabled functions.");
        }
        if (!settings.options().fileSystems().isEmpty()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "SnapStart enabled functions do not support FileSystemConfigs.");
        }
        if (settings.ephemeralStorageMb() > DEFAULT_STORAGE_MB) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "SnapStart enabled functions do not support ephemeral storage larger than 512 MB.");
        }
    }

    private static int storage(FunctionRequest request, int otherwise) {
        var storage = request.ephemeralStorage();
        return storage == null || storage.size() == null ? otherwise : storage.size();
    }

    private static Map<String, String> environment(FunctionRequest request, Map<String, String> otherwise) {
        var environment = request.environment();
        if (environment == null) {
            return otherwise;
        }
        return environment.variables() == null ? Map.of() : environment.variables();
    }
}
