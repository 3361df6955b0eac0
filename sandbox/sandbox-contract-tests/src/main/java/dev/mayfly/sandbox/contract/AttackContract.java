package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What hostile code tries first. More, by technology, is tested beside it. */
public abstract class AttackContract extends SandboxContract {
    /** The answer to one attempt: {@code ok DETAIL} or {@code no ERROR}. */
    protected final String attempt(Sandbox sandbox, String what) throws InterruptedException {
        return answer(invoke(sandbox, "\"" + what + "\"")).asString();
    }

    @Test
    void readingFilesOfTheHost() throws Exception {
        Path secret = Files.writeString(folder().resolveSibling("secret.txt"), "the host's secret");
        Sandbox sandbox = start(Behaviour.PROBE);
        for (String path : new String[] {
            "/etc/shadow",
            "/root/.bashrc",
            "/proc/1/root" + secret,
            "/proc/self/root" + secret,
            "/proc/1/cwd/../../.." + secret,
            "/var/task/../.." + secret,
            "../../../../../../.." + secret,
            secret.toString(),
            "/dev/mem",
            "/dev/kmsg",
            "/dev/sda",
            "/dev/vda",
            "/proc/kcore",
            "/proc/kallsyms.x",
            "/proc/sysrq-trigger",
            "/proc/1/mem"
        }) {
            assertThat(attempt(sandbox, "read " + path)).as(path).startsWith("no");
        }
    }

    @Test
    void readingFilesThroughLinksInItsCode() throws Exception {
        Path secret = Files.writeString(folder().resolveSibling("linked-secret.txt"), "the host's secret");
        var code = code(Behaviour.PROBE);
        link(code.directory().resolve("link.txt"), secret);
        link(code.directory().resolve("rootlink"), Path.of("/"));
        Sandbox sandbox = start(spec(code));
        assertThat(attempt(sandbox, "read /var/task/link.txt")).startsWith("no");
        assertThat(attempt(sandbox, "read /var/task/rootlink" + secret)).startsWith("no");
    }

    private static void link(Path link, Path target) throws IOException {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, target);
    }

    @Test
    void listingFoldersOfTheHost() throws Exception {
        Sandbox sandbox = start(Behaviour.PROBE);
        for (String path : new String[] {
            folder().toString(),
            folder().resolveSibling("code").toString(),
            "/root",
            "/home",
            "/sys/kernel",
            "/run/docker.sock"
        }) {
            assertThat(attempt(sandbox, "list " + path)).as(path).startsWith("no");
        }
    }

    @Test
    void writingAnywhereButTmp() throws Exception {
        Sandbox sandbox = start(Behaviour.PROBE);
        for (String path : new String[] {
            "/x",
            "/var/task/x",
            "/var/x",
            "/usr/x",
            "/usr/bin/x",
            "/etc/x",
            "/etc/passwd",
            "/opt/x",
            "/dev/x",
            "/proc/sys/kernel/core_pattern",
            "/proc/self/oom_score_adj/x",
            "/sys/fs/cgroup/x"
        }) {
            assertThat(attempt(sandbox, "write " + path)).as(path).startsWith("no");
        }
        assertThat(attempt(sandbox, "write /tmp/x")).startsWith(underTest().hasTmp() ? "ok" : "no");
    }

    @Test
    void reachingServicesOfTheHost() throws Exception {
        try (StandIn service = new StandIn("internal")) {
            Sandbox sandbox = start(Behaviour.PROBE);
            assertThat(attempt(sandbox, "connect 127.0.0.1 " + service.port())).startsWith("no");
            assertThat(attempt(sandbox, "connect ::1 " + service.port())).startsWith("no");
            assertThat(service.connections()).isZero();
        }
    }

    @Test
    void reachingOtherNetworks() throws Exception {
        Sandbox sandbox = start(Behaviour.PROBE);
        for (String address : new String[] {"169.254.169.254 80", "fe80::1 80", "2001:db8::1 80", "192.0.2.1 80"}) {
            assertThat(attempt(sandbox, "connect " + address)).as(address).startsWith("no");
        }
    }

    @Test
    void readingAnotherSandboxesFiles() throws Exception {
        Sandbox victim = start(Behaviour.FILL_TMP);
        answer(invoke(victim, "1"));
        Sandbox sandbox = start(Behaviour.PROBE);
        assertThat(attempt(sandbox, "list /tmp")).isEqualTo("ok ");
    }

    /** The gateway is the one address that a function reaches: through {@code AWS_ENDPOINT_URL}. */
    @Test
    void theGatewayIsReached() throws Exception {
        try (StandIn gateway = new StandIn("the gateway")) {
            SandboxSpec spec = spec(code(Behaviour.PROBE));
            Sandbox sandbox = start(new SandboxSpec(
                    spec.id(),
                    spec.code(),
                    spec.environment(),
                    spec.memoryMb(),
                    spec.ephemeralStorageMb(),
                    spec.initTimeout(),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()),
                    false,
                    spec.logs()));
            assertThat(attempt(sandbox, "get AWS_ENDPOINT_URL")).isIn("ok the gateway", "no UNSUPPORTED");
        }
    }
}
