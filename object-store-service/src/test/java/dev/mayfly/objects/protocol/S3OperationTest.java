package dev.mayfly.objects.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.objects.testing.RunningStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Holds the table of operations against what is served and against AWS's own model. */
class S3OperationTest {
    /** Older names of the same requests. */
    private static final Set<String> ALIASES =
            Set.of("GetBucketLifecycle", "PutBucketLifecycle", "GetBucketNotification", "PutBucketNotification");

    private final RunningStore store = RunningStore.get();

    /** A request of the operation, on a bucket that nobody has. */
    private static String target(S3Operation operation) {
        return operation
                .request()
                .replaceFirst("^[A-Z]+ ", "")
                .replace("{Bucket}", "nobody-has-this")
                .replace("{Key+}", "key");
    }

    private static String method(S3Operation operation) {
        return operation.request().replaceFirst(" .*", "");
    }

    @Test
    void whatIsNotServedIsRefusedByName() {
        for (S3Operation operation : S3Operation.values()) {
            RunningStore.Answer answer =
                    store.call(method(operation), target(operation)).send();
            assertThat(answer.status()).as(operation.title()).isNotEqualTo(500);
            if (answer.status() == 501) {
                answer.expect(501, "NotImplemented");
                assertThat(answer.element("Message")).startsWith(operation.title() + " is not implemented");
            }
        }
    }

    @Test
    void everyRequestIsRoutedToItsOperation() {
        for (S3Operation operation : S3Operation.values()) {
            boolean copy = operation.title().endsWith("Copy") || operation == S3Operation.COPY_OBJECT;
            assertThat(S3Router.route(method(operation), S3Target.parse(target(operation)), copy))
                    .isEqualTo(operation);
        }
    }

    @Test
    void everyOperationOfAwsModelIsInTheTable() throws Exception {
        Path model = model();
        assumeTrue(Files.exists(model), "no botocore: pip install botocore brings AWS's model of S3");
        Set<String> expected = new TreeSet<>();
        try (InputStream in = open(model)) {
            for (var operation : Json.mapper().readTree(in).get("operations").values()) {
                var http = operation.get("http");
                expected.add(operation.get("name").asString() + " "
                        + http.get("method").asString() + " "
                        + path(http.get("requestUri").asString()));
            }
        }
        expected.removeIf(operation -> ALIASES.contains(operation.replaceFirst(" .*", "")));
        Set<String> known = Arrays.stream(S3Operation.values())
                .map(operation -> operation.title() + " " + path(operation.request()))
                .collect(Collectors.toSet());
        assertThat(known).containsAll(expected);
    }

    private static String path(String request) {
        return request.replaceFirst("\\?.*", "");
    }

    private static InputStream open(Path model) throws IOException {
        InputStream in = Files.newInputStream(model);
        return model.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
    }

    private static Path model() throws IOException, InterruptedException {
        var python = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import botocore.loaders, os; l = botocore.loaders.Loader();"
                                + " p = os.path.join(l.BUILTIN_DATA_PATH, 's3', '2006-03-01', 'service-2.json');"
                                + " print(p if os.path.exists(p) else p + '.gz')")
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            Process process = python.start();
            String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(20, TimeUnit.SECONDS);
            return Path.of(path.isBlank() ? "no-botocore" : path.strip());
        } catch (IOException e) {
            return Path.of("no-python");
        }
    }
}
