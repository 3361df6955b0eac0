package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.Zips;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CodeStorageExceededException;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.LayersListItem;
import software.amazon.awssdk.services.lambda.model.PolicyLengthExceededException;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.Runtime;

class LayersTest extends RegistryFixture {
    private static final String LAYER = "arn:aws:lambda:us-east-1:" + ACCOUNT + ":layer:";

    private static PublishLayerVersionResponse publish(LambdaClient lambda, String name, byte[] zip) {
        return lambda.publishLayerVersion(publish -> publish.layerName(name)
                .description("for " + name)
                .licenseInfo("MIT")
                .compatibleRuntimes(Runtime.NODEJS20_X)
                .content(content -> content.zipFile(SdkBytes.fromByteArray(zip))));
    }

    @Test
    void codeAndLayersTogetherHaveAnEnd() {
        byte[] big = Zips.of("zeros", new byte[130 << 20]);
        try (LambdaClient lambda = lambda()) {
            String layer = publish(lambda, "big", big).layerVersionArn();
            assertThatThrownBy(() -> lambda.createFunction(node("too-big")
                            .layers(layer, publish(lambda, "big-too", big).layerVersionArn())
                            .build()))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("262144000");
            lambda.createFunction(node("big-enough").layers(layer).build());
        }
    }

    @Test
    void thePolicyOfALayerHasAnEnd() {
        try (LambdaClient lambda = lambda()) {
            publish(lambda, "shared-widely", Zips.of("a", "b"));
            assertThatThrownBy(() -> {
                        for (int i = 100; i < 300; i++) {
                            String id = "s".repeat(97) + i;
                            lambda.addLayerVersionPermission(add -> add.layerName("shared-widely")
                                    .versionNumber(1L)
                                    .statementId(id)
                                    .action("lambda:GetLayerVersion")
                                    .principal("*"));
                        }
                    })
                    .isInstanceOf(PolicyLengthExceededException.class);
            assertThat(lambda.getLayerVersionPolicy(
                                    get -> get.layerName("shared-widely").versionNumber(1L))
                            .policy()
                            .length())
                    .isBetween(20_000, 20_480);
        }
    }

    @Test
    void whatAnAccountStoresHasAnEnd(@Autowired JdbcClient database) {
        String account = "000000000075";
        try (LambdaClient lambda = lambda(account, Role.DEPLOYER)) {
            var function = node("stored").role("arn:aws:iam::" + account + ":role/any");
            lambda.createFunction(function.build());
            publish(lambda, "stored", Zips.of("a", "b"));
            database.sql("update layer_versions set code_size = 75::bigint << 30 where account_id = :account")
                    .param("account", account)
                    .update();
            assertThatThrownBy(() -> publish(lambda, "stored", Zips.of("a", "b")))
                    .isInstanceOf(CodeStorageExceededException.class);
            assertThatThrownBy(() -> lambda.publishVersion(publish -> publish.functionName("stored")))
                    .isInstanceOf(CodeStorageExceededException.class);
            assertThatThrownBy(() -> lambda.updateFunctionCode(update -> update.functionName("stored")
                            .publish(true)
                            .zipFile(SdkBytes.fromByteArray(Zips.of("index.js", "exports.handler = null")))))
                    .isInstanceOf(CodeStorageExceededException.class);
            assertThatThrownBy(() -> lambda.createFunction(
                            function.functionName("stored-too").build()))
                    .isInstanceOf(CodeStorageExceededException.class);
            assertThat(lambda.getAccountSettings().accountUsage().functionCount())
                    .isEqualTo(1);
            lambda.deleteLayerVersion(delete -> delete.layerName("stored").versionNumber(1L));
            assertThat(lambda.publishVersion(publish -> publish.functionName("stored"))
                            .version())
                    .isEqualTo("1");
        }
    }

