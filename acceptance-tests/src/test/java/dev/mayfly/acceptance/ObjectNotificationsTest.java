package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Event;
import software.amazon.awssdk.services.s3.model.FilterRule;
import software.amazon.awssdk.services.s3.model.FilterRuleName;
import software.amazon.awssdk.services.s3.model.LambdaFunctionConfiguration;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Buckets tell functions of their objects, whoever dies meanwhile, and functions that set themselves off are stopped. */
@Isolated
class ObjectNotificationsTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** What the bundle of the thumbnail example does, for whatever the bucket tells. */
    private static final String EAGER = """
            import { handler as thumbnail } from './index.mjs';
            export const handler = async ({ Records }) => {
              for (const { s3 } of Records) {
                await thumbnail({ bucket: s3.bucket.name, key: decodeURIComponent(s3.object.key.replace(/\\+/g, ' ')) });
              }
            };
            """;

    private final RunningSuite suite = RunningSuite.get();

    private static String allowed(LambdaClient lambda, String function, String bucket) {
        lambda.addPermission(request -> request.functionName(function)
                .statementId("bucket")
                .action("lambda:InvokeFunction")
                .principal("s3.amazonaws.com")
                .sourceArn("arn:aws:s3:::" + bucket)
                .sourceAccount(RunningSuite.ACCOUNT));
        return lambda.getFunctionConfiguration(request -> request.functionName(function))
                .functionArn();
    }

    private static void notify(S3Client s3, String bucket, String arn, String suffix) {
        var rule = LambdaFunctionConfiguration.builder()
                .id("told")
                .lambdaFunctionArn(arn)
                .events(Event.S3_OBJECT_CREATED, Event.S3_OBJECT_REMOVED)
                .filter(filter -> filter.key(key -> key.filterRules(FilterRule.builder()
                        .name(FilterRuleName.SUFFIX)
                        .value(suffix)
                        .build())))
                .build();
        s3.putBucketNotificationConfiguration(request ->
                request.bucket(bucket).notificationConfiguration(all -> all.lambdaFunctionConfigurations(rule)));
    }

    private static List<String> keys(S3Client s3, String bucket) {
        return s3.listObjectsV2Paginator(request -> request.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private JsonNode queue(String function) {
        return JsonMapper.shared()
                .readTree(suite.own("GET", "/v1/functions/" + function + "/queue", "")
                        .body());
    }

    @Test
    void aFunctionThatSetsItselfOffIsStopped() throws IOException {
        var bundle = suite.root().resolve("examples/thumbnail/dist/index.mjs");
        assumeTrue(
                Files.exists(bundle),
                "examples/thumbnail is not built: there is no bundle of the AWS SDK to test with");
        var image = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_INT_ARGB), "png", image);
        String bucket = FunctionFixtures.uniqueName("loop");
        try (var lambda = suite.lambda();
                var s3 = suite.s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            byte[] zip = FunctionFixtures.zip(Map.of(
                    "index.mjs", Files.readAllBytes(bundle), "eager.mjs", EAGER.getBytes(StandardCharsets.UTF_8)));
            String function = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.function(FunctionFixtures.uniqueName("eager"), "nodejs20.x", "eager.handler", zip)
                            .timeout(30)
                            .memorySize(512));
            assertThatThrownBy(() -> notify(s3, bucket, arn(function), ".png"))
                    .isInstanceOfSatisfying(S3Exception.class, refused -> {
                        assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("InvalidArgument");
                        assertThat(refused).hasMessageContaining("Unable to validate the following destination");
                    });
            notify(s3, bucket, allowed(lambda, function, bucket), ".png");
            s3.putObject(request -> request.bucket(bucket).key("a b.png"), RequestBody.fromBytes(image.toByteArray()));
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(queue(function).path("deadLetters").asInt())
                                    .as("%s in %s", queue(function), keys(s3, bucket))
                                    .isEqualTo(1));
            assertThat(keys(s3, bucket)).hasSize(17);
            assertThat(suite.own("GET", "/v1/functions/" + function + "/queue/dead-letters", "")
                            .body())
                    .contains("RecursiveInvocationException");
        }
    }

    private static String arn(String function) {
        return "arn:aws:lambda:us-east-1:" + RunningSuite.ACCOUNT + ":function:" + function;
    }

    /** The event of a key, as the success destination has it. */
    private static Set<String> told(S3Client s3, String bucket) {
        var told = new HashSet<String>();
        for (String record : keys(s3, bucket)) {
            var document = JsonMapper.shared()
                    .readTree(s3.getObjectAsBytes(
                                    request -> request.bucket(bucket).key(record))
                            .asByteArray());
            JsonNode event = document.at("/requestPayload/Records/0");
            assertThat(event.at("/s3/configurationId").asString()).isEqualTo("told");
            told.add(event.path("eventName").asString() + " "
                    + event.at("/s3/object/key").asString());
        }
        return told;
    }

    private static void putWhateverHappens(S3Client s3, String bucket, String key) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsMatching(SdkException.class::isInstance)
                .until(() -> s3.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString("x"))
                                .eTag()
                        != null);
    }

    /** With Kafka stopped, what is committed stays in the outbox; then all die that could carry it on. */
    @Test
    void noneIsLostWhenTheStoreKafkaAndTheInvokerAreKilled() throws IOException {
        String bucket = FunctionFixtures.uniqueName("told");
        String records = FunctionFixtures.uniqueName("records");
        var expected = new HashSet<String>();
        try (var lambda = suite.lambda();
                var s3 = suite.s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            s3.createBucket(request -> request.bucket(records));
            String function = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.nodeSource(
                            FunctionFixtures.uniqueName("counts"), "exports.handler = async () => 1;"));
            lambda.putFunctionEventInvokeConfig(request -> request.functionName(function)
                    .destinationConfig(
                            config -> config.onSuccess(success -> success.destination("arn:aws:s3:::" + records))));
            notify(s3, bucket, allowed(lambda, function, bucket), ".txt");
            suite.processes("kafka").forEach(kafka -> signal("STOP", kafka));
            for (int i = 0; i < 40; i++) {
                String key = "while-kafka-stands-still/" + i + ".txt";
                putWhateverHappens(s3, bucket, key);
                expected.add("ObjectCreated:Put " + key);
            }
            s3.deleteObject(request -> request.bucket(bucket).key("while-kafka-stands-still/0.txt"));
            expected.add("ObjectRemoved:Delete while-kafka-stands-still/0.txt");
            s3.putObject(request -> request.bucket(bucket).key("not-told.png"), RequestBody.fromString("x"));
            suite.processes("object-store-service").forEach(ProcessHandle::destroyForcibly);
            suite.processes("kafka").forEach(ProcessHandle::destroyForcibly);
            for (int i = 0; i < 20; i++) {
                String key = "while-it-comes-back/" + i + ".txt";
                putWhateverHappens(s3, bucket, key);
                expected.add("ObjectCreated:Put " + key);
            }
            suite.killAndAwait("invoker-service");
            await().atMost(LIMIT.multipliedBy(2))
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptionsMatching(SdkException.class::isInstance)
                    .untilAsserted(() -> assertThat(told(s3, records)).isEqualTo(expected));
        }
    }

    private static void signal(String name, ProcessHandle process) {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(exit).isZero();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
