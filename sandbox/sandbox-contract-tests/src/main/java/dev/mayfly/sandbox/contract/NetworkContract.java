package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a sandbox reaches when its host reaches everything: the host runs in a network namespace of its own, without a way out
 * of it, in which stand-ins have the addresses of a metadata service, of neighbours and of the internet. Needs root.
 */
public abstract class NetworkContract extends SandboxContract {
    private static final JsonMapper JSON = JsonMapper.shared();

    @SuppressWarnings("NullAway.Init")
    private JsonNode report;

    /** Runs the host once, for all tests. */
    @BeforeAll
    void attackFromAHostThatReachesEverything() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/unshare")) && "root".equals(System.getProperty("user.name")),
                "Network namespaces are made by root, with util-linux");
        code(Behaviour.PROBE);
        Process host = new ProcessBuilder(
                        "/usr/bin/unshare",
                        "--net",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostInNetwork.class.getName(),
                        underTest().getClass().getName(),
                        folder().resolveSibling("network").toString(),
                        folder().resolveSibling("network-code").toString())
                .redirectErrorStream(true)
                .start();
        List<String> lines;
        try (BufferedReader output = host.inputReader(StandardCharsets.UTF_8)) {
            lines = output.lines().toList();
            assertThat(host.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            host.destroyForcibly();
        }
        String line = lines.stream()
                .filter(each -> each.startsWith(HostInNetwork.REPORT))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No report, but: " + lines));
        report = JSON.readTree(line.substring(HostInNetwork.REPORT.length()));
        assertThat(report.get("absent").asString("")).isEmpty();
        assertThat(underTest().traces(folder().resolveSibling("network"))).isEmpty();
    }

    private JsonNode attempts(String sandbox) {
        JsonNode attempts = report.path(sandbox).path("attempts");
        Assumptions.assumeTrue(attempts.isObject(), "This technology gives no such sandbox");
        boolean expressible = attempts.properties().stream()
                .anyMatch(each -> !each.getValue().asString().equals("no UNSUPPORTED"));
        Assumptions.assumeTrue(expressible, "No guest of this technology can connect");
        return attempts;
    }

    private void assertUnreached(String sandbox, String standIn) {
        boolean seen = false;
        for (var each : attempts(sandbox).properties()) {
            if (each.getKey().startsWith(standIn)) {
                seen = true;
                assertThat(each.getValue().asString()).as(each.getKey()).startsWith("no");
            }
        }
        assertThat(seen).as(standIn).isTrue();
        for (var each : report.get(sandbox).get("connections").properties()) {
            if (each.getKey().startsWith(standIn)) {
                assertThat(each.getValue().asInt()).as(each.getKey()).isZero();
            }
        }
    }

    @Test
    void theHostReachesEveryStandIn() {
        assertThat(report.get("host").properties())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.getValue().asString()).isEqualTo("ok"));
    }

    @Test
    void metadataServices() {
        assertUnreached("closed", "metadata");
    }

    @Test
    void neighbours() {
        assertUnreached("closed", "neighbour");
    }

    @Test
    void servicesOfTheHost() {
        assertUnreached("closed", "loopback");
    }

    @Test
    void theInternet() {
        assertUnreached("closed", "internet");
    }

    @Test
    void theGatewayIsReached() {
        assertThat(attempts("closed").get("gateway").asString()).isEqualTo("ok the gateway");
    }

    @Test
    void withEgressTheInternetAndNothingElse() {
        JsonNode attempts = attempts("egress");
        assertUnreached("egress", "metadata");
        assertUnreached("egress", "neighbour");
        assertUnreached("egress", "loopback");
        assertThat(attempts.get("internet 4").asString()).startsWith("ok");
        assertThat(attempts.get("gateway").asString()).isEqualTo("ok the gateway");
    }
}
