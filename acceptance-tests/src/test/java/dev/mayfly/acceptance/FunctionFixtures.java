package dev.mayfly.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.Runtime;

/** Functions that the tests deploy: the examples, and small ones written in the tests. */
final class FunctionFixtures {
    private FunctionFixtures() {}

    /** A name no other test uses. */
    static String uniqueName(String stem) {
        return stem + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Aborts the test where the real client is not installed. */
    static void requireAwsCli() {
        boolean installed = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "aws")));
        assumeTrue(installed, "the aws cli is not installed (pip install awscli)");
    }

    static byte[] zip(Map<String, byte[]> files) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipArchiveOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                var entry = new ZipArchiveEntry(file.getKey());
                entry.setUnixMode(0100755);
                zip.putArchiveEntry(entry);
                zip.write(file.getValue());
                zip.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] zipOf(String name, String text) {
        return zip(Map.of(name, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The files of an example, zipped. */
    static byte[] example(String folder, String... files) {
        var content = new LinkedHashMap<String, byte[]>();
        Path base = RunningSuite.get().root().resolve("examples").resolve(folder);
        try {
            for (String file : files) {
                Path path = base.resolve(file);
                content.put(path.getFileName().toString(), Files.readAllBytes(path));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zip(content);
    }

    static CreateFunctionRequest.Builder node(String name, byte[] zip) {
        return function(name, Runtime.NODEJS20_X.toString(), "index.handler", zip);
    }

    static CreateFunctionRequest.Builder nodeSource(String name, String commonJs) {
        return node(name, zipOf("index.js", commonJs));
    }

    static CreateFunctionRequest.Builder function(String name, String runtime, String handler, byte[] zip) {
        return CreateFunctionRequest.builder()
                .functionName(name)
                .runtime(runtime)
                .handler(handler)
                .role(RunningSuite.ROLE)
                .timeout(10)
                .memorySize(256)
                .code(code -> code.zipFile(SdkBytes.fromByteArray(zip)));
    }

    /** Creates it and waits, as the SDK's waiter does, until it is active. */
    static String deploy(LambdaClient lambda, CreateFunctionRequest.Builder function) {
        String name = lambda.createFunction(function.build()).functionName();
        try (var waiter = lambda.waiter()) {
            waiter.waitUntilFunctionActiveV2(request -> request.functionName(name));
        }
        return name;
    }
}
