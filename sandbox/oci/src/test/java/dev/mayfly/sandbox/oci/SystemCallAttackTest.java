package dev.mayfly.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.contract.SandboxContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a function asks the kernel for, and is refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SystemCallAttackTest extends SandboxContract {
    private static final String GUEST = """
        import ctypes, os, platform, socket, subprocess

        libc = ctypes.CDLL(None, use_errno=True)
        numbers = {'x86_64': dict(mount=165, unshare=272, setns=308, ptrace=101, bpf=321, keyctl=250, add_key=248,
                perf_event_open=298, userfaultfd=323, io_uring_setup=425, init_module=175, finit_module=313, kexec_load=246,
                pivot_root=155, chroot=161, swapon=167, reboot=169, settimeofday=164, open_by_handle_at=304,
                process_vm_readv=310, pidfd_getfd=438, iopl=172, syslog=103, quotactl=179, umount2=166, acct=163,
                sethostname=170, clone=56, clone3=435, fsopen=430, move_mount=429, open_tree=428),
            'aarch64': dict(mount=40, unshare=97, setns=268, ptrace=117, bpf=280, keyctl=219, add_key=217,
                perf_event_open=241, userfaultfd=282, io_uring_setup=425, init_module=105, finit_module=273, kexec_load=104,
                pivot_root=41, chroot=51, swapon=224, reboot=142, settimeofday=170, open_by_handle_at=265,
                process_vm_readv=270, pidfd_getfd=438, syslog=116, quotactl=60, umount2=39, acct=89,
                sethostname=161, clone=220, clone3=435, fsopen=430, move_mount=429, open_tree=428)}[platform.machine()]

        def call(name, *arguments):
            if name not in numbers: return 'no such call'
            buffer = ctypes.create_string_buffer(256)
            arguments = [buffer if a == 'buffer' else a for a in arguments]
            result = libc.syscall(numbers[name], *arguments)
            return 'no %d' % ctypes.get_errno() if result == -1 else 'ok %d' % result

        def status():
            return {name: value.strip() for name, value in (line.split(':', 1) for line in open('/proc/self/status'))}

        def handler(event, context):
            what = event['what']
            if what == 'call': return call(event['name'], *event['arguments'])
            if what == 'status': return status()
            if what == 'processes': return [p for p in os.listdir('/proc') if p.isdigit()]
            if what == 'ids': return [os.getuid(), os.getgid(), os.getgroups()]
            if what == 'run':
                done = subprocess.run(event['command'], capture_output=True, text=True)
                return dict(status=done.returncode, output=done.stdout + done.stderr)
            if what == 'node':
                try: os.mknod('/tmp/node', 0o20666, os.makedev(1, 1)); return 'ok'
                except OSError as e: return 'no %d' % e.errno
            if what == 'setuid':
                try: os.setuid(0); return 'ok'
                except OSError as e: return 'no %d' % e.errno
            if what == 'socket':
                try: socket.socket(event['family'], event['type'], 0); return 'ok'
                except OSError as e: return 'no %d' % e.errno
            if what == 'mounts': return open('/proc/self/mounts').read()
            if what == 'write':
                try:
                    with open(event['path'], 'w') as file: file.write(event['text'])
                    return 'ok'
                except OSError as e: return 'no %d' % e.errno
        """;

    private Sandbox sandbox;
    private Path code;

    @Override
    protected TechnologyUnderTest underTest() {
        return new PythonContainers();
    }

    @BeforeAll
    void writeGuest(@TempDir Path temporary) throws Exception {
        code = Files.createDirectories(temporary.resolve("code"));
        Files.writeString(code.resolve("index.py"), GUEST);
    }

    private JsonNode ask(String event) throws Exception {
        sandbox = start(spec(new FunctionCode(code, "attack", "python3.11", "index.handler")));
        return answer(invoke(sandbox, event));
    }

    private String call(String name, String arguments) throws Exception {
        return ask("{\"what\":\"call\",\"name\":\"" + name + "\",\"arguments\":[" + arguments + "]}")
                .asString();
    }

    @Test
    void callsThatLeadOutAreRefused() throws Exception {
        sandbox = start(spec(new FunctionCode(code, "attack", "python3.11", "index.handler")));
        for (List<String> each : List.of(
                List.of("mount", "\"buffer\",\"buffer\",\"buffer\",0,0"),
                List.of("unshare", "268435456"),
                List.of("unshare", "1073741824"),
                List.of("setns", "0,0"),
                List.of("ptrace", "0,0,0,0"),
                List.of("ptrace", "16,1,0,0"),
                List.of("bpf", "0,\"buffer\",128"),
                List.of("keyctl", "0,-3,0"),
                List.of("add_key", "\"buffer\",\"buffer\",0,0,-3"),
                List.of("perf_event_open", "\"buffer\",0,-1,-1,0"),
                List.of("userfaultfd", "0"),
                List.of("io_uring_setup", "8,\"buffer\""),
                List.of("init_module", "\"buffer\",10,\"buffer\""),
                List.of("finit_module", "0,\"buffer\",0"),
                List.of("kexec_load", "0,0,0,0"),
                List.of("pivot_root", "\"buffer\",\"buffer\""),
                List.of("chroot", "\"buffer\""),
                List.of("swapon", "\"buffer\",0"),
                List.of("reboot", "0,0,0,0"),
                List.of("settimeofday", "\"buffer\",0"),
                List.of("open_by_handle_at", "0,\"buffer\",0"),
                List.of("process_vm_readv", "1,\"buffer\",1,\"buffer\",1,0"),
                List.of("pidfd_getfd", "0,0,0"),
                List.of("syslog", "3,\"buffer\",100"),
                List.of("quotactl", "0,\"buffer\",0,\"buffer\""),
                List.of("umount2", "\"buffer\",0"),
                List.of("acct", "\"buffer\""),
                List.of("sethostname", "\"buffer\",3"),
                List.of("clone", "268435473,0,0,0,0"), // CLONE_NEWUSER | SIGCHLD
                List.of("fsopen", "\"buffer\",0"),
                List.of("move_mount", "0,\"buffer\",0,\"buffer\",0"),
                List.of("open_tree", "0,\"buffer\",0"))) {
            String event =
                    "{\"what\":\"call\",\"name\":\"" + each.getFirst() + "\",\"arguments\":[" + each.get(1) + "]}";
            assertThat(answer(invoke(sandbox, event)).asString())
                    .as(each.toString())
                    .isEqualTo("no 1");
        }
    }

    @Test
    void clone3LooksUnknownSoThatLibrariesUseClone() throws Exception {
        assertThat(call("clone3", "\"buffer\",88")).isEqualTo("no 38");
    }

    @Test
    void itHasNoCapabilitiesAndCannotGetAny() throws Exception {
        JsonNode status = ask("{\"what\":\"status\"}");
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(status.get(set).asString()).as(set).isEqualTo("0000000000000000");
        }
        assertThat(status.get("NoNewPrivs").asString()).isEqualTo("1");
        assertThat(status.get("Seccomp").asString()).isEqualTo("2");
    }

    @Test
    void itIsAnUnprivilegedUser() throws Exception {
        assertThat(ask("{\"what\":\"ids\"}").toString()).isIn("[1000,1000,[]]", "[1000,1000,[1000]]");
        assertThat(ask("{\"what\":\"setuid\"}").asString()).isEqualTo("no 1");
    }

    @Test
    void setuidProgramsGiveNothing() throws Exception {
        JsonNode found = ask(
                "{\"what\":\"run\",\"command\":[\"/usr/bin/find\",\"/usr/bin\",\"-perm\",\"-4000\",\"-uid\",\"0\"]}");
        assertThat(found.get("status").asInt()).isZero();
        assertThat(found.get("output").asString()).isEmpty();
        JsonNode status = ask("{\"what\":\"run\",\"command\":[\"/usr/bin/unshare\",\"-r\",\"id\",\"-u\"]}");
        assertThat(status.get("status").asInt()).isNotZero();
    }

    @Test
    void itSeesOnlyItsOwnProcesses() throws Exception {
        start(spec(new FunctionCode(code, "attack", "python3.11", "index.handler")));
        assertThat(ask("{\"what\":\"processes\"}").toString()).isEqualTo("[\"1\"]");
    }

    @Test
    void itMakesNoDeviceNodes() throws Exception {
        assertThat(ask("{\"what\":\"node\"}").asString()).isEqualTo("no 1");
    }

    @Test
    void itOpensNoRawSocketsAndNoOtherFamilies() throws Exception {
        assertThat(ask("{\"what\":\"socket\",\"family\":17,\"type\":3}").asString())
                .startsWith("no");
        assertThat(ask("{\"what\":\"socket\",\"family\":2,\"type\":3}").asString())
                .startsWith("no");
        assertThat(ask("{\"what\":\"socket\",\"family\":40,\"type\":1}").asString())
                .startsWith("no");
        assertThat(ask("{\"what\":\"socket\",\"family\":38,\"type\":5}").asString())
                .startsWith("no");
    }

    @Test
    void itsMountsDoNotTellWhereTheHostKeepsThings() throws Exception {
        for (String line : ask("{\"what\":\"mounts\"}").asString().split("\n")) {
            String[] fields = line.split(" ");
            if (!List.of("/tmp", "/dev").contains(fields[1])
                    && !fields[1].startsWith("/dev/")
                    && !fields[1].startsWith("/proc")) {
                assertThat(fields[3]).as(line).startsWith("ro");
            }
        }
    }

    @Test
    void itCannotChangeTheMachineThroughProc() throws Exception {
        for (String path : List.of(
                "/proc/sys/kernel/core_pattern",
                "/proc/sys/vm/drop_caches",
                "/proc/sys/net/ipv4/ip_forward",
                "/proc/sysrq-trigger",
                "/proc/self/uid_map",
                "/proc/1/oom_score_adj.x")) {
            assertThat(ask("{\"what\":\"write\",\"path\":\"" + path + "\",\"text\":\"1\"}")
                            .asString())
                    .as(path)
                    .startsWith("no");
        }
    }
}
