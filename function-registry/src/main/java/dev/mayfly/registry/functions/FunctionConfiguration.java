package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.LogSettings;
import dev.mayfly.registry.lambda.LambdaJson;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The answer that most operations give; its members are those of the Lambda API. */
record FunctionConfiguration(
        String functionName,
        String functionArn,
        @Nullable String runtime,
        String role,
        @Nullable String handler,
        long codeSize,
        String description,
        int timeout,
        int memorySize,
        String lastModified,
        String codeSha256,
        String version,
        @Nullable Environment environment,
        @Nullable Map<String, String> deadLetterConfig,
        Map<String, String> tracingConfig,
        String revisionId,
        @Nullable List<Layer> layers,
        @Nullable List<FileSystemConfig> fileSystemConfigs,
        String state,
        @Nullable String stateReason,
        @Nullable String stateReasonCode,
        String lastUpdateStatus,
        @Nullable String lastUpdateStatusReason,
        @Nullable String lastUpdateStatusReasonCode,
        String packageType,
        @Nullable ImageConfigResponse imageConfigResponse,
        List<String> architectures,
        Map<String, Integer> ephemeralStorage,
        Map<String, String> snapStart,
        LoggingConfig loggingConfig) {

    record Environment(Map<String, String> variables) {}

    record FileSystemConfig(String arn, String localMountPath) {}

    record Layer(String arn, long codeSize) {}

    record ImageConfigResponse(ImageConfig imageConfig) {}

    record ImageConfig(
            @Nullable List<String> entryPoint,
            @Nullable List<String> command,
            @Nullable String workingDirectory) {}

    record LoggingConfig(
            String logFormat,
            @Nullable String applicationLogLevel,
            @Nullable String systemLogLevel,
            String logGroup) {}

    /** @param arn with the qualifier that was asked for, if any */
    static FunctionConfiguration of(FunctionSnapshot function, String arn) {
        FunctionSettings settings = function.settings();
        FunctionOptions options = settings.options();
        FunctionStatus status = function.status();
        return new FunctionConfiguration(
                function.name(),
                arn,
                settings.isImage() ? null : settings.runtime(),
                settings.roleArn(),
                settings.isImage() ? null : function.handler(),
                settings.isImage() ? 0 : function.code().size(),
                function.description(),
                settings.timeoutSeconds(),
                settings.memoryMb(),
                LambdaJson.time(function.lastModified()),
                codeSha256(function),
                function.number(),
                settings.environment().isEmpty() ? null : new Environment(new TreeMap<>(settings.environment())),
                options.deadLetterArn() == null ? null : Map.of("TargetArn", options.deadLetterArn()),
                Map.of("Mode", options.tracing() ? "Active" : "PassThrough"),
                function.revisionId(),
                layers(options),
                fileSystems(options),
                status.state(),
                status.stateReason(),
                status.stateReasonCode(),
                status.lastUpdate(),
                status.lastUpdateReason(),
                status.lastUpdateReasonCode(),
                settings.isImage() ? "Image" : "Zip",
                image(options.image()),
                List.of(function.architecture()),
                Map.of("Size", settings.ephemeralStorageMb()),
                snapStart(function),
                logging(function.logging()));
    }

    /** As the API shows it: in Base64, or in hex for images. */
    static String codeSha256(FunctionSnapshot function) {
        String hex = function.code().sha256();
        return function.settings().isImage()
                ? hex
                : Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }

    private static @Nullable List<Layer> layers(FunctionOptions options) {
        if (options.layers().isEmpty()) {
            return null;
        }
        return options.layers().stream()
                .map(layer -> new Layer(layer.arn(), layer.code().size()))
                .toList();
    }

    private static @Nullable List<FileSystemConfig> fileSystems(FunctionOptions options) {
        if (options.fileSystems().isEmpty()) {
            return null;
        }
        return options.fileSystems().stream()
                .map(mount -> new FileSystemConfig(mount.arn(), mount.path()))
                .toList();
    }

    private static @Nullable ImageConfigResponse image(dev.mayfly.contracts.function.@Nullable ImageConfig image) {
        if (image == null || image.equals(dev.mayfly.contracts.function.ImageConfig.NONE)) {
            return null;
        }
        return new ImageConfigResponse(new ImageConfig(
                image.entryPoint().isEmpty() ? null : image.entryPoint(),
                image.command().isEmpty() ? null : image.command(),
                image.workingDirectory()));
    }

    private static Map<String, String> snapStart(FunctionSnapshot function) {
        boolean wanted = function.settings().options().snapStart();
        boolean on = function.snapStarts() && function.status().isActive();
        return Map.of("ApplyOn", wanted ? "PublishedVersions" : "None", "OptimizationStatus", on ? "On" : "Off");
    }

    private static LoggingConfig logging(LogSettings logging) {
        if (logging.format() == LogSettings.Format.TEXT) {
            return new LoggingConfig("Text", null, null, logging.group());
        }
        return new LoggingConfig(
                "JSON",
                Objects.requireNonNullElse(logging.applicationLevel(), "INFO"),
                Objects.requireNonNullElse(logging.systemLevel(), "INFO"),
                logging.group());
    }
}
