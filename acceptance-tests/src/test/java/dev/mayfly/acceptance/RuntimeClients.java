package dev.mayfly.acceptance;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * One function with each of the runtime clients that AWS and others publish, as they publish them. All answer alike: the event's
 * {@code name}, the request id, the ARN that was invoked and the number of the call; an event with {@code fail} is an error
 * {@code as asked}. Built once, kept below {@code ~/.cache/mayfly}; a registry that cannot be reached aborts the test.
 */
final class RuntimeClients {
    private static final String GO_CLIENT = "github.com/aws/aws-lambda-go@v1.49.0";
    private static final String PYTHON_CLIENT = "awslambdaric==4.2.2";
    private static final String NODE_CLIENT = "aws-lambda-ric@3.3.0";

    /** The node client compiles curl. */
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(8);

    private static final String SHELL = """
            #!/bin/bash
            set -euo pipefail
            api="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation"
            calls=0
            while true; do
              event=$(curl -sS -D /tmp/headers "$api/next")
              header() { tr -d '\\r' </tmp/headers | sed -n "s/^$1: //Ip"; }
              id=$(header Lambda-Runtime-Aws-Request-Id)
              if [[ $event == *fail* ]]; then
                curl -sS -o /dev/null -X POST "$api/$id/error" -d '{"errorMessage": "as asked", "errorType": "Asked"}'
                continue
              fi
              calls=$((calls + 1))
              name=$(sed -n 's/.*"name": *"\\([^"]*\\)".*/\\1/p' <<<"$event")
              curl -sS -o /dev/null -X POST "$api/$id/response" -d "{\\"name\\": \\"$name\\", \\"calls\\": $calls,
                \\"requestId\\": \\"$id\\", \\"arn\\": \\"$(header Lambda-Runtime-Invoked-Function-Arn)\\"}"
            done
            """;
    private static final String GO = """
            package main

            import (
            	"context"
            	"errors"

            	"github.com/aws/aws-lambda-go/lambda"
            	"github.com/aws/aws-lambda-go/lambdacontext"
            )

            var calls int

            func handle(ctx context.Context, event map[string]any) (map[string]any, error) {
            	if event["fail"] != nil {
            		return nil, errors.New("as asked")
            	}
            	calls++
            	known, _ := lambdacontext.FromContext(ctx)
            	return map[string]any{"name": event["name"], "calls": calls,
            		"requestId": known.AwsRequestID, "arn": known.InvokedFunctionArn}, nil
            }

            func main() { lambda.Start(handle) }
            """;
    private static final String PYTHON = """
            calls = 0

            def handler(event, context):
                global calls
                if "fail" in event:
                    raise ValueError("as asked")
                calls += 1
                return {"name": event["name"], "calls": calls,
                        "requestId": context.aws_request_id, "arn": context.invoked_function_arn}
            """;
    private static final String NODE = """
            let calls = 0;
            exports.handler = async (event, context) => {
              if (event.fail) throw new Error('as asked');
              return { name: event.name, calls: ++calls, requestId: context.awsRequestId, arn: context.invokedFunctionArn };
            };
            """;

    private RuntimeClients() {}

    static byte[] shell() {
        return FunctionFixtures.zipOf("bootstrap", SHELL);
    }

    static byte[] go() {
        return FunctionFixtures.zip(Map.of("bootstrap", goProgram()));
    }

    /** A static program with AWS's client for Go in it. */
    private static byte[] goProgram() {
        Path folder = built("go", GO_CLIENT + GO, work -> {
            Files.writeString(work.resolve("main.go"), GO);
            run(work, "go", "mod", "init", "hello");
            run(work, "go", "get", GO_CLIENT);
            run(work, "env", "CGO_ENABLED=0", "go", "build", "-ldflags", "-s -w", "-o", "bootstrap", ".");
        });
        return read(folder.resolve("bootstrap"));
    }

    /** With the machine's own Python, which functions with {@code provided.al2023} see. */
    static byte[] python() {
        String minor = "3."
                + Stream.iterate(30, n -> n - 1)
                        .limit(20)
                        .filter(n -> Files.isExecutable(Path.of("/usr/bin/python3." + n)))
                        .findFirst()
                        .orElseGet(() -> abort("there is no Python 3.11 or later in /usr/bin"));
        Path folder = built(
                "python",
                PYTHON_CLIENT + minor,
                work -> run(
                        work,
                        "python3",
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--only-binary=:all:",
                        "--python-version=" + minor,
                        "--platform=manylinux2014_x86_64",
                        "--target=.",
                        PYTHON_CLIENT));
        var files = filesBelow(folder);
        files.put("app.py", PYTHON.getBytes(StandardCharsets.UTF_8));
        files.put("bootstrap", program("exec python" + minor + " -m awslambdaric \"$_HANDLER\""));
        return FunctionFixtures.zip(files);
    }

