package dev.mayfly.benchmarks;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;

/** Asks sandboxes what the sandbox host asks of them, and nothing more. */
final class Probe {
    static final byte[] EVENT = "{\"name\":\"Ada\"}".getBytes(StandardCharsets.UTF_8);

    /** What small functions have. */
    static final int SMALL_MB = 256;

    /** 1.7 cores: enough that not the function's share of the processor is measured. */
    static final int LARGE_MB = 3008;

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private Probe() {}

    /** Puts a function's only file into a folder of its own that every user can read. */
    static FunctionCode code(Path folder, String file, byte[] content, String runtime, String handler)
            throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path written = Files.write(folder.resolve(file), content);
        Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-r--r--"));
        return new FunctionCode(folder, sha256(content), runtime, handler);
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    static SandboxSpec spec(FunctionCode code, int memoryMb, Map<String, String> environment) {
        return new SandboxSpec(
                "bench-" + UUID.randomUUID(),
                code,
                environment,
                memoryMb,
                512,
                TIMEOUT,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                line -> {});
    }

    static byte[] answer(Sandbox sandbox, byte[] event) throws InterruptedException {
        var request = new InvocationRequest(UUID.randomUUID().toString(), event, TIMEOUT, "arn:aws:lambda", null, null);
        InvocationResult result = sandbox.invoke(request);
        if (result instanceof InvocationResult.Success success) {
            return success.payload();
        }
        throw new IllegalStateException("The measured function failed: " + describe(result));
    }

    private static String describe(InvocationResult result) {
        return switch (result) {
            case InvocationResult.FunctionError error -> new String(error.payload(), StandardCharsets.UTF_8);
            case InvocationResult.Crashed crashed -> crashed.errorType() + " " + crashed.errorMessage();
            default -> result.toString();
        };
    }

    /** From asking for a sandbox to its first answer, in nanoseconds. */
    static long firstAnswer(SandboxTechnology technology, SandboxSpec spec)
            throws SandboxStartException, InterruptedException {
        long start = System.nanoTime();
        try (Sandbox sandbox = technology.start(spec)) {
            answer(sandbox, EVENT);
            return System.nanoTime() - start;
        }
    }
}
