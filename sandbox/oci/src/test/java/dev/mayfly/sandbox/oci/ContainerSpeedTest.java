package dev.mayfly.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.contract.Behaviour;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints how long a cold start and a warm invocation take, beside {@code runc} alone; asserts only that they work. */
class ContainerSpeedTest {
    private static final int COLD = 15;
    private static final int WARM = 3000;

    private static SandboxSpec spec(FunctionCode code, int memoryMb) {
        return new SandboxSpec(
                "speed-" + UUID.randomUUID().toString().substring(0, 8),
                code,
                Map.of(),
                memoryMb,
                512,
                Duration.ofSeconds(10),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                _ -> {});
    }

    private static void report(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%s: p50 %.2f ms, p90 %.2f ms, min %.2f ms%n",
                what, nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 9 / 10] / 1e6, nanos[0] / 1e6);
    }

    @Test
    void coldAndWarm(@TempDir Path temporary) throws Exception {
        for (ContainersUnderTest guests :
                List.of(new NodeContainers(), new PythonContainers(), new ProvidedContainers())) {
            FunctionCode code = Objects.requireNonNull(
                    guests.guest(Behaviour.ECHO, Files.createDirectories(temporary.resolve(guests.runtime()))));
            try (ContainerTechnology technology = new ContainerTechnology(ContainerSettings.of(temporary))) {
                Availability availability = technology.check();
                Assumptions.assumeTrue(availability.available(), availability.detail());
                cold(technology, code, new RawRunc(temporary, code, new Home(ContainerSettings.of(temporary))));
                warm(technology, code, 1769);
            }
        }
    }

    private static void cold(ContainerTechnology technology, FunctionCode code, RawRunc raw) throws Exception {
        long[] alone = new long[COLD];
        long[] start = new long[COLD];
        long[] close = new long[COLD];
        for (int i = 0; i < COLD; i++) {
            alone[i] = raw.run();
            long before = System.nanoTime();
            Sandbox sandbox = technology.start(spec(code, 512));
            answer(sandbox);
            start[i] = System.nanoTime() - before;
            before = System.nanoTime();
            sandbox.close();
            close[i] = System.nanoTime() - before;
        }
        report(code.runtime() + " in runc alone, start to end", alone);
        report(code.runtime() + " cold start to first answer", start);
        report(code.runtime() + " close", close);
    }

    private static void warm(ContainerTechnology technology, FunctionCode code, int memoryMb) throws Exception {
        try (Sandbox sandbox = technology.start(spec(code, memoryMb))) {
            long[] times = new long[WARM];
            for (int i = 0; i < WARM; i++) {
                long before = System.nanoTime();
                answer(sandbox);
                times[i] = System.nanoTime() - before;
            }
            report(code.runtime() + " warm invocation", Arrays.copyOfRange(times, WARM / 2, WARM));
        }
    }

    private static void answer(Sandbox sandbox) throws InterruptedException {
        InvocationResult result = sandbox.invoke(new InvocationRequest(
                UUID.randomUUID().toString(),
                "{\"a\":1}".getBytes(StandardCharsets.UTF_8),
                Duration.ofSeconds(5),
                "arn",
                null,
                null));
        assertThat(result).isInstanceOf(InvocationResult.Success.class);
    }
}
