package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.lambda.LambdaJson;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The answer that most operations give; its members are those of the Lambda API. */
record FunctionConfiguration(
        String functionName,
        String functionArn,
        String runtime,
        String role,
        String handler,
        long codeSize,
        String description,
        int timeout,
        int memorySize,
        String lastModified,
        String codeSha256,
        String version,
        @Nullable Environment environment,
        Map<String, String> tracingConfig,
        String revisionId,
        String state,
        String lastUpdateStatus,
        String packageType,
        List<String> architectures,
        Map<String, Integer> ephemeralStorage,
        Map<String, String> snapStart,
        Map<String, String> loggingConfig) {

    record Environment(Map<String, String> variables) {}

    /** @param arn with the qualifier that was asked for, if any */
    static FunctionConfiguration of(DeployedFunction function, String arn) {
        FunctionSettings settings = function.settings();
        byte[] digest = HexFormat.of().parseHex(function.code().sha256());
        return new FunctionConfiguration(
                function.name(),
                arn,
                settings.runtime(),
                settings.roleArn(),
                function.handler(),
                function.code().size(),
                settings.description(),
                settings.timeoutSeconds(),
                settings.memoryMb(),
                LambdaJson.time(function.lastModified()),
                Base64.getEncoder().encodeToString(digest),
                FunctionVersion.LATEST,
                settings.environment().isEmpty() ? null : new Environment(new TreeMap<>(settings.environment())),
                Map.of("Mode", "PassThrough"),
                function.revisionId(),
                "Active",
                "Successful",
                "Zip",
                List.of(function.architecture()),
                Map.of("Size", settings.ephemeralStorageMb()),
                Map.of("ApplyOn", "None", "OptimizationStatus", "Off"),
                Map.of("LogFormat", "Text", "LogGroup", "/aws/lambda/" + function.name()));
    }
}
