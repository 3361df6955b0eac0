package dev.mayfly.registry.functions;

import static dev.mayfly.registry.functions.RefusalsTest.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.Zips;
import dev.mayfly.registry.code.CodeHolds;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.util.ReflectionTestUtils;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.LambdaException;

class CodeUploadTest extends RegistryFixture {
    private static final String FUNCTIONS = "/2015-03-31/functions";

    @Autowired
    private CodeHolds holds;

    @Autowired
    private JdbcClient database;

    @Autowired
    private RegistryProperties properties;

    @AfterEach
    void nothingIsLeftOfUploads() {
        objects().broken = false;
        await().untilAsserted(() -> {
            try (var left = Files.list(properties.data().resolve("uploads"))) {
                assertThat(left).isEmpty();
            }
        });
    }

    @Test
    void aZipOfAlmostFiftyMegabytesPasses() {
        byte[] noise = new byte[52_300_000];
        new Random(1).nextBytes(noise);
        byte[] zip = Zips.of("noise", noise);
        assertThat(zip.length).isBetween(52_000_000, 52_428_800);

        var answer = send("POST", FUNCTIONS, createBody("large", zip, "nodejs20.x", ""));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).contains("\"CodeSize\":" + zip.length);
    }

    @Test
    void aZipOfFiftyOneMegabytesIsTooLarge() {
        byte[] body =
                createBody("too-large", new byte[51 << 20], "nodejs20.x", "").getBytes(StandardCharsets.US_ASCII);

        assertError(
                send("POST", FUNCTIONS, body, "UNSIGNED-PAYLOAD", Role.OWNER),
                413,
                "RequestEntityTooLargeException",
                "Request must be smaller than 69905067 bytes for the CreateFunction operation");
    }

    @Test
    void aZipTooLargeIsRefusedWithoutKnowingTheLengthAhead() throws Exception {
        byte[] body =
                createBody("chunked", new byte[53 << 20], "nodejs20.x", "").getBytes(StandardCharsets.US_ASCII);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + FUNCTIONS))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .header(Voucher.HEADER, voucher(ACCOUNT, Role.OWNER, "UNSIGNED-PAYLOAD"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofString());
            assertError(answer, 413, "RequestEntityTooLargeException", "Request must be smaller than 69905067 bytes");
        }
    }

    @Test
    void halfAnUploadCreatesNothing() throws Exception {
        byte[] body = createBody("half", Zips.of("index.js", "half".repeat(10_000)), "nodejs20.x", "")
                .getBytes(StandardCharsets.US_ASCII);
        try (var socket = new Socket("127.0.0.1", port)) {
            var out = socket.getOutputStream();
            out.write(("POST " + FUNCTIONS + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length + "\r\n"
                            + Voucher.HEADER + ": " + voucher(ACCOUNT, Role.OWNER, "UNSIGNED-PAYLOAD") + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(body, 0, body.length / 2);
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).doesNotContain("HTTP/1.1 201");
        }
        assertThat(send("GET", FUNCTIONS + "/half", "").statusCode()).isEqualTo(404);
    }

    @Test
    void largeBodiesWithoutAZipAreTooLarge() {
        String description = "\"Description\":\"" + "x".repeat(1_100_000) + "\"";
        byte[] zip = Zips.of("index.js", "x");
        assertThat(send("POST", FUNCTIONS, createBody("big", zip, "nodejs20.x", description))
                        .statusCode())
                .isIn(400, 413);
        assertThat(send("PUT", FUNCTIONS + "/big/configuration", "{" + description + "}")
                        .statusCode())
                .isEqualTo(413);
        String many = "\"Layers\":[" + "0,".repeat(30_000) + "0]";
        assertError(
                send("POST", FUNCTIONS, createBody("big", zip, "nodejs20.x", many)),
                400,
                "InvalidRequestContentException",
                "Could not parse request body into json");
        String deep = "\"VpcConfig\":" + "[".repeat(10_000) + "]".repeat(10_000);
        assertError(
                send("POST", FUNCTIONS, createBody("big", zip, "nodejs20.x", deep)),
                400,
                "InvalidRequestContentException",
                "Could not parse request body into json");
    }

    @Test
    void theSignedDigestIsChecked() throws Exception {
        byte[] body = createBody("signed", Zips.of("index.js", "signed"), "nodejs20.x", "")
                .getBytes(StandardCharsets.UTF_8);
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        String other = HexFormat.of().formatHex(new byte[32]);

        assertError(
                send("POST", FUNCTIONS, body, other, Role.OWNER), 403, "InvalidSignatureException", "does not match");
        assertThat(send("GET", FUNCTIONS + "/signed", "").statusCode()).isEqualTo(404);
        assertThat(send("POST", FUNCTIONS, body, digest, Role.OWNER).statusCode())
                .isEqualTo(201);
    }

    @Test
    void codeComesFromABucketOfTheCaller() {
        byte[] zip = Zips.of("index.py", "def handler(event, context): return 1");
        objects().objects.put(ACCOUNT + " /code-bucket/a%20folder/code%2B1.zip", zip);
        try (LambdaClient lambda = lambda()) {
            var created = lambda.createFunction(CreateFunctionRequest.builder()
                    .functionName("from-s3")
                    .runtime("python3.11")
                    .handler("index.handler")
                    .role(ROLE)
                    .code(code -> code.s3Bucket("code-bucket").s3Key("a folder/code+1.zip"))
                    .build());
            assertThat(created.codeSize()).isEqualTo(zip.length);
            objects().objects.put(ACCOUNT + " /code-bucket/bad.zip", new byte[100]);
            assertThatThrownBy(() -> lambda.updateFunctionCode(update -> update.functionName("from-s3")
                            .s3Bucket("code-bucket")
                            .s3Key("bad.zip")))
                    .hasMessageContaining("Could not unzip uploaded file");
            assertThatThrownBy(() -> lambda.updateFunctionCode(update -> update.functionName("from-s3")
                            .s3Bucket("code-bucket")
                            .s3Key("bad.zip")
                            .zipFile(SdkBytes.fromByteArray(zip))))
                    .hasMessageContaining("Please do not provide other FunctionCode parameters");
        }
    }

    @Test
    void aBrokenStoreIsAServiceException() {
        objects().broken = true;
        try (LambdaClient lambda = lambda()) {
            assertThatThrownBy(() -> lambda.createFunction(node("broken")
                            .code(code -> code.zipFile(SdkBytes.fromByteArray(Zips.of("index.js", "broken"))))
                            .build()))
                    .isInstanceOfSatisfying(
                            LambdaException.class,
                            e -> assertThat(e.statusCode()).isEqualTo(500));
        }
    }

    @Test
    void wasmNeedsAModule() {
        try (LambdaClient lambda = lambda()) {
            assertThatThrownBy(() -> wasm(lambda, "no-module", "a.wasm", "a.wasm", "text"))
                    .hasMessageContaining("the zip has none");
            assertThatThrownBy(() -> wasm(lambda, "other-module", "b.wasm", "a.wasm", Zips.MODULE))
                    .hasMessageContaining("Its modules: [a.wasm]");
            assertThatThrownBy(() -> wasm(lambda, "two", null, "a.wasm", Zips.MODULE, "b.wasm", Zips.MODULE))
                    .hasMessageContaining("name one as the Handler: [a.wasm, b.wasm]");
            wasm(lambda, "two-modules", "b.wasm", "a.wasm", Zips.MODULE, "b.wasm", Zips.MODULE);
            wasm(lambda, "one-module", null, "lib/only.wasm", Zips.MODULE);

            await().until(() -> published("one-module") != null);
            assertThat(published("one-module").orElseThrow().handler()).isEqualTo("lib/only.wasm");
            assertThat(published("one-module").orElseThrow().isolation()).isEqualTo(Isolation.WASM);
            assertThatThrownBy(() -> lambda.tagResource(
                            tag -> tag.resource(ARN + "one-module").tags(Map.of(Isolation.TAG, "container"))))
                    .hasMessageContaining("does not go with the runtime wasm32-wasip1");
            assertThatThrownBy(() -> lambda.updateFunctionCode(update -> update.functionName("two-modules")
                            .zipFile(SdkBytes.fromByteArray(Zips.of("a.wasm", Zips.MODULE)))))
                    .hasMessageContaining("The Handler 'b.wasm' is not the path");
            assertThatThrownBy(() -> lambda.updateFunctionConfiguration(
                            update -> update.functionName("one-module").runtime("nodejs20.x")))
                    .hasMessageContaining("Runtime and Handler are mandatory");
        }
    }

    @Test
    void providedNeedsABootstrap() {
        try (LambdaClient lambda = lambda()) {
            var request = node("provided").runtime("provided.al2023");
            assertThatThrownBy(() -> lambda.createFunction(request.build())).hasMessageContaining("'bootstrap'");
            lambda.createFunction(request.code(code -> code.zipFile(SdkBytes.fromByteArray(Zips.of("bootstrap", "#!"))))
                    .build());
        }
    }

    @Test
    void unusedCodeIsSweptAndUsedCodeIsNot() {
        byte[] zip = Zips.of("index.js", "exports.handler = () => 'swept'");
        try (LambdaClient lambda = lambda()) {
            for (String name : new String[] {"swept-1", "swept-2"}) {
                lambda.createFunction(node(name)
                        .code(code -> code.zipFile(SdkBytes.fromByteArray(zip)))
                        .build());
            }
            await().until(() -> published("swept-1") != null);
            String blob = CodeStorage.SYSTEM_ACCOUNT + " "
                    + CodeStorage.target(published("swept-1").orElseThrow().codeSha256());
            lambda.deleteFunction(delete -> delete.functionName("swept-1"));
            endHoldsAndSweep();
            assertThat(objects().objects).containsKey(blob);

            lambda.deleteFunction(delete -> delete.functionName("swept-2"));
            ReflectionTestUtils.invokeMethod(holds, "sweep");
            assertThat(objects().objects).containsKey(blob);
            endHoldsAndSweep();
            assertThat(objects().objects).doesNotContainKey(blob);
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void rolesDecideWhoMayWhat(Role role) {
        byte[] body = createBody("roles-" + role.ordinal(), Zips.of("index.js", "x"), "nodejs20.x", "")
                .getBytes(StandardCharsets.UTF_8);
        send("POST", FUNCTIONS, createBody("roles", Zips.of("index.js", "x"), "nodejs20.x", ""));
        var created = send("POST", FUNCTIONS, body, "UNSIGNED-PAYLOAD", role);
        var read = send("GET", FUNCTIONS + "/roles", new byte[0], "UNSIGNED-PAYLOAD", role);
        var listed = send("GET", FUNCTIONS, new byte[0], "UNSIGNED-PAYLOAD", role);

        boolean mayRead = role != Role.INVOKER;
        assertThat(created.statusCode()).isEqualTo(role.mayDeploy() ? 201 : 403);
        assertThat(read.statusCode()).isEqualTo(mayRead ? 200 : 403);
        assertThat(listed.statusCode()).isEqualTo(mayRead ? 200 : 403);
        if (!role.mayDeploy()) {
            assertError(created, 403, "AccessDeniedException", "is not authorized to perform: lambda:CreateFunction");
        }
    }

    private void endHoldsAndSweep() {
        database.sql("update code_holds set ends_at = now() - interval '1 second'")
                .update();
        ReflectionTestUtils.invokeMethod(holds, "sweep");
    }

    private static void wasm(LambdaClient lambda, String name, String handler, Object... entries) {
        lambda.createFunction(CreateFunctionRequest.builder()
                .functionName(name)
                .runtime("wasm32-wasip1")
                .handler(handler)
                .role(ROLE)
                .code(code -> code.zipFile(SdkBytes.fromByteArray(Zips.of(entries))))
                .build());
    }
}
