package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.TenantTopics;
import dev.mayfly.contracts.function.Destination;
import dev.mayfly.contracts.triggers.EventFilter;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** What AWS documents of the members that all kinds of mapping share, and what Mayfly has no use for. */
@Component
class MappingChecks {
    /** Of an event source. */
    static final Pattern ARN = Pattern.compile(
            "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:([^\\p{Cntrl}]*)");

    private static final int MOST_FILTERS = 5;
    private static final int LONGEST_PATTERN = 4096;
    private static final Pattern DESTINATION = Pattern.compile("$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|" + ARN);

    private final TenantTopics topics;

    MappingChecks(SourceSettings settings) {
        this.topics = TenantTopics.sharing(settings.sharedTopics());
    }

    /** @throws LambdaException when a member is out of its range, or asks for what Mayfly does not have */
    void check(MappingRequest request) {
        new Constraints()
                .pattern("eventSourceArn", request.eventSourceArn(), ARN)
                .between("batchSize", request.batchSize(), 1, 10_000)
                .between("maximumBatchingWindowInSeconds", request.maximumBatchingWindowInSeconds(), 0, 300)
                .between("parallelizationFactor", request.parallelizationFactor(), 1, 10)
                .between("maximumRecordAgeInSeconds", request.maximumRecordAgeInSeconds(), -1, 604_800)
                .between("maximumRetryAttempts", request.maximumRetryAttempts(), -1, 10_000)
                .between("tumblingWindowInSeconds", request.tumblingWindowInSeconds(), 0, 900)
                .oneOf(
                        "startingPosition",
                        request.startingPosition(),
                        List.of("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"))
                .check();
        Integer age = request.maximumRecordAgeInSeconds();
        if (age != null && age >= 0 && age < 60) {
            throw invalid("MaximumRecordAgeInSeconds is -1 or 60 - 604800, and " + age + " is neither.");
        }
        checkPollers(request.provisionedPollerConfig());
        refuse("Queues", request.queues());
        refuse("AmazonManagedKafkaEventSourceConfig", request.amazonManagedKafkaEventSourceConfig());
        refuse("ScalingConfig", request.scalingConfig());
        refuse("DocumentDBEventSourceConfig", request.documentDbEventSourceConfig());
        refuse("MetricsConfig", request.metricsConfig());
        refuse("LoggingConfig", request.loggingConfig());
        if (request.kmsKeyArn() != null && !request.kmsKeyArn().isEmpty()) {
            throw invalid("KMSKeyArn is not supported: Mayfly has no key management service.");
        }
        if (request.sourceAccessConfigurations() != null
                && !request.sourceAccessConfigurations().isEmpty()) {
            throw invalid("SourceAccessConfigurations are not supported: Mayfly keeps no secrets to sign in to brokers"
                    + " with, and has no VPC. Brokers must be reachable as PLAINTEXT.");
        }
    }

    private static void checkPollers(MappingRequest.@Nullable PollerConfig pollers) {
        if (pollers == null) {
            return;
        }
        new Constraints()
                .between("provisionedPollerConfig.minimumPollers", pollers.minimumPollers(), 1, 200)
                .between("provisionedPollerConfig.maximumPollers", pollers.maximumPollers(), 1, 2000)
                .length("provisionedPollerConfig.pollerGroupName", pollers.pollerGroupName(), 0, 128)
                .check();
    }

    private static void refuse(String member, @Nullable JsonNode value) {
        if (value != null && !value.isNull() && !(value.isContainer() && value.isEmpty())) {
            throw invalid(member + " is not supported by Mayfly. Leave it out.");
        }
    }

