package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.State;

class ImagesTest extends RegistryFixture {
    private static final String LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";
    private static final String ARCHITECTURE = Architecture.OF_THIS_MACHINE.equals("arm64") ? "arm64" : "amd64";

    @AfterEach
    void prepareAllAgain() {
        preparationAnswer(204, "");
    }

    @Test
    void anArchiveOfABucketIsPreparedBeforeItRuns() throws Exception {
        preparationAnswer(503, "{}");
        byte[] archive = archive("hello", LAYER_TYPE);
        objects().objects.put(ACCOUNT + " /images/hello.tar", archive);
        try (LambdaClient lambda = lambda()) {
            var created = lambda.createFunction(image("image", "s3://images/hello.tar"));
            assertThat(created.state()).isEqualTo(State.PENDING);
            assertThat(created.packageType()).isEqualTo(PackageType.IMAGE);
            assertThat(created.runtime()).isNull();
            assertThatThrownBy(() -> lambda.updateFunctionConfiguration(
                            update -> update.functionName("image").timeout(9)))
                    .isInstanceOf(ResourceConflictException.class)
                    .hasMessageContaining("currently in the following state: Pending");
            preparationAnswer(204, "");
            lambda.waiter().waitUntilFunctionActiveV2(wait -> wait.functionName("image"));
            await().until(() -> published("image") != null
                    && published("image").orElseThrow().state().equals("Active"));
            FunctionVersion version = published("image").orElseThrow();
            assertThat(version.runtime()).isEqualTo(FunctionVersion.IMAGE_RUNTIME);
            assertThat(version.image()).isNotNull();
            assertThat(objects().objects)
                    .containsKey(CodeStorage.SYSTEM_ACCOUNT + " " + CodeStorage.target(version.codeSha256()));
            var code = lambda.getFunction(get -> get.functionName("image")).code();
            assertThat(code.imageUri()).isEqualTo("s3://images/hello.tar");
            assertThat(code.resolvedImageUri()).startsWith("s3://images/hello.tar@sha256:");

            preparationAnswer(422, "{\"detail\":\"no program\",\"code\":\"InvalidImage\"}");
            String before = version.revisionId();
            objects().objects.put(ACCOUNT + " /images/other.tar", archive("other", LAYER_TYPE));
            assertThat(lambda.updateFunctionCode(
                                    update -> update.functionName("image").imageUri("s3://images/other.tar"))
                            .lastUpdateStatus())
                    .isEqualTo(LastUpdateStatus.IN_PROGRESS);
            await().until(() -> lambda.getFunctionConfiguration(get -> get.functionName("image"))
                            .lastUpdateStatus()
                    == LastUpdateStatus.FAILED);
            var failed = lambda.getFunctionConfiguration(get -> get.functionName("image"));
            assertThat(failed.lastUpdateStatusReasonCodeAsString()).isEqualTo("InvalidImage");
            assertThat(failed.lastUpdateStatusReason()).isEqualTo("no program");
            assertThat(failed.state()).isEqualTo(State.ACTIVE);
            assertThat(published("image").orElseThrow().revisionId())
                    .as("what ran before is still served")
                    .isEqualTo(before);
            preparationAnswer(204, "");
            lambda.updateFunctionCode(update -> update.functionName("image").imageUri("s3://images/other.tar"));
            lambda.waiter().waitUntilFunctionUpdatedV2(wait -> wait.functionName("image"));
        }
    }

    /** A registry that the operator named, which sends whoever asks it elsewhere. */
    @Test
    void nothingInTheOperatorsNetworkIsReachedThroughARegistry() throws Exception {
        var reached = new AtomicInteger();
        HttpServer inside = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        inside.createContext("/", exchange -> {
            reached.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
        });
        inside.start();
        String port = ":" + inside.getAddress().getPort();
        HttpServer sly = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sly.createContext("/v2/redirects/", exchange -> {
            exchange.getResponseHeaders().add("Location", "http://127.0.0.1" + port + "/latest/meta-data");
            exchange.sendResponseHeaders(307, -1);
        });
        sly.createContext("/v2/metadata/", exchange -> {
            exchange.getResponseHeaders().add("Location", "https://169.254.169.254/latest/meta-data");
            exchange.sendResponseHeaders(302, -1);
        });
        sly.createContext("/v2/broken/", exchange -> {
            exchange.getResponseHeaders().add("Location", "http://[::1]]\\");
            exchange.sendResponseHeaders(302, -1);
        });
        sly.createContext("/v2/signs/", exchange -> {
            exchange.getResponseHeaders()
                    .add("WWW-Authenticate", "Bearer realm=\"http://127.0.0.1" + port + "/token\"");
            exchange.sendResponseHeaders(401, -1);
        });
        sly.start();
        String named = "localhost:" + sly.getAddress().getPort();
        try (LambdaClient lambda = lambda()) {
            for (String uri : List.of(
                    "127.0.0.1" + port + "/app",
                    "127.1.2.3" + port + "/app",
                    "[::1]" + port + "/app",
                    "[::ffff:127.0.0.1]" + port + "/app",
                    "0.0.0.0" + port + "/app",
                    "2130706433" + port + "/app",
                    "ip6-localhost" + port + "/app",
                    "169.254.169.254/app",
                    "10.0.0.1/app",
                    "[fd00:ec2::254]/app",
                    "no-such-host.invalid/app",
                    named + "/redirects",
                    named + "/metadata",
                    named + "/broken",
                    named + "/signs")) {
                assertThatThrownBy(() -> lambda.createFunction(image("ssrf", uri)))
                        .as(uri)
                        .isInstanceOf(InvalidParameterValueException.class)
                        .hasMessageMatching(
                                "(?s)(The image could not be read: the registry |Source image .* is not valid).*");
            }
            assertThat(reached).hasValue(0);
        } finally {
            sly.stop(0);
            inside.stop(0);
        }
    }

