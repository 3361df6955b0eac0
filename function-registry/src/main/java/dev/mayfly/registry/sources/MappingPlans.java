package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.TenantBrokers;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.sources.MappingRequest.KafkaConfig;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Makes settings of requests. */
@Component
class MappingPlans {
    private static final Pattern BUCKET = Pattern.compile("arn:aws:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])");
    private static final Pattern SERVICE = Pattern.compile("arn:[^:]+:([^:]+):.*");
    private static final Pattern ENDPOINT = Pattern.compile("(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\\-]*[a-zA-Z0-9])\\.)*"
            + "([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\\-]*[A-Za-z0-9]):[0-9]{1,5}");
    private static final Pattern TOPIC = Pattern.compile("[^.]([a-zA-Z0-9\\-_.]+)");
    private static final Pattern GROUP = Pattern.compile("[a-zA-Z0-9-\\/*:_+=.@-]*");
    private static final int DEFAULT_BATCH = 100;
    private static final double LATEST_SECOND = 253_402_300_799.0;

    private final MappingChecks checks;
    private final TenantBrokers brokers;
    private final Clock clock;

    MappingPlans(MappingChecks checks, TenantBrokers brokers, Clock clock) {
        this.checks = checks;
        this.brokers = brokers;
        this.clock = clock;
    }

    /** The settings of a new mapping. Looks up the names of brokers. */
    MappingSettings first(UUID id, String accountId, MappingRequest request) {
        checks.check(request);
        var filters = request.filterCriteria() == null ? List.<String>of() : checks.filters(request.filterCriteria());
        if (request.selfManagedEventSource() == null) {
            String bucket = bucket(request);
            checks.checkForBucket(request);
            return new MappingSettings(
                    bucket, null, 1, 0, filters, null, -1, -1, false, List.of(), null, clock.instant());
        }
        if (request.eventSourceArn() != null) {
            throw MappingChecks.invalid("EventSourceArn and SelfManagedEventSource cannot both be set.");
        }
        checks.checkForKafka(request);
        var kafka = kafka(id, accountId, request);
        String onFailure = checks.onFailure(accountId, request);
        checkNoLoop(kafka, onFailure);
        return new MappingSettings(
                null,
                kafka,
                Objects.requireNonNullElse(request.batchSize(), DEFAULT_BATCH),
                request.maximumBatchingWindowInSeconds(),
                filters,
                onFailure,
                Objects.requireNonNullElse(request.maximumRecordAgeInSeconds(), -1),
                Objects.requireNonNullElse(request.maximumRetryAttempts(), -1),
                Boolean.TRUE.equals(request.bisectBatchOnFunctionError()),
                checks.responseTypes(request.functionResponseTypes()),
                request.provisionedPollerConfig(),
                clock.instant());
    }

    /** {@code old}, changed as {@code request} says. */
    MappingSettings changed(MappingSettings old, String accountId, boolean enabledAgain, MappingRequest request) {
        checks.check(request);
        var filters = request.filterCriteria() == null ? old.filters() : checks.filters(request.filterCriteria());
        Instant since = enabledAgain ? clock.instant() : old.since();
        var kafka = old.kafka();
        if (kafka == null) {
            checks.checkForBucket(request);
            return new MappingSettings(old.bucket(), null, 1, 0, filters, null, -1, -1, false, List.of(), null, since);
        }
        checks.checkForKafka(request);
        KafkaConfig config = request.selfManagedKafkaEventSourceConfig();
        if (config != null
                && config.consumerGroupId() != null
                && !config.consumerGroupId().equals(kafka.consumerGroupId())) {
            throw MappingChecks.invalid("The consumer group ID cannot be changed.");
        }
        String onFailure = request.destinationConfig() == null ? old.onFailure() : checks.onFailure(accountId, request);
        checkNoLoop(kafka, onFailure);
        return new MappingSettings(
                null,
                kafka,
                Objects.requireNonNullElse(request.batchSize(), old.batchSize()),
                request.maximumBatchingWindowInSeconds() == null
                        ? old.windowSeconds()
                        : request.maximumBatchingWindowInSeconds(),
                filters,
                onFailure,
                Objects.requireNonNullElse(request.maximumRecordAgeInSeconds(), old.maxAgeSeconds()),
                Objects.requireNonNullElse(request.maximumRetryAttempts(), old.maxRetries()),
                Objects.requireNonNullElse(request.bisectBatchOnFunctionError(), old.bisect()),
                request.functionResponseTypes() == null
                        ? old.responseTypes()
                        : checks.responseTypes(request.functionResponseTypes()),
                request.provisionedPollerConfig() == null ? old.pollers() : request.provisionedPollerConfig(),
                since);
    }

