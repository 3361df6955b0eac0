package dev.mayfly.acceptance;

import static org.awaitility.Awaitility.await;

import io.minio.MinioClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The suite under test, started by the README's own command: {@code ./mayfly up --detach}, in a home of its own, on free
 * ports, once for all test classes; {@code ./mayfly down} when the JVM ends.
 */
final class RunningSuite {
    /** The default account. */
    static final String ACCOUNT = "000000000000";

    static final String ROLE = "arn:aws:iam::" + ACCOUNT + ":role/function";

    /** As long as the suite itself waits for a component, by default. */
    private static final Duration START_LIMIT = Duration.ofSeconds(180);

    private static final class Holder {
        private static final RunningSuite SUITE = start();
    }

    private final Path root;
    private final Path home;
    private final Map<String, String> settings;
    private final Map<String, String> exports = new HashMap<>();

    private RunningSuite(Path root, Path home, Map<String, String> settings) {
        this.root = root;
        this.home = home;
        this.settings = settings;
    }

    static RunningSuite get() {
        return Holder.SUITE;
    }

    private static RunningSuite start() {
        Path root = Path.of("").toAbsolutePath().getParent();
        int base = freeRange();
        Path home = root.resolve("acceptance-tests/target/suite-home");
        var suite = new RunningSuite(
                root,
                home,
                Map.of(
                        "MAYFLY_HOME", home.toString(),
                        "MAYFLY_PORT", Integer.toString(base),
                        "MAYFLY_INTERNAL_PORT_BASE", Integer.toString(base + 1),
                        "MAYFLY_NO_BUILD", "true",
                        "NO_COLOR", "1"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> suite.mayfly(Duration.ofMinutes(1), "down")));
        var up = suite.mayfly(Duration.ofMinutes(4), "up", "--detach");
        if (up.exitCode() != 0) {
            throw new IllegalStateException("./mayfly up failed:\n" + up.output());
        }
        for (String line : suite.mayfly("env").output().lines().toList()) {
            if (line.startsWith("export ")) {
                String[] pair = line.substring("export ".length()).split("=", 2);
                suite.exports.put(pair[0], pair[1].replaceAll("^['\"]|['\"]$", ""));
            }
        }
        return suite;
    }

