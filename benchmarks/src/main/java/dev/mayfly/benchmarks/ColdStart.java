package dev.mayfly.benchmarks;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.oci.OciSettings;
import dev.mayfly.sandbox.oci.OciTechnology;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** First answers of new containers through the gateway, beside {@code runc run}, in turn. */
final class ColdStart {
    private ColdStart() {}

    static void containers(Gateway gateway, Report report, int rounds) throws Exception {
        Path folder = Files.createTempDirectory("mayfly-bench");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        FunctionCode code = Probe.code(
                folder.resolve("code"),
                "index.js",
                Functions.ECHO.getBytes(StandardCharsets.UTF_8),
                "nodejs20.x",
                "index.handler");
        var raw = new Samples(rounds);
        var throughGateway = new Samples(rounds);
        try (var technology =
                        OciTechnology.container(OciSettings.container(folder).withShellMemory(0));
                var alive = technology.start(Probe.spec(code, Probe.SMALL_MB, Map.of()))) {
            var runc = RawOci.runc(folder, alive.id());
            for (int i = -1; i < rounds; i++) {
                long nanos = runc.firstAnswer();
                String function = gateway.newName("cold");
                gateway.create(
                        function, "nodejs20.x", "index.handler", Functions.nodeZip(), Probe.SMALL_MB, "container");
                try {
                    var request = gateway.invocation(function, Probe.EVENT);
                    long start = System.nanoTime();
                    gateway.send(request);
                    if (i >= 0) {
                        throughGateway.add(System.nanoTime() - start);
                        raw.add(nanos);
                    }
                } finally {
                    gateway.delete(function);
                }
            }
        }
        report.row("raw `runc run node` of the same handler, first answer", raw);
        report.row("cold container, first answer through the gateway", throughGateway);
        report.figure(
                "cold container through the gateway, over raw `runc run`, p50",
                "%.1f ms".formatted(throughGateway.median() - raw.median()),
                "<= 50 ms");
    }
}
