package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.Zips;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.State;

class FunctionLifeTest extends RegistryFixture {
    @Autowired
    private JdbcClient database;

    @Test
    void createdReadAndPublished() throws Exception {
        byte[] zip = Zips.of("index.js", "exports.handler = () => 'life'");
        try (LambdaClient lambda = lambda()) {
            var created = lambda.createFunction(node("life")
                    .code(code -> code.zipFile(SdkBytes.fromByteArray(zip)))
                    .description("a life")
                    .memorySize(256)
                    .timeout(30)
                    .environment(environment -> environment.variables(Map.of("GREETING", "hello")))
                    .tags(Map.of("team", "blue"))
                    .build());

            byte[] digest = MessageDigest.getInstance("SHA-256").digest(zip);
            assertThat(created.sdkHttpResponse().statusCode()).isEqualTo(201);
            assertThat(created.functionArn()).isEqualTo(ARN + "life");
            assertThat(created.version()).isEqualTo("$LATEST");
            assertThat(created.codeSha256()).isEqualTo(Base64.getEncoder().encodeToString(digest));
            assertThat(created.codeSize()).isEqualTo(zip.length);
            assertThat(created.state()).isEqualTo(State.ACTIVE);
            assertThat(created.lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
            assertThat(created.packageType()).isEqualTo(PackageType.ZIP);
            assertThat(created.environment().variables()).containsEntry("GREETING", "hello");
            assertThat(created.lastModified()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+0000");
            assertThat(created.ephemeralStorage().size()).isEqualTo(512);

            lambda.waiter().waitUntilFunctionActiveV2(wait -> wait.functionName("life"));
            var got = lambda.getFunction(get -> get.functionName("life"));
            assertThat(got.configuration().revisionId()).isEqualTo(created.revisionId());
            assertThat(got.tags()).containsExactlyEntriesOf(Map.of("team", "blue"));
            assertThat(got.code().repositoryType()).isEqualTo("S3");

            String link = got.code().location();
            assertThat(link).startsWith("http://gateway.test:8080/_code/");
            var fetched = send(
                    "GET",
                    URI.create(link).getPath(),
                    new byte[0],
                    voucher("anonymous", Role.INVOKER, "UNSIGNED-PAYLOAD"));
            assertThat(fetched.statusCode()).isEqualTo(200);
            assertThat(fetched.body().getBytes(StandardCharsets.ISO_8859_1)).isEqualTo(zip);

            await().until(() -> published("life") != null);
            FunctionVersion version = published("life").orElseThrow();
            assertThat(version.revisionId()).isEqualTo(created.revisionId());
            assertThat(version.codeSha256()).isEqualTo(HexFormat.of().formatHex(digest));
            assertThat(version.isolation()).isEqualTo(Isolation.CONTAINER);
            assertThat(version.memoryMb()).isEqualTo(256);
            assertThat(version.timeoutSeconds()).isEqualTo(30);
            assertThat(objects().objects)
                    .containsKey(CodeStorage.SYSTEM_ACCOUNT + " " + CodeStorage.target(version.codeSha256()));
        }
    }

    @Test
    void everyNameOfAFunctionFindsIt() {
        try (LambdaClient lambda = lambda()) {
            lambda.createFunction(node("names").build());
            for (String name : List.of(
                    "names",
                    "names:$LATEST",
                    "function:names",
                    ACCOUNT + ":names",
                    ACCOUNT + ":function:names",
                    "us-east-1:" + ACCOUNT + ":function:names",
                    ARN + "names",
                    ARN + "names:$LATEST")) {
                var configuration = lambda.getFunctionConfiguration(get -> get.functionName(name));
                assertThat(configuration.functionName()).isEqualTo("names");
                assertThat(configuration.functionArn())
                        .isEqualTo(ARN + "names" + (name.endsWith("$LATEST") ? ":$LATEST" : ""));
            }
            assertThat(lambda.getFunction(get -> get.functionName("names").qualifier("$LATEST"))
                            .configuration()
                            .functionArn())
                    .isEqualTo(ARN + "names:$LATEST");
            assertThat(lambda.listVersionsByFunction(list -> list.functionName("names"))
                            .versions())
                    .extracting(FunctionConfiguration::version)
                    .containsExactly("$LATEST");
        }
    }

    @Test
    void updatesChangeWhatTheyNameAndNothingElse() {
        try (LambdaClient lambda = lambda()) {
            var created = lambda.createFunction(node("updated")
                    .environment(environment -> environment.variables(Map.of("A1", "1")))
                    .build());
            var configured = lambda.updateFunctionConfiguration(
                    update -> update.functionName("updated").memorySize(512).revisionId(created.revisionId()));
            assertThat(configured.memorySize()).isEqualTo(512);
            assertThat(configured.timeout()).isEqualTo(3);
            assertThat(configured.environment().variables()).containsEntry("A1", "1");
            assertThat(configured.revisionId()).isNotEqualTo(created.revisionId());
            lambda.waiter().waitUntilFunctionUpdatedV2(wait -> wait.functionName("updated"));

            var emptied = lambda.updateFunctionConfiguration(update ->
                    update.functionName("updated").environment(environment -> environment.variables(Map.of())));
            assertThat(emptied.environment()).isNull();

            byte[] zip = Zips.of("index.js", "exports.handler = () => 2");
            var dry = lambda.updateFunctionCode(update -> update.functionName("updated")
                    .zipFile(SdkBytes.fromByteArray(zip))
                    .dryRun(true));
            assertThat(dry.codeSize()).isEqualTo(zip.length);
            assertThat(lambda.getFunctionConfiguration(get -> get.functionName("updated"))
                            .revisionId())
                    .isEqualTo(emptied.revisionId());

            var recoded = lambda.updateFunctionCode(
                    update -> update.functionName("updated").zipFile(SdkBytes.fromByteArray(zip)));
            assertThat(recoded.codeSha256()).isEqualTo(dry.codeSha256()).isNotEqualTo(created.codeSha256());
            await().untilAsserted(() ->
                    assertThat(published("updated").orElseThrow().revisionId()).isEqualTo(recoded.revisionId()));

            assertThatThrownBy(() -> lambda.updateFunctionCode(update -> update.functionName("updated")
                            .revisionId(created.revisionId())
                            .zipFile(SdkBytes.fromByteArray(zip))))
                    .isInstanceOf(PreconditionFailedException.class)
                    .hasMessageContaining("Revision Id provided does not match");
        }
    }

    @Test
    void deletedMeansGone() {
        try (LambdaClient lambda = lambda()) {
            lambda.createFunction(node("deleted").build());
            assertThatThrownBy(() -> lambda.deleteFunction(
                            delete -> delete.functionName("deleted").qualifier("$LATEST")))
                    .hasMessageContaining("$LATEST version cannot be deleted without deleting the function.");
            var deleted = lambda.deleteFunction(delete -> delete.functionName("deleted"));
            assertThat(deleted.sdkHttpResponse().statusCode()).isEqualTo(204);

            String message = "Function not found: " + ARN + "deleted";
            assertThatThrownBy(() -> lambda.getFunction(get -> get.functionName("deleted")))
                    .isInstanceOf(ResourceNotFoundException.class)
                    .hasMessageContaining(message);
            assertThatThrownBy(() -> lambda.getFunctionConfiguration(get -> get.functionName("deleted")))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(() -> lambda.deleteFunction(delete -> delete.functionName("deleted")))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(() -> lambda.updateFunctionConfiguration(update -> update.functionName("deleted")))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(() -> lambda.listTags(list -> list.resource(ARN + "deleted")))
                    .isInstanceOf(ResourceNotFoundException.class);
            await().untilAsserted(() -> assertThat(published("deleted")).isEmpty());

            lambda.createFunction(node("deleted").build());
            await().untilAsserted(() -> assertThat(published("deleted")).isPresent());
        }
    }

    @Test
    void listedInPages() {
        try (LambdaClient lambda = lambda("111111111111", Role.OWNER)) {
            var names = new ArrayList<String>();
            for (int i = 0; i < 7; i++) {
                names.add("page-" + i);
                lambda.createFunction(node("page-" + i)
                        .role("arn:aws:iam::111111111111:role/any")
                        .build());
            }
            var pages = lambda.listFunctionsPaginator(
                    ListFunctionsRequest.builder().maxItems(3).build());
            assertThat(pages.stream().map(page -> page.functions().size())).containsExactly(3, 3, 1);
            assertThat(pages.functions().stream().map(FunctionConfiguration::functionName))
                    .containsExactlyElementsOf(names);
            assertThat(lambda.listFunctions(list -> list.functionVersion("ALL"))
                            .functions()
                            .getFirst()
                            .functionArn())
                    .endsWith(":page-0:$LATEST");
            assertThatThrownBy(() -> lambda.listFunctions(list -> list.marker("no marker")))
                    .hasMessageContaining("Marker");
            String marker = lambda.listFunctions(list -> list.maxItems(3)).nextMarker();
            String changed = (marker.startsWith("A") ? "B" : "A") + marker.substring(1);
            try (LambdaClient other = lambda("222222222222", Role.OWNER)) {
                assertThatThrownBy(() -> other.listFunctions(list -> list.marker(marker)))
                        .isInstanceOf(InvalidParameterValueException.class)
                        .hasMessageContaining("is none that an earlier answer gave as NextMarker");
                assertThat(other.listFunctions().functions()).isEmpty();
            }
            assertThatThrownBy(() -> lambda.listFunctions(list -> list.marker(changed)))
                    .isInstanceOf(InvalidParameterValueException.class);
            assertThatThrownBy(() -> lambda.listAliases(
                            list -> list.functionName("page-0").marker(marker)))
                    .isInstanceOf(InvalidParameterValueException.class);
            assertThatThrownBy(() -> lambda.listFunctions(list -> list.maxItems(0)))
                    .hasMessageContaining("Value '0' at 'maxItems' failed to satisfy constraint");
        }
    }

    @Test
    void tagsChangeAndMoveTheFunction() {
        try (LambdaClient lambda = lambda()) {
            lambda.createFunction(
                    node("tagged").tags(Map.of("a", "1", "b", "2")).build());
            lambda.tagResource(tag -> tag.resource(ARN + "tagged").tags(Map.of("b", "3", "c", "4")));
            lambda.untagResource(untag -> untag.resource(ARN + "tagged").tagKeys("a", "unknown"));
            assertThat(lambda.listTags(list -> list.resource(ARN + "tagged")).tags())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("b", "3", "c", "4"));

            lambda.tagResource(tag -> tag.resource(ARN + "tagged").tags(Map.of(Isolation.TAG, "container")));
            assertThatThrownBy(() -> lambda.tagResource(
                            tag -> tag.resource(ARN + "tagged").tags(Map.of(Isolation.TAG, "wasm"))))
                    .hasMessageContaining("does not go with the runtime nodejs20.x");
            assertThatThrownBy(() -> lambda.tagResource(
                            tag -> tag.resource(ARN + "tagged").tags(Map.of(Isolation.TAG, "gvisor"))))
                    .hasMessageContaining("No sandbox host offers isolation gvisor (runsc is not installed)");
            lambda.tagResource(tag -> tag.resource(ARN + "tagged").tags(Map.of(Isolation.TAG, "auto")));
            lambda.tagResource(tag -> tag.resource(ARN + "tagged").tags(Map.of(Network.TAG, "egress")));
            await().until(() -> published("tagged").orElseThrow().network() == Network.EGRESS);
            lambda.untagResource(untag -> untag.resource(ARN + "tagged").tagKeys(Network.TAG, Isolation.TAG));
            await().until(() -> published("tagged").orElseThrow().network() == Network.NONE);
            assertThat(published("tagged").orElseThrow().isolation()).isEqualTo(Isolation.CONTAINER);
            assertThatThrownBy(() -> lambda.tagResource(
                            tag -> tag.resource(ARN + "tagged:$LATEST").tags(Map.of("a", "b"))))
                    .hasMessageContaining("Tags on function aliases and versions are not supported");
        }
    }

    @Test
    void equalCodeIsStoredOnce() {
        byte[] zip = Zips.of("index.js", "exports.handler = () => 'once'");
        try (LambdaClient lambda = lambda()) {
            int before = objects().puts.get();
            for (String name : List.of("once-1", "once-2")) {
                lambda.createFunction(node(name)
                        .code(code -> code.zipFile(SdkBytes.fromByteArray(zip)))
                        .build());
            }
            assertThat(objects().puts.get() - before).isEqualTo(1);
            assertThatThrownBy(() -> lambda.createFunction(node("once-1").build()))
                    .isInstanceOf(ResourceConflictException.class)
                    .hasMessageContaining("Function already exist: once-1");
        }
    }

    @Test
    void siblingsAskForVersions() {
        try (LambdaClient lambda = lambda()) {
            var created = lambda.createFunction(node("internal").build());
            String target = "/internal/function-versions/" + ACCOUNT + "/internal/";
            var found = send("GET", target + "$LATEST", new byte[0], serviceVoucher());
            assertThat(found.statusCode()).isEqualTo(200);
            var version = Json.read(found.body().getBytes(StandardCharsets.ISO_8859_1), FunctionVersion.class);
            assertThat(version.revisionId()).isEqualTo(created.revisionId());
            assertThat(send("GET", target + "7", new byte[0], serviceVoucher()).statusCode())
                    .isEqualTo(404);
            assertThat(send("GET", target + "$LATEST", "").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void aChangeThatNobodyWaitedForIsPublished() {
        try (LambdaClient lambda = lambda()) {
            lambda.createFunction(node("left-behind").build());
            FunctionVersion version = published("left-behind") == null
                    ? await().until(() -> published("left-behind"), java.util.Objects::nonNull)
                            .orElseThrow()
                    : published("left-behind").orElseThrow();
            // As a process leaves it that is killed after the commit.
            database.sql("insert into outbox (topic_key, subject, payload) values (:key, :subject, null)")
                    .param("key", version.key())
                    .param("subject", version.arn("us-east-1"))
                    .update();
            await().untilAsserted(() -> assertThat(published("left-behind")).isEmpty());
            assertThat(database.sql("select count(*) from outbox")
                            .query(Long.class)
                            .single())
                    .isZero();
        }
    }
}
