package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What hostile code tries first. More, by technology, is tested beside it. */
public abstract class AttackContract extends SandboxContract {
    private Path secret(String name) throws IOException {
        return Files.writeString(folder().resolveSibling(name), "the host's secret");
    }

    @Test
    void readingFilesOfTheHost() throws Exception {
        Path secret = secret("secret.txt");
        assertRefused(
                shared(Behaviour.PROBE),
                "read /etc/shadow",
                "read /root/.bashrc",
                "read /proc/1/root" + secret,
                "read /proc/self/root" + secret,
                "read /proc/thread-self/root" + secret,
                "read /proc/self/cwd/../.." + secret,
                "read /proc/1/cwd/../../.." + secret,
                "read /proc/self/fd/../../../.." + secret,
                "read /var/task/../.." + secret,
                "read ../../../../../../.." + secret,
                "read " + secret,
                "read /dev/mem",
                "read /dev/kmem",
                "read /dev/port",
                "read /dev/kmsg",
                "read /dev/kvm",
                "read /dev/fuse",
                "read /dev/net/tun",
                "read /dev/loop-control",
                "read /dev/sda",
                "read /dev/vda",
                "read /proc/kcore",
                "read /proc/kmsg",
                "read /proc/sysrq-trigger",
                "read /sys/firmware/dmi/tables/DMI",
                "read /sys/kernel/security/lsm",
                "read /sys/kernel/debug/x",
                "read /proc/1/mem.x");
    }

    @Test
    void readingFilesThroughLinksInItsCode() throws Exception {
        Path secret = secret("linked-secret.txt");
        FunctionCode code = ownCode(Behaviour.PROBE, "with-links");
        Files.createSymbolicLink(code.directory().resolve("link.txt"), secret);
        Files.createSymbolicLink(code.directory().resolve("rootlink"), Path.of("/"));
        Sandbox sandbox = start(spec(code));
        assertRefused(sandbox, "read /var/task/link.txt", "read /var/task/rootlink" + secret);
        Files.delete(code.directory().resolve("rootlink"));
    }

    @Test
    void readingFilesThroughLinksInTmp() throws Exception {
        Path secret = secret("linked-from-tmp.txt");
        Sandbox sandbox = start(Behaviour.PROBE);
        attempt(sandbox, "link " + secret + " /tmp/link");
        attempt(sandbox, "link / /tmp/root");
        attempt(sandbox, "link /proc/1/root /tmp/one");
        assertRefused(sandbox, "read /tmp/link", "read /tmp/root" + secret, "read /tmp/one" + secret);
        attempt(sandbox, "link " + secret.getParent() + " /tmp/folder");
        sandbox.close();
        assertThat(secret)
                .as("what a link in /tmp names, after the host tidied up")
                .isNotEmptyFile();
    }

    @Test
    void listingFoldersOfTheHost() throws Exception {
        assertRefused(
                shared(Behaviour.PROBE),
                "list " + folder(),
                "list " + folder().resolveSibling("code-ECHO"),
                "list /root",
                "list /home",
                "list /boot",
                "list /srv",
                "list /mnt",
                "list /sys/kernel",
                "list /sys/fs/cgroup/memory",
                "list /run/docker.sock",
                "list /run/mayfly",
                "list /var/lib",
                "list /var/run");
    }

    @Test
    void writingAnywhereButTmp() throws Exception {
        Sandbox sandbox = shared(Behaviour.PROBE);
        assertRefused(
                sandbox,
                "write /x",
                "write /var/task/x",
                "write /var/runtime/x",
                "write /var/x",
                "write /mnt/x",
                "write /usr/x",
                "write /usr/bin/x",
                "write /etc/x",
                "write /etc/passwd",
                "write /opt/x",
                "write /dev/x",
                "write /run/x",
                "write /proc/sys/kernel/core_pattern",
                "write /proc/self/oom_score_adj/x",
                "write /sys/fs/cgroup/x");
        assertThat(answer(invoke(sandbox, "\"write /tmp/x\"")).asString())
                .startsWith(underTest().hasTmp() ? "ok" : "no");
    }

    @Test
    void changingTheMachineThroughProc() throws Exception {
        assertRefused(
                shared(Behaviour.PROBE),
                "modify /proc/sys/kernel/core_pattern 1",
                "modify /proc/sys/kernel/hostname x",
                "modify /proc/sys/vm/drop_caches 1",
                "modify /proc/sys/net/ipv4/ip_forward 1",
                "modify /proc/sys/fs/binfmt_misc/register x",
                "modify /proc/sysrq-trigger h",
                "modify /proc/self/uid_map 0",
                "modify /proc/self/gid_map 0",
                "modify /proc/1/mem.x 1",
                "modify /usr/bin/env x",
                "modify /var/runtime/bootstrap.py x",
                "modify /dev/kmsg x");
    }