    @Test
    void pulledFromARegistryOnce() throws Exception {
        byte[] layer = bytes("a layer");
        byte[] config = bytes("{\"architecture\":\"%s\",\"os\":\"linux\"}".formatted(ARCHITECTURE));
        byte[] manifest = manifest(config, layer, LAYER_TYPE);
        byte[] list = bytes("""
                {"manifests":[{"digest":"%s","size":1,"platform":{"architecture":"s390x","os":"linux"}},
                {"digest":"%s","size":%d,"platform":{"architecture":"%s","os":"linux"}}]}""".formatted(digest(layer), digest(manifest), manifest.length, ARCHITECTURE));
        Map<String, byte[]> content = new TreeMap<>(Map.of(
                "/v2/team/app/manifests/1.0",
                list,
                "/v2/team/app/manifests/" + digest(manifest),
                manifest,
                "/v2/team/app/blobs/" + digest(config),
                config,
                "/v2/team/app/blobs/" + digest(layer),
                layer));
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String host = "localhost:" + registry.getAddress().getPort();
        registry.createContext("/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                boolean known =
                        "Bearer anonymous".equals(exchange.getRequestHeaders().getFirst("Authorization"));
                byte[] body = path.equals("/token") ? bytes("{\"token\":\"anonymous\"}") : content.get(path);
                int status = path.equals("/token") || known ? body == null ? 404 : 200 : 401;
                if (status == 401) {
                    exchange.getResponseHeaders()
                            .add("WWW-Authenticate", "Bearer realm=\"http://" + host + "/token\",service=\"x\"");
                }
                exchange.sendResponseHeaders(status, status == 200 ? body.length : -1);
                if (status == 200) {
                    exchange.getResponseBody().write(body);
                }
            }
        });
        registry.start();
        try (LambdaClient lambda = lambda()) {
            lambda.createFunction(image("pulled", host + "/team/app:1.0"));
            lambda.waiter().waitUntilFunctionActiveV2(wait -> wait.functionName("pulled"));
            assertThat(lambda.getFunction(get -> get.functionName("pulled"))
                            .code()
                            .resolvedImageUri())
                    .isEqualTo(host + "/team/app@" + digest(manifest));
            content.put("/v2/team/app/blobs/" + digest(layer), bytes("another"));
            assertThatThrownBy(() -> lambda.createFunction(image("forged", host + "/team/app:1.0")))
                    .hasMessageContaining("the registry sent other bytes for the layer");
            assertThatThrownBy(() -> lambda.createFunction(image("missing", host + "/team/none:1.0")))
                    .hasMessageContaining("does not exist");
        } finally {
            registry.stop(0);
        }
    }

    @Test
    void badImagesAreRefused() {
        objects().objects.put(ACCOUNT + " /images/text.tar", bytes("no tar at all, but long enough".repeat(50)));
        objects().objects.put(ACCOUNT + " /images/empty.tar", tar(Map.of("a", bytes("b"))));
        objects().objects.put(ACCOUNT + " /images/type.tar", archive("x", "application/x-zip"));
        var forged = new TreeMap<>(layout("x", LAYER_TYPE));
        forged.put("blobs/sha256/" + "0".repeat(64), bytes("not that"));
        objects().objects.put(ACCOUNT + " /images/forged.tar", tar(forged));
        try (LambdaClient lambda = lambda()) {
            Map.of(
                            "s3://images/text.tar", "The image cannot be deployed",
                            "s3://images/empty.tar", "has no index.json",
                            "s3://images/type.tar", "is of the type 'application/x-zip'",
                            "s3://images/forged.tar", "has another digest than its name says",
                            "s3://images/none.tar", "NoSuchKey",
                            "no image", "is not valid. Provide a valid source image",
                            "http://example.com/a", "is not valid. Provide a valid source image")
                    .forEach((uri, message) -> assertThatThrownBy(() -> lambda.createFunction(image("bad", uri)))
                            .as(uri)
                            .hasMessageContaining(message));
        }
    }

    private static CreateFunctionRequest image(String name, String uri) {
        return CreateFunctionRequest.builder()
                .functionName(name)
                .packageType(PackageType.IMAGE)
                .role(ROLE)
                .code(code -> code.imageUri(uri))
                .build();
    }

    private static byte[] archive(String text, String layerType) {
        return tar(layout(text, layerType));
    }

    private static Map<String, byte[]> layout(String text, String layerType) {
        byte[] layer = bytes(text);
        byte[] config = bytes("{\"architecture\":\"%s\",\"os\":\"linux\"}".formatted(ARCHITECTURE));
        byte[] manifest = manifest(config, layer, layerType);
        byte[] index =
                bytes("{\"manifests\":[{\"digest\":\"%s\",\"size\":%d}]}".formatted(digest(manifest), manifest.length));
        return Map.of("index.json", index, blob(layer), layer, blob(config), config, blob(manifest), manifest);
    }

    private static byte[] manifest(byte[] config, byte[] layer, String layerType) {
        return bytes("""
                {"config":{"digest":"%s","size":%d},"layers":[{"mediaType":"%s","digest":"%s","size":%d}]}""".formatted(digest(config), config.length, layerType, digest(layer), layer.length));
    }

    private static byte[] tar(Map<String, byte[]> files) {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String blob(byte[] content) {
        return "blobs/sha256/" + digest(content).substring("sha256:".length());
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