    /** Object events know fewer members than topics. */
    void checkForBucket(MappingRequest request) {
        boolean batched = request.batchSize() != null && request.batchSize() != 1
                || Objects.requireNonNullElse(request.maximumBatchingWindowInSeconds(), 0) != 0;
        boolean ofStreams = Objects.requireNonNullElse(request.parallelizationFactor(), 1) != 1
                || Objects.requireNonNullElse(request.tumblingWindowInSeconds(), 0) != 0
                || request.startingPositionTimestamp() != null;
        boolean ofTopics = request.topics() != null && !request.topics().isEmpty()
                || request.selfManagedKafkaEventSourceConfig() != null;
        if (batched
                || ofStreams
                || ofTopics
                || request.startingPosition() != null
                || request.maximumRetryAttempts() != null
                || request.maximumRecordAgeInSeconds() != null
                || request.bisectBatchOnFunctionError() != null
                || onFailure("", request) != null
                || request.functionResponseTypes() != null
                        && !request.functionResponseTypes().isEmpty()
                || request.provisionedPollerConfig() != null) {
            throw invalid(
                    "An event source mapping of a bucket takes FunctionName, EventSourceArn, Enabled, FilterCriteria"
                            + " and Tags: each event is an asynchronous invocation of its own, and the function's event invoke"
                            + " config says how it is retried and where it goes on failure.");
        }
    }

    /** What streams of Kinesis and DynamoDB have and Kafka has not. */
    void checkForKafka(MappingRequest request) {
        if (request.parallelizationFactor() != null && request.parallelizationFactor() != 1) {
            throw invalid("Unsupported parameter for given event source mapping type: ParallelizationFactor."
                    + " The partitions of a topic are read in parallel.");
        }
        if (request.tumblingWindowInSeconds() != null && request.tumblingWindowInSeconds() != 0) {
            throw invalid("Unsupported parameter for given event source mapping type: TumblingWindowInSeconds.");
        }
    }

    /** The patterns in {@code criteria}, each of which is one. */
    List<String> filters(MappingRequest.FilterCriteria criteria) {
        var filters = Objects.requireNonNullElse(criteria.filters(), List.<MappingRequest.@Nullable Filter>of());
        if (filters.size() > MOST_FILTERS) {
            throw invalid("The number of filters exceeds the limit of " + MOST_FILTERS + ".");
        }
        return filters.stream().map(this::pattern).toList();
    }

    private String pattern(MappingRequest.@Nullable Filter filter) {
        String pattern = filter == null ? null : filter.pattern();
        if (pattern == null || pattern.length() > LONGEST_PATTERN) {
            throw invalid("Invalid filter pattern definition. A filter has a Pattern of at most " + LONGEST_PATTERN
                    + " characters.");
        }
        try {
            EventFilter.of(List.of(pattern));
            return pattern;
        } catch (EventFilter.InvalidPatternException e) {
            throw invalid("Invalid filter pattern definition. " + e.getMessage());
        }
    }

    List<String> responseTypes(@Nullable List<@Nullable String> types) {
        if (types == null) {
            return List.of();
        }
        if (types.size() > 1 || !types.stream().allMatch("ReportBatchItemFailures"::equals)) {
            throw LambdaError.VALIDATION.with("1 validation error detected: Value '" + types
                    + "' at 'functionResponseTypes' failed to satisfy constraint: Member must satisfy constraint: [Member"
                    + " must satisfy enum value set: [ReportBatchItemFailures]]");
        }
        return types.stream().map(Objects::requireNonNull).toList();
    }

    /** Where batches go on failure, as {@code request} says: a bucket or a topic. */
    @Nullable
    String onFailure(String accountId, MappingRequest request) {
        var config = request.destinationConfig();
        if (config == null) {
            return null;
        }
        refuse("DestinationConfig.OnSuccess", config.onSuccess());
        var named = config.onFailure() == null ? null : config.onFailure().destination();
        new Constraints()
                .length("destinationConfig.onFailure.destination", named, 0, 350)
                .pattern("destinationConfig.onFailure.destination", named, DESTINATION)
                .check();
        if (named == null || named.isEmpty()) {
            return null;
        }
        return switch (Destination.parse(named).orElse(null)) {
            case Destination.OfBucket ignored -> named;
            case Destination.OfTopic topic when accountId.isEmpty() || topics.mayUse(accountId, topic.topic()) -> named;
            case Destination.OfTopic topic ->
                throw invalid("The topic " + topic.topic() + " is not the account's: its name must begin with '"
                        + accountId + ".'.");
            case null, default ->
                throw invalid(
                        "The destination " + named + " is not supported for this event source mapping: an S3 bucket"
                                + " (arn:aws:s3:::BUCKET) or a Kafka topic (kafka://TOPIC) is.");
        };
    }

    static LambdaException invalid(String message) {
        return LambdaError.INVALID_PARAMETER_VALUE.with(message);
    }
}