    private static String bucket(MappingRequest request) {
        String arn = request.eventSourceArn();
        if (arn == null) {
            throw MappingChecks.invalid("EventSourceArn or SelfManagedEventSource is needed.");
        }
        Matcher bucket = BUCKET.matcher(arn);
        if (bucket.matches()) {
            return bucket.group(1);
        }
        Matcher service = SERVICE.matcher(arn);
        String name = service.matches() ? service.group(1) : "";
        String called = switch (name) {
            case "sqs" -> "Amazon SQS queues";
            case "kinesis" -> "Kinesis streams";
            case "dynamodb" -> "DynamoDB streams";
            case "kafka" -> "Amazon MSK clusters";
            case "mq" -> "Amazon MQ brokers";
            case "rds", "docdb" -> "DocumentDB change streams";
            default -> "Sources like " + arn;
        };
        throw MappingChecks.invalid(called + " are not supported as event sources. Mayfly reads Kafka topics"
                + " (SelfManagedEventSource) and what happens in its buckets (EventSourceArn arn:aws:s3:::BUCKET).");
    }

    private MappingSettings.Kafka kafka(UUID id, String accountId, MappingRequest request) {
        var servers = servers(Objects.requireNonNull(request.selfManagedEventSource()));
        String topic = topic(request.topics());
        if (request.startingPosition() == null) {
            throw MappingChecks.invalid(
                    "1 validation error detected: Value null at 'startingPosition' failed to satisfy"
                            + " constraint: Member must not be null.");
        }
        Instant timestamp = timestamp(request.startingPosition(), request.startingPositionTimestamp());
        brokers.refusal(accountId, servers, topic).ifPresent(why -> {
            throw MappingChecks.invalid(why);
        });
        String named = id.toString();
        KafkaConfig config = request.selfManagedKafkaEventSourceConfig();
        if (config != null) {
            if (config.schemaRegistryConfig() != null
                    && !config.schemaRegistryConfig().isNull()) {
                throw MappingChecks.invalid("SchemaRegistryConfig is not supported by Mayfly. Leave it out.");
            }
            new Constraints()
                    .length("selfManagedKafkaEventSourceConfig.consumerGroupId", config.consumerGroupId(), 1, 200)
                    .pattern("selfManagedKafkaEventSourceConfig.consumerGroupId", config.consumerGroupId(), GROUP)
                    .check();
            named = Objects.requireNonNullElse(config.consumerGroupId(), named);
        }
        boolean prefixed = !brokers.isOwn(servers) || named.startsWith(accountId + ".");
        return new MappingSettings.Kafka(
                servers,
                topic,
                named,
                prefixed ? named : accountId + "." + named,
                request.startingPosition(),
                timestamp);
    }

    private static List<String> servers(MappingRequest.SelfManagedSource source) {
        var endpoints =
                Objects.requireNonNullElse(source.endpoints(), Map.<String, @Nullable List<@Nullable String>>of());
        var servers = endpoints.get("KAFKA_BOOTSTRAP_SERVERS");
        if (servers == null || servers.isEmpty() || servers.size() > 10 || endpoints.size() > 1) {
            throw MappingChecks.invalid(
                    "SelfManagedEventSource.Endpoints takes KAFKA_BOOTSTRAP_SERVERS, a list of 1 - 10 of host:port.");
        }
        servers.forEach(server -> new Constraints()
                .required("selfManagedEventSource.endpoints", server)
                .length("selfManagedEventSource.endpoints", server, 1, 300)
                .pattern("selfManagedEventSource.endpoints", server, ENDPOINT)
                .check());
        return servers.stream()
                .map(server -> Objects.requireNonNull(server).toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
    }

    private static String topic(@Nullable List<@Nullable String> topics) {
        if (topics == null || topics.size() != 1) {
            throw MappingChecks.invalid("Topics takes the name of exactly one Kafka topic.");
        }
        String topic = topics.getFirst();
        new Constraints()
                .required("topics", topic)
                .length("topics", topic, 1, 249)
                .pattern("topics", topic, TOPIC)
                .check();
        return Objects.requireNonNull(topic);
    }

    private static @Nullable Instant timestamp(String position, @Nullable Double seconds) {
        boolean wanted = position.equals("AT_TIMESTAMP");
        if (wanted != (seconds != null)) {
            throw MappingChecks.invalid(
                    wanted
                            ? "StartingPositionTimestamp is needed with the StartingPosition AT_TIMESTAMP."
                            : "StartingPositionTimestamp goes with the StartingPosition AT_TIMESTAMP only.");
        }
        if (seconds == null) {
            return null;
        }
        if (seconds.isNaN() || seconds < 0 || seconds > LATEST_SECOND) {
            throw MappingChecks.invalid("StartingPositionTimestamp is no time.");
        }
        return Instant.ofEpochMilli(Math.round(seconds * 1000));
    }

    private static void checkNoLoop(MappingSettings.Kafka kafka, @Nullable String onFailure) {
        if (("kafka://" + kafka.topic()).equals(onFailure)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The on-failure destination is the topic that the event source mapping reads.");
        }
    }
}