    @Test
    void publishedReadListedAndDeleted() {
        try (LambdaClient lambda = lambda()) {
            byte[] zip = Zips.of("nodejs/lib.js", "exports.x = 1");
            var one = publish(lambda, "lib", zip);
            assertThat(one.sdkHttpResponse().statusCode()).isEqualTo(201);
            assertThat(one.version()).isEqualTo(1);
            assertThat(one.layerVersionArn()).isEqualTo(LAYER + "lib:1");
            assertThat(one.layerArn()).isEqualTo(LAYER + "lib");
            assertThat(one.content().codeSize()).isEqualTo(zip.length);
            assertThat(one.content().location()).startsWith("http://gateway.test:8080/_code/");
            publish(lambda, "lib", Zips.of("nodejs/lib.js", "exports.x = 2"));
            publish(lambda, "other-lib", zip);

            assertThat(lambda.getLayerVersion(get -> get.layerName("lib").versionNumber(1L))
                            .licenseInfo())
                    .isEqualTo("MIT");
            assertThat(lambda.getLayerVersionByArn(get -> get.arn(LAYER + "lib:2"))
                            .version())
                    .isEqualTo(2);
            assertThat(lambda.listLayersPaginator(list -> list.maxItems(1)).layers())
                    .extracting(LayersListItem::layerName)
                    .contains("lib", "other-lib");
            assertThat(lambda.listLayerVersionsPaginator(
                                    list -> list.layerName("lib").maxItems(1))
                            .layerVersions())
                    .extracting(LayerVersionsListItem::version)
                    .containsExactly(2L, 1L);
            assertThat(lambda.listLayerVersions(list -> list.layerName("lib").compatibleRuntime(Runtime.PYTHON3_11))
                            .layerVersions())
                    .isEmpty();

            lambda.deleteLayerVersion(delete -> delete.layerName("lib").versionNumber(2L));
            lambda.deleteLayerVersion(delete -> delete.layerName("lib").versionNumber(2L));
            assertThatThrownBy(() ->
                            lambda.getLayerVersion(get -> get.layerName("lib").versionNumber(2L)))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThat(publish(lambda, "lib", zip).version()).isEqualTo(3);
        }
    }

    @Test
    void functionsUseThemInOrderAndKeepThem() {
        try (LambdaClient lambda = lambda()) {
            var arns = IntStream.range(0, 6)
                    .mapToObj(i ->
                            publish(lambda, "part-" + i, Zips.of("f" + i, "x")).layerVersionArn())
                    .toList();
            var second = publish(lambda, "part-0", Zips.of("f0", "y"));
            var created = lambda.createFunction(node("layered")
                    .layers(arns.get(1), arns.get(0))
                    .publish(true)
                    .build());
            assertThat(created.layers()).extracting(Layer::arn).containsExactly(arns.get(1), arns.get(0));
            await().until(() -> published("layered") != null);
            FunctionVersion version = published("layered").orElseThrow();
            assertThat(version.layers()).hasSize(2);
            assertThat(version.layers().getFirst().sha256()).isEqualTo(sha256(Zips.of("f1", "x")));

            lambda.deleteLayerVersion(delete -> delete.layerName("part-0").versionNumber(1L));
            lambda.updateFunctionConfiguration(
                    update -> update.functionName("layered").timeout(9));
            assertThat(published("layered").orElseThrow().layers()).hasSize(2);
            refused(lambda, "layered", List.of(arns.get(0)), "Layer version " + arns.get(0) + " does not exist.");
            refused(lambda, "layered", arns, "Cannot reference more than 5 layers.");
            refused(
                    lambda,
                    "layered",
                    List.of(arns.get(1), arns.get(1)),
                    "Two different versions of the same layer are not allowed");
            refused(
                    lambda,
                    "layered",
                    List.of("arn:aws:lambda:eu-west-1:" + ACCOUNT + ":layer:part-1:1"),
                    "expected to be in region us-east-1");
            var replaced = lambda.updateFunctionConfiguration(
                    update -> update.functionName("layered").layers(second.layerVersionArn()));
            assertThat(replaced.layers()).extracting(Layer::arn).containsExactly(second.layerVersionArn());
            assertThat(lambda.updateFunctionConfiguration(
                                    update -> update.functionName("layered").layers(List.of()))
                            .layers())
                    .isEmpty();
        }
    }

