package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.State;

/** Functions made, described, changed, listed and deleted with the AWS SDK; bad input refused as AWS documents. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlPlaneTest {
    private static final byte[] CODE = FunctionFixtures.zipOf("index.js", "exports.handler = async () => 1;");

    private LambdaClient lambda;

    @BeforeAll
    void start() {
        lambda = RunningSuite.get().lambda();
    }

    @AfterAll
    void close() {
        lambda.close();
    }

    private static void assertRefused(ThrowingCallable call, int status, String errorType, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(LambdaException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(errorType);
            assertThat(e.statusCode()).isEqualTo(status);
            assertThat(e.awsErrorDetails().errorMessage()).contains(message).doesNotContain("dev.mayfly");
        });
    }

    @Test
    void lifeOfAFunction() throws IOException {
        String name = FunctionFixtures.uniqueName("life");
        var created = lambda.createFunction(FunctionFixtures.node(name, CODE)
                .description("first")
                .tags(Map.of("team", "blue"))
                .build());
        assertThat(created.functionArn())
                .isEqualTo("arn:aws:lambda:us-east-1:" + RunningSuite.ACCOUNT + ":function:" + name);
        assertThat(created.codeSize()).isEqualTo(CODE.length);

        var got = lambda.getFunction(request -> request.functionName(created.functionArn()));
        assertThat(got.configuration().state()).isEqualTo(State.ACTIVE);
        assertThat(got.tags()).containsEntry("team", "blue");
        var location = java.net.URI.create(got.code().location()).toURL();
        try (var download = location.openStream()) {
            assertThat(download.readAllBytes()).isEqualTo(CODE);
        }

        var updated = lambda.updateFunctionConfiguration(
                request -> request.functionName(name).description("second").memorySize(512));
        assertThat(updated.memorySize()).isEqualTo(512);
        assertThat(updated.revisionId()).isNotEqualTo(created.revisionId());
        assertThat(lambda.getFunctionConfiguration(request -> request.functionName(name))
                        .description())
                .isEqualTo("second");

        lambda.tagResource(request -> request.resource(created.functionArn()).tags(Map.of("team", "red", "n", "1")));
        lambda.untagResource(request -> request.resource(created.functionArn()).tagKeys("n"));
        assertThat(lambda.listTags(request -> request.resource(created.functionArn()))
                        .tags())
                .containsEntry("team", "red")
                .doesNotContainKey("n");

        lambda.deleteFunction(request -> request.functionName(name));
        assertRefused(
                () -> lambda.getFunction(request -> request.functionName(name)),
                404,
                "ResourceNotFoundException",
                "Function not found: " + created.functionArn());
    }

    @Test
    void listingIsPaged() {
        String stem = FunctionFixtures.uniqueName("page");
        for (int i = 0; i < 5; i++) {
            lambda.createFunction(FunctionFixtures.node(stem + "-" + i, CODE).build());
        }
        var names = lambda.listFunctionsPaginator(request -> request.maxItems(2)).functions().stream()
                .map(function -> function.functionName())
                .filter(name -> name.startsWith(stem))
                .toList();
        assertThat(names).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void codeFromABucket() {
        String bucket = FunctionFixtures.uniqueName("code");
        try (var s3 = RunningSuite.get().s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            s3.putObject(request -> request.bucket(bucket).key("fn/a b.zip"), RequestBody.fromBytes(CODE));
        }
        String name = FunctionFixtures.uniqueName("from-s3");
        lambda.createFunction(FunctionFixtures.node(name, CODE)
                .code(code -> code.s3Bucket(bucket).s3Key("fn/a b.zip"))
                .build());
        assertThat(lambda.invoke(request -> request.functionName(name))
                        .payload()
                        .asUtf8String())
                .isEqualTo("1");
        assertRefused(
                () -> lambda.createFunction(FunctionFixtures.node(FunctionFixtures.uniqueName("none"), CODE)
                        .code(code -> code.s3Bucket(bucket).s3Key("missing.zip"))
                        .build()),
                400,
                "InvalidParameterValueException",
                "");
    }

    @Test
    void badConfigurationIsRefusedByName() {
        String name = FunctionFixtures.uniqueName("bad");
        assertRefused(
                () -> lambda.createFunction(
                        FunctionFixtures.node(name, CODE).memorySize(64).build()),
                400,
                "ValidationException",
                "memorySize");
        assertRefused(
                () -> lambda.createFunction(
                        FunctionFixtures.node(name, CODE).timeout(901).build()),
                400,
                "ValidationException",
                "timeout");
        assertRefused(
                () -> lambda.createFunction(FunctionFixtures.function(name, "cobol85", "index.handler", CODE)
                        .build()),
                400,
                "InvalidParameterValueException",
                "nodejs20.x");
        assertRefused(
                () -> lambda.createFunction(FunctionFixtures.node(name, CODE)
                        .role("arn:aws:iam::999999999999:role/other")
                        .build()),
                403,
                "AccessDeniedException",
                "");
        assertRefused(
                () -> lambda.createFunction(FunctionFixtures.node(name, CODE)
                        .tags(Map.of("mayfly:isolation", "wasm"))
                        .build()),
                400,
                "InvalidParameterValueException",
                "does not go with the runtime nodejs20.x");
        lambda.createFunction(FunctionFixtures.node(name, CODE).build());
        assertRefused(
                () -> lambda.createFunction(FunctionFixtures.node(name, CODE).build()),
                409,
                "ResourceConflictException",
                "already exist");
    }

    @Test
    void badZipsAreRefused() throws IOException {
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        assertBadZip(noise);
        assertBadZip(Arrays.copyOf(CODE, CODE.length / 2));
        assertBadZip(FunctionFixtures.zipOf("../escape.js", "1"));
        assertBadZip(FunctionFixtures.zipOf("/etc/cron.d/x", "1"));
        assertBadZip(symbolicLink("link", "../../../etc/shadow"));
        assertBadZip(bomb());
    }

    private void assertBadZip(byte[] zip) {
        assertRefused(
                () -> lambda.createFunction(FunctionFixtures.node(FunctionFixtures.uniqueName("zip"), zip)
                        .build()),
                400,
                "InvalidParameterValueException",
                "");
    }

    @Test
    void zipsOverFiftyMegabytesAreRefused() {
        byte[] large = new byte[51 << 20];
        new Random(2).nextBytes(large);
        byte[] zip = FunctionFixtures.zip(Map.of("blob", large));
        assertThatThrownBy(() -> lambda.createFunction(FunctionFixtures.node(FunctionFixtures.uniqueName("large"), zip)
                        .build()))
                .isInstanceOfSatisfying(LambdaException.class, e -> {
                    assertThat(e.statusCode()).isIn(400, 413);
                    assertThat(e.awsErrorDetails().errorCode())
                            .isIn(
                                    "RequestEntityTooLargeException",
                                    "RequestTooLargeException",
                                    "InvalidParameterValueException");
                });
    }

    private static byte[] symbolicLink(String name, String target) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipArchiveOutputStream(bytes)) {
            var entry = new ZipArchiveEntry(name);
            entry.setUnixMode(0120777);
            zip.putArchiveEntry(entry);
            zip.write(target.getBytes(StandardCharsets.UTF_8));
            zip.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    /** 300 MB of zeros in 300 KB. */
    private static byte[] bomb() throws IOException {
        var bytes = new ByteArrayOutputStream();
        byte[] zeros = new byte[1 << 20];
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("zeros"));
            for (int i = 0; i < 300; i++) {
                zip.write(zeros);
            }
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    @Test
    void updatesCheckTheRevision() {
        String name = FunctionFixtures.uniqueName("revision");
        lambda.createFunction(FunctionFixtures.node(name, CODE).build());
        assertRefused(
                () -> lambda.updateFunctionCode(request -> request.functionName(name)
                        .revisionId("00000000-0000-0000-0000-000000000000")
                        .zipFile(SdkBytes.fromByteArray(CODE))),
                412,
                "PreconditionFailedException",
                "");
    }
}
