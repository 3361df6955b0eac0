package dev.mayfly.registry.functions;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.Destination;
import dev.mayfly.contracts.function.ImageConfig;
import dev.mayfly.contracts.function.LogSettings;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rarer settings of a request: their limits, and what they make of those that a function has. */
final class RequestedOptions {
    private static final Pattern LOG_GROUP = Pattern.compile("[\\.\\-_/#A-Za-z0-9]+");
    private static final Pattern RESOURCE = Pattern.compile("(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()|kafka://.*");
    private static final Pattern LAYER =
            Pattern.compile("arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+");
    private static final int MOST_WORDS = 1500;
    /** AWS's quota of container image settings: 16 KB. */
    private static final int IMAGE_SETTINGS_BYTES = 16_384;

    private static final int LONGEST_LAYER = 140;
    /** As IAM limits ARNs. */
    private static final int LONGEST_ARN = 2048;

    private static final String JSON = "JSON";

    private RequestedOptions() {}

    static void constrain(FunctionRequest request, Constraints constraints) {
        if (request.tracingConfig() != null) {
            constraints.oneOf("tracingConfig.mode", request.tracingConfig().mode(), List.of("Active", "PassThrough"));
        }
        if (request.snapStart() != null) {
            constraints.oneOf("snapStart.applyOn", request.snapStart().applyOn(), List.of("PublishedVersions", "None"));
        }
        if (request.deadLetterConfig() != null) {
            constraints
                    .length(
                            "deadLetterConfig.targetArn",
                            request.deadLetterConfig().targetArn(),
                            0,
                            LONGEST_ARN)
                    .pattern(
                            "deadLetterConfig.targetArn",
                            request.deadLetterConfig().targetArn(),
                            RESOURCE);
        }
        var logging = request.loggingConfig();
        if (logging != null) {
            constraints
                    .oneOf("loggingConfig.logFormat", logging.logFormat(), List.of(JSON, "Text"))
                    .oneOf(
                            "loggingConfig.applicationLogLevel",
                            logging.applicationLogLevel(),
                            List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"))
                    .oneOf("loggingConfig.systemLogLevel", logging.systemLogLevel(), List.of("DEBUG", "INFO", "WARN"))
                    .length("loggingConfig.logGroup", logging.logGroup(), 1, 512)
                    .pattern("loggingConfig.logGroup", logging.logGroup(), LOG_GROUP);
        }
        var image = request.imageConfig();
        if (image != null) {
            constraints
                    .between("imageConfig.entryPoint", size(image.entryPoint()), 0, MOST_WORDS)
                    .between("imageConfig.command", size(image.command()), 0, MOST_WORDS)
                    .length("imageConfig.workingDirectory", image.workingDirectory(), 0, 1000);
        }
        FileSystems.constrain(request.fileSystemConfigs(), constraints);
        if (request.layers() != null) {
            for (@Nullable String layer : request.layers()) {
                constraints
                        .required("layers.member", layer)
                        .length("layers.member", layer, 1, LONGEST_LAYER)
                        .pattern("layers.member", layer, LAYER);
            }
        }
    }

    private static @Nullable Integer size(@Nullable List<String> list) {
        return list == null ? null : list.size();
    }

    /** What {@code request} makes of {@code old}; layers aside, which are looked up. */
    static FunctionOptions merged(FunctionOptions old, FunctionRequest request, String name) {
        var tracing = request.tracingConfig();
        var snapStart = request.snapStart();
        return new FunctionOptions(
                old.layers(),
                logging(old.logging(), request.loggingConfig(), name),
                tracing == null || tracing.mode() == null
                        ? old.tracing()
                        : tracing.mode().equals("Active"),
                deadLetter(old.deadLetterArn(), request.deadLetterConfig()),
                snapStart == null || snapStart.applyOn() == null
                        ? old.snapStart()
                        : snapStart.applyOn().equals("PublishedVersions"),
                image(old.image(), request.imageConfig()),
                FileSystems.merged(old.fileSystems(), request.fileSystemConfigs()));
    }

    private static @Nullable LogSettings logging(
            @Nullable LogSettings old, FunctionRequest.@Nullable LoggingConfig asked, String name) {
        if (asked == null) {
            return old;
        }
        LogSettings before = Objects.requireNonNullElseGet(old, () -> LogSettings.ofFunction(name));
        boolean json = asked.logFormat() == null
                ? before.format() == LogSettings.Format.JSON
                : asked.logFormat().equals(JSON);
        if (!json && (asked.applicationLogLevel() != null || asked.systemLogLevel() != null)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "ApplicationLogLevel and SystemLogLevel can only be set when LogFormat is JSON.");
        }
        return new LogSettings(
                json ? LogSettings.Format.JSON : LogSettings.Format.TEXT,
                json && asked.applicationLogLevel() != null
                        ? asked.applicationLogLevel()
                        : json ? before.applicationLevel() : null,
                json && asked.systemLogLevel() != null ? asked.systemLogLevel() : json ? before.systemLevel() : null,
                Objects.requireNonNullElse(asked.logGroup(), before.group()));
    }

    private static @Nullable String deadLetter(@Nullable String old, FunctionRequest.@Nullable DeadLetterConfig asked) {
        if (asked == null || asked.targetArn() == null) {
            return old;
        }
        String target = asked.targetArn();
        if (target.isEmpty()) {
            return null;
        }
        if (Destination.parse(target).isEmpty()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The DeadLetterConfig.TargetArn '" + target
                    + "' names nothing that Mayfly delivers to. Name a Kafka topic"
                    + " (arn:aws:kafka:REGION:ACCOUNT:topic/CLUSTER/UUID/TOPIC or kafka://TOPIC), a bucket"
                    + " (arn:aws:s3:::BUCKET) or a function. There is no SQS and no SNS.");
        }
        return target;
    }

    private static @Nullable ImageConfig image(@Nullable ImageConfig old, FunctionRequest.@Nullable ImageConfig asked) {
        if (asked == null) {
            return old;
        }
        String folder = asked.workingDirectory();
        if (folder != null && !folder.isEmpty() && !folder.startsWith("/")) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("ImageConfig.WorkingDirectory must be an absolute path.");
        }
        var image = new ImageConfig(
                words(asked.entryPoint()), words(asked.command()), folder == null || folder.isEmpty() ? null : folder);
        int size = Json.bytes(image).length;
        if (size > IMAGE_SETTINGS_BYTES) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("ImageConfig takes " + size
                    + " bytes, which is more than the limit (" + IMAGE_SETTINGS_BYTES + ").");
        }
        return image;
    }

    static boolean saysSomething(FunctionRequest.@Nullable ImageConfig asked) {
        return asked != null && !ImageConfig.NONE.equals(image(null, asked));
    }

    private static List<String> words(@Nullable List<String> asked) {
        if (asked == null) {
            return List.of();
        }
        if (asked.stream().anyMatch(word -> word == null || word.indexOf('\0') >= 0)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "A word of ImageConfig's EntryPoint or Command is null or holds a NUL character.");
        }
        return asked;
    }
}
