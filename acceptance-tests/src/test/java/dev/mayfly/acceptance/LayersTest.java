package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.LayersListItem;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/** Layers through the gateway: published, used by a function that runs, and deleted below it. */
class LayersTest {
    private final RunningSuite suite = RunningSuite.get();

    @Test
    void aFunctionFindsItsLayersBelowOpt() {
        String name = FunctionFixtures.uniqueName("layered");
        try (LambdaClient lambda = suite.lambda()) {
            String lower = publish(lambda, name + "-lower", Map.of("greeting.txt", "lower", "both.txt", "lower"));
            String upper = publish(lambda, name + "-upper", Map.of("both.txt", "upper"));
            FunctionFixtures.deploy(
                    lambda, FunctionFixtures.nodeSource(name, """
                            const fs = require('fs');
                            const read = file => fs.readFileSync('/opt/' + file, 'utf8');
                            exports.handler = async () => [read('greeting.txt'), read('both.txt')];
                            """).layers(lower, upper));
            String expected = "[\"lower\",\"upper\"]";
            assertThat(lambda.invoke(invoke -> invoke.functionName(name))
                            .payload()
                            .asUtf8String())
                    .isEqualTo(expected);

            assertThat(lambda.listLayersPaginator(list -> list.maxItems(1)).layers())
                    .extracting(LayersListItem::layerName)
                    .contains(name + "-lower", name + "-upper");
            lambda.addLayerVersionPermission(add -> add.layerName(name + "-upper")
                    .versionNumber(1L)
                    .statementId("all")
                    .action("lambda:GetLayerVersion")
                    .principal("*"));
            assertThat(lambda.getLayerVersionPolicy(
                                    get -> get.layerName(name + "-upper").versionNumber(1L))
                            .policy())
                    .contains("\"Sid\":\"all\"");
            lambda.removeLayerVersionPermission(remove ->
                    remove.layerName(name + "-upper").versionNumber(1L).statementId("all"));
            assertThat(lambda.getLayerVersionByArn(get -> get.arn(upper)).version())
                    .isEqualTo(1);
            assertThat(lambda.listLayerVersions(list -> list.layerName(name + "-upper"))
                            .layerVersions())
                    .hasSize(1);

            lambda.deleteLayerVersion(
                    delete -> delete.layerName(name + "-upper").versionNumber(1L));
            assertThatThrownBy(() -> lambda.getLayerVersion(
                            get -> get.layerName(name + "-upper").versionNumber(1L)))
                    .isInstanceOf(ResourceNotFoundException.class);
            lambda.updateFunctionConfiguration(
                    update -> update.functionName(name).description("started again"));
            assertThat(lambda.invoke(invoke -> invoke.functionName(name))
                            .payload()
                            .asUtf8String())
                    .isEqualTo(expected);
            lambda.deleteFunction(delete -> delete.functionName(name));
        }
    }

    private static String publish(LambdaClient lambda, String layer, Map<String, String> files) {
        var content = new java.util.LinkedHashMap<String, byte[]>();
        files.forEach((file, text) -> content.put(file, text.getBytes(StandardCharsets.UTF_8)));
        return lambda.publishLayerVersion(publish -> publish.layerName(layer)
                        .content(zip -> zip.zipFile(SdkBytes.fromByteArray(FunctionFixtures.zip(content)))))
                .layerVersionArn();
    }
}
