package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * The public suite {@code ceph/s3-tests}, whose checkout {@code -Dmayfly.s3-tests=FOLDER} names, run by
 * {@code -Dmayfly.s3-tests.python=PYTHON} (default {@code python3}), which has its requirements. What fails must be on the
 * list of expected failures, and what is on the list must fail. Takes about 20 minutes:
 * {@code mvn -f acceptance-tests test -Dtest=CephS3Tests -Dmayfly.s3-tests=...}
 */
class CephS3Tests {
    private static final Duration LIMIT = Duration.ofHours(2);
    private static final List<String> LEFT_OUT = List.of(
            "appendobject",
            "auth_aws2",
            "bucket_logging",
            "cloud_restore",
            "cloud_transition",
            "fails_on_aws",
            "iam_account",
            "lifecycle_expiration",
            "lifecycle_transition",
            "sns");
    private static final List<String> SECTIONS =
            List.of("s3 main", "s3 alt", "s3 tenant", "iam", "iam root", "iam alt root");
    private static final Pattern RESULT =
            Pattern.compile("(PASSED|FAILED|ERROR) s3tests/functional/(\\S+?)\\.py::(\\w+).*");

    private final RunningSuite suite = RunningSuite.get();

    @TempDir
    private Path folder;

    @Test
    void failuresAreTheExpectedOnes() throws IOException {
        String checkout = System.getProperty("mayfly.s3-tests", "");
        assumeTrue(!checkout.isEmpty(), "ceph/s3-tests is run on demand: -Dmayfly.s3-tests=CHECKOUT");
        Path configuration = folder.resolve("s3tests.conf");
        Files.writeString(configuration, configuration());
        var ran = suite.client(
                LIMIT,
                "env",
                "--chdir=" + checkout,
                "--unset=AWS_ENDPOINT_URL",
                "S3TEST_CONF=" + configuration,
                "PYTHONDONTWRITEBYTECODE=1",
                System.getProperty("mayfly.s3-tests.python", "python3"),
                "-m",
                "pytest",
                "-q",
                "-rA",
                "--tb=line",
                "-p",
                "no:cacheprovider",
                "-m",
                "not (" + String.join(" or ", LEFT_OUT) + ")",
                "s3tests/functional/test_s3.py",
                "s3tests/functional/test_headers.py");
        Map<String, Boolean> passed = new TreeMap<>();
        ran.output()
                .lines()
                .map(RESULT::matcher)
                .filter(Matcher::matches)
                .forEach(
                        result -> passed.merge(result.group(3), result.group(1).equals("PASSED"), Boolean::logicalAnd));
        assertThat(passed).as(ran.output()).hasSizeGreaterThan(500);
        Set<String> failed = new TreeSet<>(passed.keySet());
        failed.removeIf(passed::get);
        assertThat(failed).isEqualTo(expected());
    }

    private Set<String> expected() throws IOException {
        Path list = ObjectClients.resource("/s3-tests/expected-failures.txt", folder);
        Set<String> expected = new TreeSet<>();
        for (String line : Files.readAllLines(list)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split(" \\| ", 2);
                assertThat(parts).as("test | reason: %s", line).hasSize(2);
                expected.add(parts[0].strip());
            }
        }
        return expected;
    }

    /** Each section has an account of its own. */
    private String configuration() {
        var text = new StringBuilder("[DEFAULT]\nhost = localhost\nport = %d\nis_secure = False\nssl_verify = False\n"
                .formatted(suite.endpoint().getPort()));
        text.append("[fixtures]\nbucket prefix = s3tests-{random}-\n");
        for (String section : SECTIONS) {
            var account = JsonMapper.shared().readTree(open(section));
            String id = account.get("accountId").asString();
            var key = account.get("accessKey");
            text.append("[%s]\ndisplay_name = %s\nuser_id = %s\nemail = %s@example.com\ntenant = %s\n"
                    .formatted(section, id, id, section.replace(' ', '-'), id));
            text.append("api_name = eu-west-1\naccess_key = %s\nsecret_key = %s\n"
                    .formatted(
                            key.get("accessKeyId").asString(),
                            key.get("secretAccessKey").asString()));
        }
        return text.toString();
    }

    private String open(String name) {
        var opened = suite.send(HttpRequest.newBuilder(suite.endpoint().resolve("/v1/accounts"))
                .header("Authorization", "Bearer " + suite.accessKeyId() + "." + suite.secretAccessKey())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + name + "\"}"))
                .build());
        assertThat(opened.statusCode()).as(opened.body()).isEqualTo(201);
        return opened.body();
    }
}
