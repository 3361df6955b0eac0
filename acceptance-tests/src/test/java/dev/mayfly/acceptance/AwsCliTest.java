package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows, done with the real aws cli and nothing set but what {@code ./mayfly env} prints. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AwsCliTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final RunningSuite suite = RunningSuite.get();

    @TempDir
    private Path folder;

    @BeforeAll
    static void requireCli() {
        FunctionFixtures.requireAwsCli();
    }

    private String aws(String... arguments) {
        var command = new java.util.ArrayList<>(Arrays.asList(arguments));
        command.addFirst("aws");
        var ran = suite.client(LIMIT, command.toArray(String[]::new));
        assertThat(ran.exitCode()).as("%s%n%s", command, ran.output()).isZero();
        return ran.output();
    }

    private String zip(String name, String entry, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, FunctionFixtures.zipOf(entry, text));
        return "fileb://" + file;
    }

    @Test
    void functions() throws IOException {
        String name = FunctionFixtures.uniqueName("cli");
        String code = zip("first.zip", "index.js", "exports.handler = async e => { console.log('heard'); return e; };");
        assertThat(aws(
                        "lambda",
                        "create-function",
                        "--function-name",
                        name,
                        "--runtime",
                        "nodejs20.x",
                        "--handler",
                        "index.handler",
                        "--role",
                        RunningSuite.ROLE,
                        "--zip-file",
                        code))
                .contains("\"FunctionName\": \"" + name + "\"");
        aws("lambda", "wait", "function-active-v2", "--function-name", name);

        Path answer = folder.resolve("answer.json");
        String log = aws(
                "lambda",
                "invoke",
                "--function-name",
                name,
                "--payload",
                "{\"a\":1}",
                "--log-type",
                "Tail",
                "--query",
                "LogResult",
                "--output",
                "text",
                answer.toString());
        assertThat(Files.readString(answer)).isEqualTo("{\"a\":1}");
        assertThat(new String(java.util.Base64.getDecoder().decode(log.strip())))
                .contains("heard");
        Path arguments = Files.writeString(folder.resolve("arguments.json"), "{}");
        assertThat(aws("lambda", "invoke-async", "--function-name", name, "--invoke-args", arguments.toString()))
                .contains("\"Status\": 202");
        assertThat(aws("lambda", "list-capacity-providers")).contains("\"CapacityProviders\": []");
        assertThat(aws(
                        "lambda",
                        "invoke",
                        "--function-name",
                        name,
                        "--invocation-type",
                        "Event",
                        "--payload",
                        "{}",
                        answer.toString()))
                .contains("202");

        String second = zip("second.zip", "index.js", "exports.handler = async () => 'second';");
        aws("lambda", "update-function-code", "--function-name", name, "--zip-file", second);
        aws("lambda", "wait", "function-updated-v2", "--function-name", name);
        aws("lambda", "invoke", "--function-name", name, answer.toString());
        assertThat(Files.readString(answer)).isEqualTo("\"second\"");

        assertThat(aws("lambda", "list-functions", "--query", "Functions[].FunctionName"))
                .contains(name);
        aws("lambda", "delete-function", "--function-name", name);
        var gone = suite.client(LIMIT, "aws", "lambda", "get-function", "--function-name", name);
        assertThat(gone.exitCode()).isNotZero();
        assertThat(gone.output()).contains("ResourceNotFoundException");
    }

    @Test
    void objects() throws IOException {
        String bucket = "s3://" + FunctionFixtures.uniqueName("cli");
        byte[] bytes = new byte[20 << 20];
        new Random(7).nextBytes(bytes);
        Path file = folder.resolve("twenty megabytes.bin");
        Files.write(file, bytes);

        aws("s3", "mb", bucket);
        aws("s3", "cp", "--no-progress", file.toString(), bucket + "/folder/twenty megabytes.bin");
        assertThat(aws("s3", "ls", bucket + "/folder/")).contains("20971520 twenty megabytes.bin");
        Path back = folder.resolve("back.bin");
        aws("s3", "cp", "--no-progress", bucket + "/folder/twenty megabytes.bin", back.toString());
        assertThat(Files.mismatch(file, back)).isEqualTo(-1);

        aws("s3", "cp", "--no-progress", bucket + "/folder/twenty megabytes.bin", bucket + "/copy");
        String link = aws("s3", "presign", bucket + "/copy").strip();
        assertThat(Pattern.matches("http://.*X-Amz-Signature=.*|http://.*Signature=.*", link))
                .isTrue();
        try (var download = java.net.URI.create(link).toURL().openStream()) {
            assertThat(download.readAllBytes()).isEqualTo(bytes);
        }

        aws("s3", "rm", "--recursive", bucket);
        aws("s3", "rb", bucket);
        assertThat(aws("s3", "ls")).doesNotContain(bucket.substring("s3://".length()));
    }

    @Test
    void identity() {
        assertThat(aws("sts", "get-caller-identity", "--query", "Account", "--output", "text")
                        .strip())
                .isEqualTo(RunningSuite.ACCOUNT);
    }

    @Test
    void commandsOfTheSuiteExplainThemselves() {
        assertThat(suite.mayfly("status").exitCode()).isZero();
        assertThat(suite.mayfly("up", "--detach").output()).containsIgnoringCase("already");
        assertThat(suite.mayfly("--help").output()).contains("up", "down", "status", "logs", "usage", "env", "doctor");
        assertThat(suite.mayfly("no-such-command").exitCode()).isEqualTo(2);
        assertThat(Map.of("doctor", suite.mayfly("doctor").output()).get("doctor"))
                .contains("wasm", "container");
    }
}
