package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every operation that {@code docs/lambda-api.md} calls supported, and each error that AWS's model has for it, called through
 * the gateway. The calls are the lines of the files in {@code conformance/}.
 */
@ResourceLock("unreserved concurrency")
class ConformanceTest {
    private static final Pattern CALL = Pattern.compile(
            "(?<operation>\\w+) (?<input>\\{.*}) -> (?<status>\\d{3})(?: (?<error>\\w+Exception))?(?<members> .*)?");
    private static final Pattern NEVER = Pattern.compile("never (?<operations>[\\w,]+|\\*) (?<errors>[\\w,]+): .+");
    private static final Pattern MEMBER = Pattern.compile("(\\w+)([=>])(\\{.*}|\\S+)");
    private static final Pattern COMMAND = Pattern.compile("(?<arguments>.+) ->(?<answer>.*)");
    private static final Pattern REQUEST =
            Pattern.compile("(?<method>[A-Z]+) (?<path>\\S+)(?: (?<body>.+))? -> (?<status>\\d{3})");
    private static final Pattern SUPPORTED = Pattern.compile("\\| `(\\w+)` \\| `[^`]+` \\| supported: .*");

    /** Those that the SDK's synchronous client does not have; ApiInvokeTest, StreamingTest and ApiSettingsTest do. */
    private static final Set<String> NOT_IN_THE_SDK =
            Set.of("InvokeAsync", "InvokeWithResponseStream", "ListCapacityProviders");

    /** The cli has no event streams, and ListCapacityProviders in its newest versions only. */
    private static final Set<String> NOT_IN_THE_CLI = Set.of("InvokeWithResponseStream", "ListCapacityProviders");

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .build();