    @Test
    void reachingServicesOfTheHost() throws Exception {
        try (StandIn service = new StandIn("internal")) {
            String port = " " + service.port();
            assertRefused(
                    shared(Behaviour.PROBE),
                    "connect 127.0.0.1" + port,
                    "connect ::1" + port,
                    "connect ::ffff:127.0.0.1" + port,
                    "connect 0.0.0.0" + port,
                    "connect localhost" + port);
            assertThat(service.connections()).isZero();
        }
    }

    @Test
    void reachingSocketsOfTheHost() throws Exception {
        assertRefused(
                shared(Behaviour.PROBE),
                "connect-unix /run/runtime.sock",
                "connect-unix /var/run/docker.sock",
                "connect-unix /run/containerd/containerd.sock",
                "connect-unix /run/systemd/private",
                "connect-unix /run/dbus/system_bus_socket",
                "connect-unix @/tmp/.X11-unix/X0");
    }

    @Test
    void findingSecretsOfAnotherFunction() throws Exception {
        String text = "s3cr3t-of-another-function";
        FunctionCode code = ownCode(Behaviour.PROBE, "of-the-victim");
        Path file = Files.writeString(code.directory().resolve("secret"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Sandbox victim =
                start(Specs.withEnvironment(spec(code), Map.of("PASSWORD", text, "AWS_SECRET_ACCESS_KEY", text)));
        attempt(victim, "keep " + text);
        Sandbox attacker = start(Behaviour.HUNT);
        String reverse = new StringBuilder(text).reverse().toString();
        JsonNode found = answer(invoke(attacker, "\"" + reverse + "\""));
        assertThat(found.toString()).isEqualTo("[]");
        assertThat(attempt(victim, "read /tmp/kept")).isEqualTo("ok " + text);
    }

    @Test
    void readingAnotherSandboxesFiles() throws Exception {
        Sandbox victim = start(Behaviour.FILL_TMP);
        answer(invoke(victim, "1"));
        assertThat(attempt(start(Behaviour.PROBE), "list /tmp")).isEqualTo("ok ");
    }

    @Test
    void killingWhateverItCan() throws Exception {
        Sandbox victim = victim();
        Sandbox attacker = start(Behaviour.PROBE);
        invoke(attacker, "\"kill-all\"");
        assertUnharmed(victim);
    }

    @Test
    void becomingAnotherUser() throws Exception {
        Sandbox sandbox = shared(Behaviour.PROBE);
        assertThat(attempt(sandbox, "ids")).isEqualTo("ok [1000, 1000]");
        assertRefused(sandbox, "setuid");
    }

    @Test
    void whatItWasGivenOpenLeadsNowhere() throws Exception {
        for (String open :
                attempt(shared(Behaviour.PROBE), "descriptors").substring(3).split("\n")) {
            assertThat(open)
                    .matches(
                            "(socket|pipe|anon_inode|host|/memfd):.*|/dev/(null|random|urandom|vport\\w+|hvc\\d|pts/\\d+)"
                                    + "|/proc/\\d+/(fd|task/\\d+/fd)|/(usr|var/task|var/runtime)/.*");
        }
    }

    /** The gateway is the one address that a function reaches: through {@code AWS_ENDPOINT_URL}. */
    @Test
    void theGatewayIsReached() throws Exception {
        try (StandIn gateway = new StandIn("the gateway")) {
            Sandbox sandbox = start(Specs.withNetwork(spec(Behaviour.PROBE), gateway.port(), false));
            assertThat(attempt(sandbox, "get AWS_ENDPOINT_URL")).isEqualTo("ok the gateway");
        }
    }

    /** Mounts are for guests only to read; {@code /tmp} and what the kernel makes up are theirs, without devices. */
    @Test
    void itsMountsAreReadOnly() throws Exception {
        for (String line : attempt(shared(Behaviour.PROBE), "read /proc/self/mounts")
                .substring(3)
                .split("\n")) {
            String[] fields = line.split(" ");
            if (fields.length > 3 && fields[1].equals("/tmp") && !underTest().hasOwnKernel()) {
                assertThat(fields[3].split(",")).as(line).contains("nosuid", "nodev");
            }
            if (fields.length > 3 && !itsKernels(fields[1]) && !fields[1].equals("/tmp")) {
                assertThat(fields[1].startsWith("/dev/")
                                || fields[1].startsWith("/proc/")
                                || fields[3].startsWith("ro"))
                        .as(line)
                        .isTrue();
            }
        }
    }

    private boolean itsKernels(String mount) {
        return mount.equals("/mnt") && underTest().hasOneMountForVolumes()
                || mount.equals("/dev")
                || mount.equals("/proc")
                || mount.equals("/sys") && underTest().hasOwnKernel();
    }
}
