package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.Zips;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.AliasConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

class VersionsAndAliasesTest extends RegistryFixture {
    private static final String FUNCTIONS = "/2015-03-31/functions/";

    @Test
    void aVersionIsWhatTheFunctionWasWhenItWasPublished() {
        try (LambdaClient lambda = lambda()) {
            var created = lambda.createFunction(
                    node("snap").memorySize(256).description("first").build());
            var one = lambda.publishVersion(publish -> publish.functionName("snap")
                    .codeSha256(created.codeSha256())
                    .revisionId(created.revisionId()));
            assertThat(one.sdkHttpResponse().statusCode()).isEqualTo(201);
            assertThat(one.version()).isEqualTo("1");
            assertThat(one.functionArn()).isEqualTo(ARN + "snap:1");
            assertThat(one.description()).isEqualTo("first");
            assertThat(lambda.publishVersion(publish -> publish.functionName("snap"))
                            .version())
                    .as("nothing has changed")
                    .isEqualTo("1");

            lambda.updateFunctionConfiguration(
                    update -> update.functionName("snap").memorySize(512));
            var two = lambda.publishVersion(
                    publish -> publish.functionName("snap").description("second"));
            assertThat(two.version()).isEqualTo("2");
            assertThat(two.description()).isEqualTo("second");
            assertThat(two.memorySize()).isEqualTo(512);
            assertThat(lambda.getFunctionConfiguration(
                                    get -> get.functionName("snap").qualifier("1"))
                            .memorySize())
                    .isEqualTo(256);
            assertThat(lambda.getFunction(get -> get.functionName("snap:1"))
                            .configuration()
                            .functionArn())
                    .isEqualTo(ARN + "snap:1");
            lambda.waiter()
                    .waitUntilPublishedVersionActive(
                            wait -> wait.functionName("snap").qualifier("2"));

            await().untilAsserted(
                            () -> assertThat(publishedVersion("snap", "1")).isPresent());
            assertThat(publishedVersion("snap", "1").orElseThrow().memoryMb()).isEqualTo(256);
            assertThat(rules("snap").map(InvocationRules::latestPublished)).contains("2");
            assertThat(rules("snap").orElseThrow().latestPublished()).isEqualTo("2");

            assertThatThrownBy(() -> lambda.publishVersion(
                            publish -> publish.functionName("snap").codeSha256("AAAA")))
                    .hasMessageContaining("CodeSHA256 (AAAA) is different from current CodeSHA256 in $LATEST");
            assertThatThrownBy(() -> lambda.publishVersion(
                            publish -> publish.functionName("snap").revisionId(one.revisionId())))
                    .isInstanceOf(PreconditionFailedException.class);
            assertThatThrownBy(() ->
                            lambda.getFunction(get -> get.functionName("snap").qualifier("7")))
                    .isInstanceOf(ResourceNotFoundException.class)
                    .hasMessageContaining("Function not found: " + ARN + "snap:7");

            var internal =
                    send("GET", "/internal/function-versions/" + ACCOUNT + "/snap/1", new byte[0], serviceVoucher());
            assertThat(internal.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void publishedWithItsCreationAndItsUpdates() {
        try (LambdaClient lambda = lambda()) {
            var created = lambda.createFunction(node("at-once").publish(true).build());
            assertThat(created.version()).isEqualTo("1");
            var updated = lambda.updateFunctionCode(update -> update.functionName("at-once")
                    .zipFile(SdkBytes.fromByteArray(Zips.of("index.js", "exports.handler = () => 2")))
                    .publish(true));
            assertThat(updated.version()).isEqualTo("2");
            assertThat(updated.functionArn()).isEqualTo(ARN + "at-once:2");
        }
    }

    @Test
    void listedInPagesLatestFirst() {
        try (LambdaClient lambda = lambda()) {
            lambda.createFunction(node("many").build());
            for (int i = 1; i <= 5; i++) {
                int timeout = i;
                lambda.updateFunctionConfiguration(
                        update -> update.functionName("many").timeout(timeout + 10));
                lambda.publishVersion(publish -> publish.functionName("many"));
            }
            assertThat(lambda.listVersionsByFunctionPaginator(
                                    list -> list.functionName("many").maxItems(2))
                            .versions())
                    .extracting(FunctionConfiguration::version)
                    .containsExactly("$LATEST", "1", "2", "3", "4", "5");
            var all = new ArrayList<String>();
            lambda.listFunctionsPaginator(list -> list.functionVersion("ALL").maxItems(2))
                    .functions()
                    .forEach(function -> all.add(function.functionArn()));
            assertThat(all).contains(ARN + "many:$LATEST", ARN + "many:5").doesNotHaveDuplicates();
        }
    }

    @Test
    void deletedVersionsAreGoneAndTheirNumbersToo() {
        try (LambdaClient lambda = lambda()) {
            lambda.createFunction(node("numbers").publish(true).build());
            lambda.createAlias(
                    create -> create.functionName("numbers").name("live").functionVersion("1"));
            assertThatThrownBy(() -> lambda.deleteFunction(
                            delete -> delete.functionName("numbers").qualifier("1")))
                    .isInstanceOf(ResourceConflictException.class)
                    .hasMessageContaining("following aliases reference it: [live]");
            assertThatThrownBy(() -> lambda.deleteFunction(
                            delete -> delete.functionName("numbers").qualifier("live")))
                    .hasMessageContaining("Deletion of aliases is not currently supported.");
            lambda.deleteAlias(delete -> delete.functionName("numbers").name("live"));
            lambda.deleteFunction(delete -> delete.functionName("numbers").qualifier("1"));
            lambda.deleteFunction(delete -> delete.functionName("numbers").qualifier("1"));
            await().untilAsserted(
                            () -> assertThat(publishedVersion("numbers", "1")).isEmpty());
            assertThat(lambda.publishVersion(publish -> publish.functionName("numbers"))
                            .version())
                    .isEqualTo("2");

            lambda.createAlias(
                    create -> create.functionName("numbers").name("live").functionVersion("2"));
            lambda.deleteFunction(delete -> delete.functionName("numbers"));
            await().untilAsserted(() -> {
                assertThat(publishedVersion("numbers", "2")).isEmpty();
                assertThat(rules("numbers")).isEmpty();
            });
        }
    }

    @Test
    void aliasesNameVersionsAndShareTheirInvocations() {
        try (LambdaClient lambda = lambda()) {
            lambda.createFunction(node("named").publish(true).memorySize(128).build());
            lambda.updateFunctionConfiguration(
                    update -> update.functionName("named").memorySize(256));
            lambda.publishVersion(publish -> publish.functionName("named"));
            var created = lambda.createAlias(create -> create.functionName("named")
                    .name("live")
                    .functionVersion("1")
                    .description("what runs"));
            assertThat(created.sdkHttpResponse().statusCode()).isEqualTo(201);
            assertThat(created.aliasArn()).isEqualTo(ARN + "named:live");
            assertThat(created.routingConfig()).isNull();
            var byAlias = lambda.getFunctionConfiguration(
                    get -> get.functionName("named").qualifier("live"));
            assertThat(byAlias.functionArn()).isEqualTo(ARN + "named:live");
            assertThat(byAlias.version()).isEqualTo("1");
            assertThat(byAlias.memorySize()).isEqualTo(128);

            var updated = lambda.updateAlias(update -> update.functionName("named")
                    .name("live")
                    .revisionId(created.revisionId())
                    .routingConfig(routing -> routing.additionalVersionWeights(Map.of("2", 0.25))));
            assertThat(updated.routingConfig().additionalVersionWeights()).containsEntry("2", 0.25);
            assertThat(updated.description()).isEqualTo("what runs");
            await().untilAsserted(() -> assertThat(rules("named").orElseThrow().aliases())
                    .containsExactly(new InvocationRules.Alias("live", "1", Map.of("2", 0.25))));
            var asked = send("GET", "/internal/functions/" + ACCOUNT + "/named/rules", new byte[0], serviceVoucher());
            assertThat(Json.read(asked.body().getBytes(java.nio.charset.StandardCharsets.UTF_8), InvocationRules.class))
                    .isEqualTo(rules("named").orElseThrow());
            assertThatThrownBy(() -> lambda.updateAlias(
                            update -> update.functionName("named").name("live").revisionId(created.revisionId())))
                    .isInstanceOf(PreconditionFailedException.class);
            var emptied = lambda.updateAlias(update -> update.functionName("named")
                    .name("live")
                    .functionVersion("$LATEST")
                    .routingConfig(routing -> routing.additionalVersionWeights(Map.of())));
            assertThat(emptied.functionVersion()).isEqualTo("$LATEST");
            assertThat(emptied.routingConfig()).isNull();

            for (String name : List.of("a", "b", "c")) {
                lambda.createAlias(
                        create -> create.functionName("named").name(name).functionVersion("2"));
            }
            assertThat(lambda.listAliasesPaginator(
                                    list -> list.functionName("named").maxItems(3))
                            .aliases())
                    .extracting(AliasConfiguration::name)
                    .containsExactly("a", "b", "c", "live");
            assertThat(lambda.listAliases(list -> list.functionName("named").functionVersion("$LATEST"))
                            .aliases())
                    .extracting(AliasConfiguration::name)
                    .containsExactly("live");
            assertThatThrownBy(() -> lambda.createAlias(
                            create -> create.functionName("named").name("a").functionVersion("1")))
                    .isInstanceOf(ResourceConflictException.class)
                    .hasMessageContaining("Alias already exists: " + ARN + "named:a");
            lambda.deleteAlias(delete -> delete.functionName("named").name("a"));
            assertThat(lambda.deleteAlias(delete -> delete.functionName("named").name("a"))
                            .sdkHttpResponse()
                            .statusCode())
                    .isEqualTo(204);
            assertThatThrownBy(() ->
                            lambda.getAlias(get -> get.functionName("named").name("a")))
                    .isInstanceOf(ResourceNotFoundException.class)
                    .hasMessageContaining("Cannot find alias arn: " + ARN + "named:a");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"Name":"7","FunctionVersion":"1"} | 400 | ValidationException | regular expression
            {"Name":"","FunctionVersion":"1"} | 400 | ValidationException | length
            {"Name":"x"} | 400 | ValidationException | functionVersion
            {"Name":"x","FunctionVersion":"9"} | 404 | ResourceNotFoundException | Function not found
            {"Name":"x","FunctionVersion":"99999999999999999999"} | 404 | ResourceNotFoundException | Function not found
            {"Name":"x","FunctionVersion":"one"} | 400 | ValidationException | regular expression
            {"Name":"x","FunctionVersion":1} | 400 | InvalidRequestContentException | parse
            {"Name":"x","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"1":0.1}}} | 400 | InvalidParameterValueException | already included
            {"Name":"x","FunctionVersion":"$LATEST","RoutingConfig":{"AdditionalVersionWeights":{"1":0.1}}} | 400 | InvalidParameterValueException | $LATEST is not supported
            {"Name":"x","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"$LATEST":0.1}}} | 400 | ValidationException | Map keys
            {"Name":"x","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"2":1.1}}} | 400 | ValidationException | less than or equal to 1.0
            {"Name":"x","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"2":-0.1}}} | 400 | ValidationException | greater than or equal
            {"Name":"x","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"2":"0.5"}}} | 400 | InvalidRequestContentException | parse
            {"Name":"x","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"2":null}}} | 400 | ValidationException | null
            {"Name":"x","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"2":0.1,"3":0.1}}} | 400 | InvalidParameterValueException | cannot be greater than 1
            {"Name":"x","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"8":0.1}}} | 404 | ResourceNotFoundException | Function not found
            """)
    void refusesAliases(String body, int status, String type, String message) {
        send(
                "POST",
                "/2015-03-31/functions",
                createBody("alias-refused", Zips.of("index.js", "1"), "nodejs20.x", "\"Publish\":true"));
        var answer = send("POST", FUNCTIONS + "alias-refused/aliases", body);
        RefusalsTest.assertError(answer, status, type, message);
    }

    @Test
    void aliasesOfNoFunctionAreNotFound() {
        for (String call : List.of("GET ", "GET /x", "PUT /x", "DELETE /x")) {
            String[] parts = call.split(" ", -1);
            RefusalsTest.assertError(
                    send(parts[0], FUNCTIONS + "nobody/aliases" + parts[1], "{}"),
                    404,
                    "ResourceNotFoundException",
                    "Function not found: " + ARN + "nobody");
        }
    }
}