    /** With the machine's own node; its native part is compiled when it is installed. */
    static byte[] node() {
        Path folder = built(
                "node",
                NODE_CLIENT,
                work -> run(
                        work, "npm", "install", "--no-audit", "--no-fund", "--prefix", work.toString(), NODE_CLIENT));
        Path client = folder.resolve("node_modules/aws-lambda-ric");
        var files = new LinkedHashMap<String, byte[]>();
        for (String part : List.of("package.json", "bin/index.mjs", "dist/index.mjs", "dist/rapid-client.node")) {
            files.put("node_modules/aws-lambda-ric/" + part, read(client.resolve(part)));
        }
        files.put("app.js", NODE.getBytes(StandardCharsets.UTF_8));
        files.put("bootstrap", program("exec node node_modules/aws-lambda-ric/bin/index.mjs \"$_HANDLER\""));
        return FunctionFixtures.zip(files);
    }

    /** The example, compiled against the interfaces that the runtime brings. */
    static byte[] java() throws IOException {
        Path root = RunningSuite.get().root();
        Path example = root.resolve("examples/hello-java/Hello.java");
        Path interfaces = root.resolve(
                "sandbox/foundation/target/classes/dev/mayfly/sandbox/guest/runtime/lib/aws-lambda-java-core.jar");
        Path classes = Files.createTempDirectory("hello-java");
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", interfaces.toString(), "-d", classes.toString(), example.toString());
        if (status != 0) {
            throw new IllegalStateException(example + " does not compile");
        }
        return FunctionFixtures.zip(filesBelow(classes));
    }

    /** An OCI archive with nothing in it but that Go program. */
    static byte[] image() throws IOException {
        byte[] layer = tar(Map.of("app/client", goProgram()));
        byte[] config = """
                {"architecture":"amd64","os":"linux","config":{"Entrypoint":["/app/client"],"WorkingDir":"/app"},
                 "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}""".formatted(sha256(layer)).getBytes(StandardCharsets.UTF_8);
        byte[] manifest = """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}""".formatted(
                        descriptor("application/vnd.oci.image.config.v1+json", config),
                        descriptor("application/vnd.oci.image.layer.v1.tar", layer))
                .getBytes(StandardCharsets.UTF_8);
        String index = """
                {"schemaVersion":2,"manifests":[%s]}""".formatted(descriptor("application/vnd.oci.image.manifest.v1+json", manifest));
        var files = new LinkedHashMap<String, byte[]>();
        files.put("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
        files.put("index.json", index.getBytes(StandardCharsets.UTF_8));
        for (byte[] blob : List.of(manifest, config, layer)) {
            files.put("blobs/sha256/" + sha256(blob), blob);
        }
        return tar(files);
    }

    private static String descriptor(String type, byte[] blob) {
        return "{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":%d}".formatted(type, sha256(blob), blob.length);
    }

    private static byte[] tar(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                var entry = new TarArchiveEntry(file.getKey());
                entry.setMode(0100755);
                entry.setSize(file.getValue().length);
                entry.setModTime(0);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] program(String line) {
        return ("#!/bin/sh\ncd /var/task\n" + line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private interface Recipe {
        void buildIn(Path folder) throws IOException;
    }

    /** The folder in which that was built, now or earlier. */
    private static Path built(String name, String recipe, Recipe steps) {
        Path cache = Path.of(System.getProperty("user.home"), ".cache/mayfly/runtime-clients");
        Path folder = cache.resolve(
                name + "-" + sha256(recipe.getBytes(StandardCharsets.UTF_8)).substring(0, 12));
        try {
            if (!Files.exists(folder)) {
                Files.createDirectories(cache);
                Path work = Files.createTempDirectory(cache, "." + name);
                steps.buildIn(work);
                Files.move(work, folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private static void run(Path folder, String... command) throws IOException {
        Path output = folder.resolve("build.log");
        try {
            var process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            if (!process.waitFor(BUILD_LIMIT)) {
                process.destroyForcibly();
            }
            if (process.waitFor() != 0) {
                String said = Files.readString(output);
                abort("this machine cannot build it: " + String.join(" ", command) + ": "
                        + said.substring(Math.max(0, said.length() - 500)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, byte[]> filesBelow(Path folder) {
        var files = new LinkedHashMap<String, byte[]>();
        try (var all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                files.put(folder.relativize(file).toString(), read(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "%064x".formatted(new BigInteger(1, digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
