package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Sandbox;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a function asks the kernel for, and is refused. */
public abstract class SystemCallContract extends SandboxContract {
    /** What needs a privilege: refused by every kernel. */
    private static final List<String> PRIVILEGED = List.of(
            "mount \"buffer\",\"buffer\",\"buffer\",0,0",
            "unshare 1073741824", // CLONE_NEWNET
            "setns 0,0",
            "ptrace 16,1,0,0", // PTRACE_ATTACH
            "bpf 0,\"buffer\",128",
            "init_module \"buffer\",10,\"buffer\"",
            "finit_module 0,\"buffer\",0",
            "delete_module \"buffer\",0",
            "kexec_load 0,0,0,0",
            "pivot_root \"buffer\",\"buffer\"",
            "chroot \"buffer\"",
            "swapon \"buffer\",0",
            "reboot 0,0,0,0",
            "settimeofday \"buffer\",0",
            "clock_settime 0,\"buffer\"",
            "open_by_handle_at 0,\"buffer\",0",
            "process_vm_readv 1,\"buffer\",1,\"buffer\",1,1",
            "process_vm_writev 1,\"buffer\",1,\"buffer\",1,1",
            "quotactl 0,\"buffer\",0,\"buffer\"",
            "umount2 \"buffer\",0",
            "acct \"buffer\"",
            "sethostname \"buffer\",3",
            "move_mount 0,\"buffer\",0,\"buffer\",0",
            "fanotify_init 4,0",
            "vhangup ");

    /** What a kernel grants to anybody, and what has been the way out of many a container. */
    private static final List<String> DANGEROUS = List.of(
            "unshare 268435456", // CLONE_NEWUSER
            "clone 268435473,0,0,0,0", // CLONE_NEWUSER | SIGCHLD
            "ptrace 0,0,0,0", // PTRACE_TRACEME
            "keyctl 0,-3,0",
            "add_key \"buffer\",\"buffer\",0,0,-3",
            "request_key \"buffer\",\"buffer\",0,0",
            "perf_event_open \"buffer\",0,-1,-1,0",
            "userfaultfd 0",
            "io_uring_setup 8,\"buffer\"",
            "pidfd_getfd 0,0,0",
            "kcmp 1,1,0,0,0",
            "name_to_handle_at 0,\"buffer\",\"buffer\",\"buffer\",0",
            "move_pages 0,0,0,0,0,0",
            "fsopen \"buffer\",0",
            "syslog 3,\"buffer\",100",
            "open_tree 0,\"buffer\",0");

    private static final Duration SHORT = Duration.ofSeconds(5);

    private String call(Sandbox sandbox, String call) throws InterruptedException {
        int space = call.indexOf(' ');
        return answer(invoke(
                        sandbox,
                        "{\"name\":\"" + call.substring(0, space) + "\",\"arguments\":[" + call.substring(space + 1)
                                + "]}"))
                .asString();
    }

    @Test
    void privilegedCallsAreRefused() throws Exception {
        Sandbox sandbox = shared(Behaviour.SYSTEM_CALL);
        for (String each : PRIVILEGED) {
            String said = call(sandbox, each);
            assertThat(said).as(each).startsWith("no");
            if (!underTest().hasOwnKernel()) {
                assertThat(said).as(each).isIn("no 1", "no such call");
            }
        }
    }

    @Test
    void dangerousCallsAreRefusedByTheMachinesKernel() throws Exception {
        Sandbox victim = victim();
        for (String each : DANGEROUS) {
            Sandbox sandbox = shared(Behaviour.SYSTEM_CALL);
            if (underTest().hasOwnKernel()) {
                sandbox.invoke(request("{\"name\":\"" + each.replaceFirst(" ", "\",\"arguments\":[") + "]}", SHORT));
            } else {
                assertThat(call(sandbox, each)).as(each).isIn("no 1", "no such call");
            }
        }
        assertUnharmed(victim);
    }

    @Test
    void clone3LooksUnknownSoThatLibrariesUseClone() throws Exception {
        Assumptions.assumeFalse(underTest().hasOwnKernel(), "Its kernel is its own");
        assertThat(call(shared(Behaviour.SYSTEM_CALL), "clone3 \"buffer\",88")).isEqualTo("no 38");
    }

    @Test
    void itHasNoCapabilitiesAndCannotGetAny() throws Exception {
        String status = attempt(shared(Behaviour.PROBE), "read /proc/self/status");
        assertThat(status).containsPattern("CapEff:\\s+0000000000000000\n");
        for (String set : List.of("CapInh", "CapPrm", "CapBnd", "CapAmb")) {
            if (status.contains(set) || !underTest().hasOwnKernel()) {
                assertThat(status).containsPattern(set + ":\\s+0000000000000000\n");
            }
        }
        if (!underTest().hasOwnKernel()) {
            assertThat(status).containsPattern("NoNewPrivs:\\s+1\n").containsPattern("Seccomp:\\s+2\n");
        }
    }

    @Test
    void setuidProgramsGiveNothing() throws Exception {
        Sandbox sandbox = start(Specs.withMemory(spec(Behaviour.PROBE), Specs.WHOLE_CORE_MB));
        assertThat(attempt(sandbox, "run /usr/bin/find /usr/bin /usr/sbin -xdev -perm -4000 -uid 0 -readable"))
                .isIn("ok 0 ", "no ENOENT");
        if (!underTest().hasOwnKernel()) {
            assertThat(attempt(sandbox, "run /usr/bin/unshare -r id -u")).doesNotStartWith("ok 0 0");
        }
    }

    @Test
    void itSeesOnlyItsOwnProcesses() throws Exception {
        Sandbox victim = victim();
        String seen = attempt(start(Behaviour.PROBE), "list /proc").substring(3);
        List<String> processes = List.of(seen.split(" ")).stream()
                .filter(name -> name.matches("\\d+"))
                .toList();
        if (underTest().hasOwnKernel()) {
            assertThat(processes).isNotEmpty();
        } else {
            assertThat(processes).containsExactly("1");
        }
        assertUnharmed(victim);
    }

    @Test
    void itMakesNoDeviceNodesAndOpensNoRawSockets() throws Exception {
        assertRefused(
                shared(Behaviour.PROBE),
                "mknod /tmp/node",
                "socket 17 3", // AF_PACKET, SOCK_RAW
                "socket 2 3", // AF_INET, SOCK_RAW
                "socket 10 3", // AF_INET6, SOCK_RAW
                "socket 29 3"); // AF_CAN
    }

    @Test
    void itOpensNoSocketsOfOtherFamilies() throws Exception {
        Assumptions.assumeFalse(underTest().hasOwnKernel(), "Its kernel is its own");
        assertRefused(
                shared(Behaviour.PROBE),
                "socket 40 1", // AF_VSOCK
                "socket 38 5", // AF_ALG
                "socket 21 5", // AF_RDS
                "socket 30 1", // AF_TIPC
                "socket 44 3"); // AF_XDP
    }
}