    @TempDir
    private Path folder;

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/conformance", file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theSdkGetsWhatAwsDocuments() throws IOException {
        RunningSuite suite = RunningSuite.get();
        String name = FunctionFixtures.uniqueName("conformance");
        var names = new Names(Map.of(
                "f",
                name,
                "account",
                RunningSuite.ACCOUNT,
                "role",
                RunningSuite.ROLE,
                "arn",
                "arn:aws:lambda:us-east-1:" + RunningSuite.ACCOUNT + ":function:" + name,
                "bucket",
                name,
                "large",
                base64("\"" + "x".repeat(6 << 20) + "\""),
                "event",
                base64("{}"),
                "zip",
                Base64.getEncoder()
                        .encodeToString(FunctionFixtures.zipOf("index.js", "exports.handler = async () => 1;"))));
        var softly = new SoftAssertions();
        try (var lambda = suite.lambda();
                var s3 = suite.s3()) {
            s3.createBucket(request -> request.bucket(name));
            for (String line : lines("sdk.txt")) {
                Matcher call = CALL.matcher(line);
                if (call.matches()) {
                    var input = LENIENT.readTree(names.in(call.group("input")));
                    var answer = new SdkCall(call.group("operation"), input).send(lambda);
                    check(softly, line, call, answer, names);
                }
            }
        }
        softly.assertAll();
    }

    private static void check(SoftAssertions softly, String line, Matcher call, SdkCall.Answer answer, Names names) {
        String what = line + " but " + answer;
        softly.assertThat(answer.status()).as(what).isEqualTo(Integer.parseInt(call.group("status")));
        softly.assertThat(answer.error()).as(what).isEqualTo(Objects.requireNonNullElse(call.group("error"), ""));
        softly.assertThat(answer.message()).as(what).doesNotContain("dev.mayfly", "Exception:");
        if (!answer.error().isEmpty()) {
            softly.assertThat(answer.message()).as(what).isNotBlank();
        }
        if (call.group("members") == null) {
            return;
        }
        Matcher members = MEMBER.matcher(call.group("members"));
        while (members.find()) {
            String value = String.valueOf(answer.members().get(members.group(1)));
            if (members.group(2).equals(">")) {
                names.put(members.group(3), value);
            } else {
                softly.assertThat(value).as(what).isEqualTo(names.in(members.group(3)));
            }
        }
    }

    @Test
    void theCommandLineClientGetsThem() throws IOException {
        AwsCliTest.requireCli();
        RunningSuite suite = RunningSuite.get();
        Path event = Files.writeString(folder.resolve("event.json"), "{}");
        Path zip = Files.write(folder.resolve("layer.zip"), FunctionFixtures.zipOf("layer.txt", "of the cli"));
        String name = FunctionFixtures.uniqueName("conformance-cli");
        var softly = new SoftAssertions();
        try (var lambda = suite.lambda()) {
            String arn = lambda.createFunction(FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;")
                            .build())
                    .functionArn();
            var names = new Names(Map.of(
                    "f",
                    name,
                    "account",
                    RunningSuite.ACCOUNT,
                    "arn",
                    arn,
                    "event",
                    event.toString(),
                    "zip",
                    zip.toString()));
            var commands = lines("cli.txt").stream()
                    .map(line -> COMMAND.matcher(names.in(line)))
                    .filter(Matcher::matches)
                    .toList();
            assertThat(commands).hasSameSizeAs(lines("cli.txt"));
            var ends = aws(commands.stream()
                    .map(command -> List.of(command.group("arguments").split(" ")))
                    .toList());
            for (int i = 0; i < commands.size(); i++) {
                String line = commands.get(i).group();
                String expected = commands.get(i).group("answer").strip();
                softly.assertThat(ends.get(i).output()).as(line).contains(expected);
                softly.assertThat(ends.get(i).exitCode() == 0)
                        .as("%s%n%s", line, ends.get(i).output())
                        .isEqualTo(!expected.endsWith("Exception"));
            }
            lambda.deleteFunction(request -> request.functionName(name));
        }
        softly.assertAll();
    }

    /** One process for all, where python has the cli, saves a second each. */
    private List<RunningSuite.Ran> aws(List<List<String>> commands) throws IOException {
        RunningSuite suite = RunningSuite.get();
        if (suite.client(LIMIT, "python3", "-c", "import awscli.clidriver").exitCode() != 0) {
            return commands.stream()
                    .map(command -> suite.client(
                            LIMIT,
                            Stream.concat(Stream.of("aws"), command.stream()).toArray(String[]::new)))
                    .toList();
        }
        Path file = Files.write(
                folder.resolve("commands.jsonl"),
                commands.stream().map(JsonMapper.shared()::writeValueAsString).toList());
        var ran = suite.client(LIMIT, "python3", "src/test/resources/conformance/aws.py", file.toString());
        assertThat(ran.output().lines()).as(ran.output()).hasSameSizeAs(commands);
        return ran.output()
                .lines()
                .map(line -> JsonMapper.shared().readValue(line, RunningSuite.Ran.class))
                .toList();
    }

    /** Each changes it again and again until it has met another's change; what came of that is one of theirs. */
    @Test
    void twoClientsNeverTearAFunction() {
        String name = FunctionFixtures.uniqueName("conformance-race");
        try (var lambda = RunningSuite.get().lambda();
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            String arn = lambda.createFunction(FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;")
                            .build())
                    .functionArn();
            Map<String, IntConsumer> changes = Map.of(
                    "UpdateFunctionConfiguration",
                    i -> lambda.updateFunctionConfiguration(request -> request.functionName(name)
                            .description("d" + i % 900)
                            .timeout(1 + i % 900)),
                    "UpdateFunctionCode",
                    i -> lambda.updateFunctionCode(request -> request.functionName(name)
                            .zipFile(SdkBytes.fromByteArray(FunctionFixtures.zipOf("index.js", "// " + i)))),
                    "PublishVersion",
                    i -> lambda.publishVersion(request -> request.functionName(name)),
                    "TagResource",
                    i -> lambda.tagResource(request -> request.resource(arn).tags(Map.of("n", "" + i))));
            Set<String> met = ConcurrentHashMap.newKeySet();
            Instant end = Instant.now().plus(LIMIT);
            var racers = changes.keySet().stream()
                    .flatMap(change -> Stream.of(change, change))
                    .map(change -> clients.submit(() -> {
                        for (int i = 1;
                                met.size() < changes.size() && Instant.now().isBefore(end);
                                i++) {
                            try {
                                changes.get(change).accept(i);
                            } catch (ResourceConflictException e) {
                                met.add(change);
                            }
                        }
                        return null;
                    }))
                    .toList();
            assertThat(racers).allSatisfy(racer -> assertThat(racer).succeedsWithin(LIMIT));
            assertThat(met).isEqualTo(changes.keySet());
            var left = lambda.getFunctionConfiguration(request -> request.functionName(name));
            assertThat(left.description()).isEqualTo("d" + (left.timeout() - 1));
            lambda.deleteFunction(request -> request.functionName(name));
        }
    }

    @Test
    void ofMayflysOwnApiToo() throws IOException {
        RunningSuite suite = RunningSuite.get();
        String name = FunctionFixtures.uniqueName("conformance-own");
        var names = new Names(Map.of("f", name));
        var softly = new SoftAssertions();
        try (var lambda = suite.lambda()) {
            FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;"));
            for (String line : lines("own.txt")) {
                Matcher request = REQUEST.matcher(names.in(line));
                assertThat(request.matches()).as(line).isTrue();
                var answer = suite.own(
                        request.group("method"),
                        request.group("path"),
                        Objects.requireNonNullElse(request.group("body"), ""));
                String what = line + " but " + answer.statusCode() + " " + answer.body();
                int status = Integer.parseInt(request.group("status"));
                softly.assertThat(answer.statusCode()).as(what).isEqualTo(status);
                if (status >= 400) {
                    softly.assertThat(answer.headers().firstValue("Content-Type"))
                            .as(what)
                            .hasValue("application/problem+json");
                    softly.assertThat(JsonMapper.shared()
                                    .readTree(answer.body())
                                    .path("status")
                                    .asInt())
                            .as(what)
                            .isEqualTo(status);
                }
            }
            lambda.deleteFunction(request -> request.functionName(name));
        }
        softly.assertAll();
    }

    /** What {@code $name} stands for. */
    private static final class Names {
        private final Map<String, String> values;

        Names(Map<String, String> values) {
            this.values = new HashMap<>(values);
        }

        void put(String name, String value) {
            values.put(name, value);
        }

        /** What is no name of these, like {@code $LATEST}, stays. */
        String in(String text) {
            return Pattern.compile("\\$([a-z0-9]+)")
                    .matcher(text)
                    .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
        }
    }

    /** Every line is either, so that none is left out unnoticed. */
    @Test
    void everyOperationAndEachOfItsErrorsHasItsCall() throws IOException {
        Map<String, Set<String>> outcomes = new TreeMap<>();
        Map<String, Set<String>> never = new TreeMap<>();
        for (String line : lines("sdk.txt")) {
            Matcher call = CALL.matcher(line);
            Matcher excuse = NEVER.matcher(line);
            assertThat(call.matches() || excuse.matches()).as(line).isTrue();
            if (call.matches()) {
                outcomes.computeIfAbsent(call.group("operation"), key -> new TreeSet<>())
                        .add(call.group("error") == null ? "an answer" : call.group("error"));
            } else {
                for (String operation : excuse.group("operations").split(",")) {
                    never.computeIfAbsent(operation, key -> new TreeSet<>())
                            .addAll(List.of(excuse.group("errors").split(",")));
                }
            }
        }
        Map<String, Set<String>> modelled = SdkCall.modelled();
        var softly = new SoftAssertions();
        for (String operation : supported()) {
            if (!NOT_IN_THE_SDK.contains(operation)) {
                Set<String> expected = new TreeSet<>(modelled.get(operation));
                expected.removeAll(never.getOrDefault("*", Set.of()));
                expected.removeAll(never.getOrDefault(operation, Set.of()));
                expected.add("an answer");
                softly.assertThat(outcomes.getOrDefault(operation, Set.of()))
                        .as(operation)
                        .containsAll(expected);
            }
        }
        softly.assertAll();
    }

    /** In a line here, or as an argument in another class. */
    @Test
    void everyOperationHasItsCommand() throws IOException {
        var sources = new StringBuilder();
        try (var files = Files.list(Path.of("src/test/java/dev/mayfly/acceptance"))) {
            for (Path file : files.toList()) {
                sources.append(Files.readString(file));
            }
        }
        lines("cli.txt")
                .forEach(line -> sources.append('"').append(line.split(" ")[1]).append('"'));
        assertThat(supported())
                .filteredOn(operation -> !NOT_IN_THE_CLI.contains(operation))
                .allMatch(operation -> sources.indexOf("\""
                                + operation
                                        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                                        .toLowerCase(Locale.ROOT) + "\"")
                        >= 0);
    }

    private static Set<String> supported() throws IOException {
        Path page = Path.of("").toAbsolutePath().getParent().resolve("docs/lambda-api.md");
        Set<String> supported = Files.readAllLines(page).stream()
                .map(SUPPORTED::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(supported).hasSizeGreaterThan(60);
        return supported;
    }
}
