package dev.mayfly.objects.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.testing.AwsModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Holds the table of operations against what is served and against AWS's own model. */
class S3OperationTest {
    /** Older names of the same requests. */
    private static final Set<String> ALIASES =
            Set.of("GetBucketLifecycle", "PutBucketLifecycle", "GetBucketNotification", "PutBucketNotification");

    private static final Path PAGE = Path.of("..", "docs", "s3.md");
    private static final String BEGIN = "<!-- operations: made from S3Operation -->\n";
    private static final String END = "<!-- end of operations -->";
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| `[^`]*` \\| (supported|refused|not yet).*");

    /** What Mayfly does without, and why, by what the names of the operations hold. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("Abac", "there are no sessions of roles with tags"),
            Map.entry("Accelerate", "there is one place, and nothing between"),
            Map.entry("Analytics", "there is one storage class"),
            Map.entry("IntelligentTiering", "there is one storage class"),
            Map.entry("Inventory", "listings are index scans"),
            Map.entry("Logging", "usage and traces tell of requests"),
            Map.entry("Metadata", "there are no tables of metadata"),
            Map.entry("MetricsConfiguration", "usage is metered for every bucket"),
            Map.entry("Replication", "the blob store replicates"),
            Map.entry("RequestPayment", "the owner pays"),
            Map.entry("CreateSession", "there are no directory buckets"),
            Map.entry("DirectoryBuckets", "there are no directory buckets"),
            Map.entry("RenameObject", "there are no directory buckets"),
            Map.entry("RestoreObject", "nothing is archived"),
            Map.entry("SelectObjectContent", "functions do this"),
            Map.entry("Torrent", "AWS gave it up, too"),
            Map.entry("UpdateObjectEncryption", "there are no keys of customers"),
            Map.entry("WriteGetObjectResponse", "there are no object lambdas"));

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

    private boolean isServed(S3Operation operation) {
        return store.call(method(operation), target(operation)).send().status() != 501;
    }

    /** Run with {@code -Dmayfly.docs.write=true}, it writes the table into the page. */
    @Test
    void thePageSaysWhatIsServed() throws IOException {
        if (Boolean.getBoolean("mayfly.docs.write")) {
            String page = Files.readString(PAGE);
            int begin = page.indexOf(BEGIN) + BEGIN.length();
            Files.writeString(PAGE, page.substring(0, begin) + table() + page.substring(page.indexOf(END)));
        }
        Map<String, String> rows = Files.readString(PAGE)
                .lines()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
        for (S3Operation operation : S3Operation.values()) {
            String row = rows.get(operation.title());
            assertThat(row).as(operation.title()).isNotNull();
            if (!row.equals("not yet")) {
                assertThat(row).as(operation.title()).isEqualTo(isServed(operation) ? "supported" : "refused");
            }
        }
    }

    private String table() {
        return "\n| operation | request | here |\n|---|---|---|\n"
                + Arrays.stream(S3Operation.values())
                        .map(operation -> "| `" + operation.title() + "` | `" + operation.request() + "` | "
                                + support(operation) + " |\n")
                        .collect(Collectors.joining())
                + "\n";
    }

    private String support(S3Operation operation) {
        return isServed(operation)
                ? "supported"
                : REFUSED.entrySet().stream()
                        .filter(reason -> operation.title().contains(reason.getKey()))
                        .map(reason -> "refused: " + reason.getValue())
                        .findFirst()
                        .orElse("not yet");
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
        Set<String> expected = new TreeSet<>();
        JsonNode model = Json.mapper().readTree(AwsModel.of("s3", "2006-03-01"));
        for (var operation : model.get("operations").values()) {
            var http = operation.get("http");
            expected.add(operation.get("name").asString() + " "
                    + http.get("method").asString() + " "
                    + path(http.get("requestUri").asString()));
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
}
