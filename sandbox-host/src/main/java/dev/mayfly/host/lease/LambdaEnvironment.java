package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.LogSettings;
import dev.mayfly.contracts.identity.SessionCredentials;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.host.HostProperties;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The environment variables that Lambda documents, over those of the user. */
@Component
class LambdaEnvironment {
    private static final Duration CREDENTIALS = Duration.ofHours(12);
    static final String LOG_STREAM = "AWS_LAMBDA_LOG_STREAM_NAME";

    private static final DateTimeFormatter STREAM_DAY = DateTimeFormatter.ofPattern("yyyy/MM/dd");

    static final String INITIALIZATION_TYPE = "AWS_LAMBDA_INITIALIZATION_TYPE";

    private final HostProperties properties;
    private final Sealer sealer;
    private final Clock clock;

    LambdaEnvironment(HostProperties properties, Sealer sealer, Clock clock) {
        this.properties = properties;
        this.sealer = sealer;
        this.clock = clock;
    }

    private static String initializationType(FunctionVersion version, boolean provisioned) {
        if (provisioned) {
            return "provisioned-concurrency";
        }
        return version.snapStart() ? "snap-start" : "on-demand";
    }

    Map<String, String> of(FunctionVersion version, String sandboxId, boolean provisioned) {
        var variables = new HashMap<>(version.environment());
        variables.putIfAbsent("TZ", ":UTC");
        var credentials =
                SessionCredentials.mint(version.accountId(), version.arn(properties.region()), CREDENTIALS, clock);
        variables.put("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
        variables.put("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
        variables.put("AWS_SESSION_TOKEN", credentials.token(sealer));
        variables.put("AWS_REGION", properties.region());
        variables.put("AWS_DEFAULT_REGION", properties.region());
        variables.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + version.runtime());
        variables.put("AWS_LAMBDA_FUNCTION_NAME", version.name());
        variables.put("AWS_LAMBDA_FUNCTION_VERSION", version.version());
        variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(version.memoryMb()));
        variables.put(INITIALIZATION_TYPE, initializationType(version, provisioned));
        var logging = version.logging();
        variables.put("AWS_LAMBDA_LOG_GROUP_NAME", logging.group());
        variables.put("AWS_LAMBDA_LOG_FORMAT", logging.format() == LogSettings.Format.JSON ? "JSON" : "Text");
        if (logging.format() == LogSettings.Format.JSON && logging.applicationLevel() != null) {
            variables.put("AWS_LAMBDA_LOG_LEVEL", logging.applicationLevel());
        }
        variables.put(
                LOG_STREAM,
                STREAM_DAY.format(LocalDate.now(clock.withZone(ZoneOffset.UTC))) + "/[" + version.version() + "]"
                        + sandboxId.replace("-", ""));
        return variables;
    }
}
