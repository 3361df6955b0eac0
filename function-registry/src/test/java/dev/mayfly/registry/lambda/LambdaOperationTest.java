package dev.mayfly.registry.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.testing.AwsModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** Holds the table of operations against what is served, against the page made from it, and against AWS's own model. */
class LambdaOperationTest extends RegistryFixture {
    private static final Path PAGE = Path.of("..", "docs", "lambda-api.md");
    private static final Path CONFORMANCE = Path.of("..", "acceptance-tests/src/test/java/dev/mayfly/acceptance");
    private static final String BEGIN = "<!-- operations: made from LambdaOperation -->\n";
    private static final String END = "<!-- end of operations -->";
    private static final Set<String> OF_THE_INVOKER = Set.of("Invoke", "InvokeAsync", "InvokeWithResponseStream");

    private final RequestMappingHandlerMapping handlers;

    LambdaOperationTest(@Autowired @Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping handlers) {
        this.handlers = handlers;
    }

    /** Run with {@code -Dmayfly.docs.write=true}, it writes the table into the page. */
    @Test
    void thePageIsMadeFromTheTable() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        String made = page.substring(0, begin) + table() + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("mayfly.docs.write")) {
            Files.writeString(PAGE, made);
        }
        assertThat(Files.readString(PAGE))
                .as("run this test with -Dmayfly.docs.write=true")
                .isEqualTo(made);
    }

    private static String table() {
        return "\n| operation | request | here |\n|---|---|---|\n"
                + Arrays.stream(LambdaOperation.values())
                        .map(operation -> "| `" + operation.operation() + "` | `" + operation.method() + " "
                                + operation.path() + "` | " + support(operation.support()) + " |\n")
                        .collect(Collectors.joining())
                + "\n";
    }

    private static String support(Support support) {
        return switch (support) {
            case Support.Supported supported ->
                "supported: [" + supported.test() + "](../acceptance-tests/src/test/java/dev/mayfly/acceptance/"
                        + supported.test() + ".java)";
            case Support.Refused refused ->
                "refused: `" + refused.error().type() + "` (" + refused.error().status() + "): " + refused.message();
        };
    }

    @Test
    void whatIsSupportedIsServedAndTested() throws IOException {
        Set<String> served = handlers.getHandlerMethods().keySet().stream()
                .flatMap(mapping -> mapping.getMethodsCondition().getMethods().stream()
                        .flatMap(method -> mapping.getPatternValues().stream().map(path -> method + " " + shape(path))))
                .collect(Collectors.toSet());
        for (LambdaOperation operation : LambdaOperation.values()) {
            boolean here = served.contains(operation.method() + " " + shape(operation.path()));
            if (operation.support() instanceof Support.Supported supported) {
                assertThat(here || OF_THE_INVOKER.contains(operation.operation()))
                        .as(operation.operation())
                        .isTrue();
                Path test = CONFORMANCE.resolve(supported.test() + ".java");
                assertThat(test).exists();
                assertThat(Files.readString(test)).containsPattern(call(operation.operation()));
            } else {
                assertThat(here).as(operation.operation()).isFalse();
            }
        }
    }

    /** A call by the SDK or the aws cli. */
    private static Pattern call(String operation) {
        String sdk = operation.substring(0, 1).toLowerCase(Locale.ROOT) + operation.substring(1);
        String cli = operation.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
        return Pattern.compile("\\." + sdk + "(Paginator)?\\(|\"" + cli + "\"");
    }

    private static String shape(String path) {
        return path.replaceFirst("\\?.*", "").replaceAll("\\{[^}]*}", "{}").replaceFirst("/$", "");
    }

    @Test
    void everyOperationOfAwsModelIsInTheTable() throws Exception {
        Set<String> expected = new TreeSet<>();
        JsonNode model = Json.mapper().readTree(AwsModel.of("lambda", "2015-03-31"));
        for (var operation : model.get("operations").values()) {
            var http = operation.get("http");
            expected.add(operation.get("name").asString() + " "
                    + http.get("method").asString() + " "
                    + http.get("requestUri").asString().replaceFirst("/$", ""));
        }
        Set<String> known = Arrays.stream(LambdaOperation.values())
                .map(operation -> operation.operation() + " " + operation.method() + " " + operation.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(known).containsAll(expected);
    }

    @Test
    void operationsAreFoundByTheirRequests() {
        assertThat(LambdaOperation.of("GET", "/2025-11-30/capacity-providers/x"))
                .contains(LambdaOperation.GET_CAPACITY_PROVIDER);
        assertThat(LambdaOperation.of("POST", "/2014-11-13/functions/f/invoke-async/"))
                .contains(LambdaOperation.INVOKE_ASYNC);
        assertThat(LambdaOperation.of("DELETE", "/2025-11-30/capacity-providers"))
                .isEmpty();
        assertThat(LambdaOperation.of("GET", "/")).isEmpty();
    }
}