    /** A port with some free ones behind it, below the range that the system gives to clients. */
    private static int freeRange() {
        for (int base = 21_000; base < 30_000; base += 100) {
            if (isFree(base) && isFree(base + 1) && isFree(base + 2)) {
                return base;
            }
        }
        throw new IllegalStateException("No free ports between 21000 and 30000");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** What a command printed, both streams, and how it ended. */
    record Ran(int exitCode, String output) {}

    Ran mayfly(String... arguments) {
        return mayfly(Duration.ofMinutes(1), arguments);
    }

    Ran mayfly(Duration limit, String... arguments) {
        return run(limit, Map.of(), prepend(root.resolve("mayfly").toString(), arguments));
    }

    /** Runs a program with the environment that {@code ./mayfly env} prints. */
    Ran client(Duration limit, String... command) {
        return run(limit, exports, List.of(command));
    }

    private static List<String> prepend(String first, String... rest) {
        var all = new java.util.ArrayList<>(List.of(rest));
        all.addFirst(first);
        return all;
    }

    private Ran run(Duration limit, Map<String, String> more, List<String> command) {
        try {
            Path output = Files.createTempFile("mayfly-acceptance", ".out");
            var process = start(output, more, command);
            boolean ended = process.waitFor(limit);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            String text = Files.readString(output);
            Files.delete(output);
            if (!ended) {
                throw new IllegalStateException(command + " did not end within " + limit + ":\n" + text);
            }
            return new Ran(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Process start(Path output, Map<String, String> more, List<String> command) throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        builder.environment().putAll(settings);
        builder.environment().putAll(more);
        return builder.start();
    }

    /** As {@link #client}, for a program that goes on until it is stopped: what it prints goes to {@code output}. */
    Process startClient(Path output, String... command) throws IOException {
        return start(output, exports, List.of(command));
    }

    Path root() {
        return root;
    }

    /** Java processes of this suite that are {@code component}, or all: their command lines name its home. */
    List<ProcessHandle> processes(String component) {
        String mark = component.isEmpty() ? "" : "mayfly.component=" + component + " ";
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    String line = process.info().commandLine().orElse("");
                    return line.contains(home.toString()) && line.contains(mark);
                })
                .toList();
    }

    /** Kills a component without notice and waits until its supervisor has brought it back. */
    void killAndAwait(String component) throws IOException {
        int before = restarts(component);
        List<ProcessHandle> victims = processes(component);
        if (victims.isEmpty()) {
            throw new IllegalStateException(component + " does not run");
        }
        victims.forEach(ProcessHandle::destroyForcibly);
        await().alias(component + " is back")
                .atMost(START_LIMIT)
                .until(() -> restarts(component) > before && isReady());
    }

    /** Whether all components are, as their supervisor says; {@code ./mayfly status} would take a processor each time. */
    boolean isReady() throws IOException {
        return components().allMatch(fields -> fields[2].equals("READY"));
    }

    private int restarts(String component) throws IOException {
        return components()
                .filter(fields -> fields[1].equals(component))
                .mapToInt(fields -> Integer.parseInt(fields[5]))
                .sum();
    }

    private Stream<String[]> components() throws IOException {
        return Files.readAllLines(home.resolve("run/state")).stream()
                .map(line -> line.split("\t", -1))
                .filter(fields -> fields[0].equals("component"));
    }

    Path home() {
        return home;
    }

    /** The port that internal services count from. */
    int internalPortBase() {
        return Integer.parseInt(settings.get("MAYFLY_INTERNAL_PORT_BASE"));
    }

    URI endpoint() {
        return URI.create(exports.get("AWS_ENDPOINT_URL"));
    }

    String accessKeyId() {
        return exports.get("AWS_ACCESS_KEY_ID");
    }

    String secretAccessKey() {
        return exports.get("AWS_SECRET_ACCESS_KEY");
    }

    LambdaClient lambda() {
        return lambda(accessKeyId(), secretAccessKey());
    }

    LambdaClient lambda(String accessKeyId, String secretAccessKey) {
        return configured(LambdaClient.builder(), accessKeyId, secretAccessKey)
                .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(2)))
                .build();
    }

    LambdaAsyncClient lambdaAsync() {
        return configured(LambdaAsyncClient.builder(), accessKeyId(), secretAccessKey())
                .build();
    }

    S3Client s3() {
        return s3(accessKeyId(), secretAccessKey());
    }

    S3Client s3(String accessKeyId, String secretAccessKey) {
        return configured(S3Client.builder(), accessKeyId, secretAccessKey)
                .forcePathStyle(true)
                .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(2)))
                .build();
    }

    StsClient sts() {
        return configured(StsClient.builder(), accessKeyId(), secretAccessKey())
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    S3Presigner presigner() {
        return S3Presigner.builder()
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKeyId(), secretAccessKey())))
                .serviceConfiguration(software.amazon.awssdk.services.s3.S3Configuration.builder()
                        .pathStyleAccessEnabled(true)
                        .build())
                .build();
    }

    MinioClient minio() {
        return MinioClient.builder()
                .endpoint(endpoint().toString())
                .credentials(accessKeyId(), secretAccessKey())
                .region("us-east-1")
                .build();
    }

    /** No retries: a test wants to see each answer. */
    private <B extends AwsClientBuilder<B, C>, C> B configured(B builder, String keyId, String secret) {
        return builder.endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(keyId, secret)))
                .overrideConfiguration(config ->
                        config.retryStrategy(DefaultRetryStrategy.doNotRetry()).apiCallTimeout(Duration.ofMinutes(3)));
    }

    /** {@code GET} of an own API with the bearer form of the owner's key. */
    HttpResponse<String> get(String pathAndQuery, String accept) {
        var request = HttpRequest.newBuilder(endpoint().resolve(pathAndQuery))
                .header("Authorization", "Bearer " + accessKeyId() + "." + secretAccessKey())
                .header("Accept", accept)
                .timeout(Duration.ofSeconds(30))
                .build();
        return send(request);
    }

    /** A request of an own API, with the bearer form of the owner's key. */
    HttpResponse<String> own(String method, String pathAndQuery, String body) {
        return send(HttpRequest.newBuilder(endpoint().resolve(pathAndQuery))
                .header("Authorization", "Bearer " + accessKeyId() + "." + secretAccessKey())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(30))
                .build());
    }

    HttpResponse<String> send(HttpRequest request) {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