    @Test
    void otherAccountsNeedAPermission() {
        try (LambdaClient lambda = lambda();
                LambdaClient other = lambda("222222222222", Role.OWNER)) {
            String arn = publish(lambda, "shared", Zips.of("f", "x")).layerVersionArn();
            String role = "arn:aws:iam::222222222222:role/any";
            assertThatThrownBy(() -> other.createFunction(
                            node("borrower").role(role).layers(arn).build()))
                    .isInstanceOf(LambdaException.class)
                    .hasMessageContaining("is not authorized to perform: lambda:GetLayerVersion on resource: " + arn);
            var added = lambda.addLayerVersionPermission(add -> add.layerName("shared")
                    .versionNumber(1L)
                    .statementId("them")
                    .action("lambda:GetLayerVersion")
                    .principal("222222222222"));
            assertThat(added.statement()).contains("\"arn:aws:iam::222222222222:root\"", arn);
            assertThat(other.createFunction(
                                    node("borrower").role(role).layers(arn).build())
                            .layers())
                    .hasSize(1);
            assertThat(lambda.getLayerVersionPolicy(
                                    get -> get.layerName("shared").versionNumber(1L))
                            .policy())
                    .contains("\"Sid\":\"them\"");
            assertThatThrownBy(() -> lambda.addLayerVersionPermission(add -> add.layerName("shared")
                            .versionNumber(1L)
                            .statementId("them")
                            .action("lambda:GetLayerVersion")
                            .principal("*")))
                    .isInstanceOf(ResourceConflictException.class);
            assertThatThrownBy(() -> lambda.removeLayerVersionPermission(remove -> remove.layerName("shared")
                            .versionNumber(1L)
                            .statementId("them")
                            .revisionId("no")))
                    .isInstanceOf(PreconditionFailedException.class);
            lambda.removeLayerVersionPermission(remove -> remove.layerName("shared")
                    .versionNumber(1L)
                    .statementId("them")
                    .revisionId(added.revisionId()));
            assertThatThrownBy(() -> lambda.getLayerVersionPolicy(
                            get -> get.layerName("shared").versionNumber(1L)))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(() -> other.deleteLayerVersion(
                            delete -> delete.layerName(LAYER + "shared").versionNumber(1L)))
                    .isInstanceOf(LambdaException.class);
        }
    }

    @Test
    void badLayersAreRefused() {
        String target = "/2018-10-31/layers/";
        for (String refusal : List.of(
                "POST bad/versions {} 400 ValidationException",
                "POST bad/versions {\"Content\":{}} 400 InvalidParameterValueException",
                "POST bad/versions {\"Content\":{\"ZipFile\":\"AAAA\"}} 400 InvalidParameterValueException",
                "POST b%20d/versions {} 400 ValidationException",
                "POST bad/versions {\"Content\":{},\"CompatibleArchitectures\":[\"mips\"]} 400 ValidationException",
                "GET bad/versions/0 {} 400 InvalidParameterValueException",
                "GET bad/versions/x {} 400 ValidationException",
                "GET bad/versions/99999999999999999999 {} 400 ValidationException",
                "GET bad/versions/1 {} 404 ResourceNotFoundException",
                "GET ?MaxItems=51 {} 400 ValidationException",
                "GET ?find=LayerVersion {} 400 ValidationException",
                "GET ?find=LayerVersion&Arn=x {} 400 ValidationException",
                "GET bad/versions/1/policy {} 404 ResourceNotFoundException")) {
            String[] parts = refusal.split(" ");
            RefusalsTest.assertError(
                    send(
                            parts[0],
                            parts[1].startsWith("?") ? "/2018-10-31/layers" + parts[1] : target + parts[1],
                            parts[2]),
                    Integer.parseInt(parts[3]),
                    parts[4],
                    "");
        }
    }

    private static void refused(LambdaClient lambda, String name, List<String> layers, String message) {
        assertThatThrownBy(() -> lambda.updateFunctionConfiguration(
                        update -> update.functionName(name).layers(layers)))
                .hasMessageContaining(message);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of()
                    .formatHex(
                            java.security.MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
