package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** Every operation that {@code docs/lambda-api.md} calls supported, asked for nonsense: a 4xx with a type, and nothing from inside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiBadInputTest {
    private static final Pattern ROW =
            Pattern.compile("\\| `(\\w+)` \\| `(GET|PUT|POST|DELETE) ([^`]+)` \\| supported.*");
    private static final Set<String> INVOCATIONS = Set.of("Invoke", "InvokeAsync", "InvokeWithResponseStream");
    private static final Pattern QUALIFIED =
            Pattern.compile("Invoke|InvokeWithResponseStream|GetFunction|DeleteFunction"
                    + "|GetFunctionConfiguration|AddPermission|GetPolicy|RemovePermission|(Get|Put)RuntimeManagementConfig"
                    + "|(Get|Put|Update|Delete)FunctionEventInvokeConfig|(Create|Get|Update|Delete)FunctionUrlConfig"
                    + "|(Get|Put|Delete)ProvisionedConcurrencyConfig");
    private static final String WRONG = "{\"x\":[1]}";
    private static final String MEGABYTE = "a".repeat(1 << 20);

    /** As on AWS, a layer that nobody published has no versions to list, and none to delete. */
    private static final Set<String> FINE_WITHOUT_LAYER = Set.of("ListLayerVersions", "DeleteLayerVersion");

    /** Members of the requests' bodies: each operation with a body knows at least one of them. */
    private static final List<String> MEMBERS = List.of(
            "FunctionName",
            "Code",
            "ZipFile",
            "Role",
            "Handler",
            "Description",
            "StatementId",
            "ReservedConcurrentExecutions",
            "ProvisionedConcurrentExecutions",
            "MaximumRetryAttempts",
            "AuthType",
            "RecursiveLoop",
            "UpdateRuntimeOn",
            "Name",
            "FunctionVersion",
            "EventSourceArn",
            "BatchSize",
            "Content",
            "Principal");

    private final String name = FunctionFixtures.uniqueName("sweep");
    private LambdaClient lambda;
    private String arn;
    private List<Operation> operations;

    private record Operation(String name, String method, String path) {
        /** With what exists for the function, and {@code other} for what else is named. */
        String at(String function, String other) {
            return path.replaceFirst("\\?.*", "")
                    .replace("{FunctionName}", function)
                    .replaceAll("\\{[^}]*}", other);
        }

        boolean hasBody() {
            return method.equals("PUT") || method.equals("POST");
        }
    }

    @BeforeAll
    void deploy() throws IOException {
        lambda = RunningSuite.get().lambda();
        arn = lambda.createFunction(FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;")
                        .build())
                .functionArn();
        operations = Files.readAllLines(RunningSuite.get().root().resolve("docs/lambda-api.md")).stream()
                .map(ROW::matcher)
                .filter(java.util.regex.Matcher::matches)
                .map(row -> new Operation(row.group(1), row.group(2), row.group(3)))
                .toList();
        assertThat(operations).hasSizeGreaterThan(30);
    }

    @AfterAll
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    private String other(Operation operation) {
        return operation.path().contains("{Resource}") ? arn : "1";
    }

    @Test
    void malformedBodies() {
        String wrongTypes = MEMBERS.stream()
                .map(member -> "\"" + member + "\":" + WRONG)
                .collect(Collectors.joining(",", "{", "}"));
        String huge = wrongTypes.replace(WRONG, "99999999999999999999999999");
        String infinite = wrongTypes.replace(WRONG, "1e400");
        String deep = "{\"Tags\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        sweep(operation -> {
            if (!operation.hasBody()) {
                return List.of();
            }
            String target = operation.at(name, other(operation));
            if (INVOCATIONS.contains(operation.name())) {
                return List.of(SignedRequests.send(operation.method(), target, "{\"a\":"));
            }
            List<HttpResponse<String>> answers = new ArrayList<>();
            for (String body : List.of("{", "[]", "\"text\"", "{} {}", "\u0000", wrongTypes, huge, infinite, deep)) {
                answers.add(SignedRequests.send(operation.method(), target, body));
            }
            return answers;
        });
    }

    @Test
    void badNames() {
        sweep(operation -> {
            if (!operation.path().contains("{")) {
                return List.of();
            }
            List<HttpResponse<String>> answers = new ArrayList<>();
            for (String bad : List.of(
                    "a".repeat(2000),
                    "%00",
                    "a%20b",
                    "arn:aws:lambda:us-east-1:111122223333:function:theirs",
                    "arn:aws:lambda:eu-west-9:" + RunningSuite.ACCOUNT + ":function:x",
                    "arn:aws:s3:::bucket",
                    "%C3%A4")) {
                answers.add(SignedRequests.send(operation.method(), operation.at(bad, bad), "{}"));
            }
            if (!FINE_WITHOUT_LAYER.contains(operation.name())) {
                answers.add(SignedRequests.send(operation.method(), operation.at("nobody-at-all", "1"), "{}"));
            }
            if (QUALIFIED.matcher(operation.name()).matches()) {
                answers.add(SignedRequests.send(
                        operation.method(), operation.at(name, "1") + "?Qualifier=" + "q".repeat(129), "{}"));
            }
            return answers;
        });
    }

    @Test
    void badPages() {
        sweep(operation -> {
            if (!operation.name().startsWith("List") || operation.name().equals("ListTags")) {
                return List.of();
            }
            String target = operation.at(name, "1") + (operation.path().contains("?") ? "?List=ALL&" : "?");
            return List.of(
                    SignedRequests.send("GET", target + "MaxItems=x", ""),
                    SignedRequests.send("GET", target + "MaxItems=0", ""),
                    SignedRequests.send("GET", target + "MaxItems=99999999999999", ""),
                    SignedRequests.send("GET", target + "Marker=%21%21%21", ""),
                    SignedRequests.send("GET", target + "Marker=AAAA", ""));
        });
    }

    @Test
    void namesOfAMegabyte() {
        var body = "{\"FunctionName\":\"" + MEGABYTE + "\",\"Role\":\"" + MEGABYTE + "\"}";
        var softly = new SoftAssertions();
        assertPolite(softly, "CreateFunction", SignedRequests.send("POST", "/2015-03-31/functions", body));
        assertPolite(
                softly,
                "AddPermission",
                SignedRequests.send(
                        "POST",
                        "/2015-03-31/functions/" + name + "/policy",
                        "{\"StatementId\":\"" + MEGABYTE.substring(100) + "\"}"));
        softly.assertAll();
    }

    private interface Ask {
        List<HttpResponse<String>> of(Operation operation);
    }

    private void sweep(Ask ask) {
        var softly = new SoftAssertions();
        for (Operation operation : operations) {
            ask.of(operation).forEach(answer -> assertPolite(softly, operation.name(), answer));
        }
        softly.assertAll();
    }

    private static void assertPolite(SoftAssertions softly, String operation, HttpResponse<String> answer) {
        String what = operation + " " + answer.request().uri().toString().replaceAll("(.{200}).*", "$1...") + " -> "
                + answer.statusCode() + " " + answer.body().replaceAll("(?s)(.{300}).*", "$1...");
        softly.assertThat(answer.statusCode()).as(what).isBetween(400, 499);
        softly.assertThat(answer.headers().firstValue("x-amzn-ErrorType"))
                .as(what)
                .isPresent();
        softly.assertThat(answer.body())
                .as(what)
                .doesNotContain("dev.mayfly")
                .doesNotContain("Exception:")
                .doesNotContain("\tat ");
    }
}
