package dev.mayfly.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written where, in each layout; the kernel's side of it is held by the contract tests of the technologies. */
class CgroupsTest {
    @TempDir
    private Path mounts;

    private Path file(String path, String content) throws IOException {
        Path file = mounts.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private Cgroups version2() throws IOException {
        Files.createDirectories(mounts.resolve("unified"));
        return Cgroups.detect(List.of("cgroup2 " + mounts.resolve("unified") + " cgroup2 rw,nosuid 0 0"));
    }

    private Cgroups hybrid() throws IOException {
        return Cgroups.detect(List.of(
                "cgroup2 " + mounts.resolve("unified") + " cgroup2 rw 0 0",
                "cgroup " + mounts.resolve("memory") + " cgroup rw,memory 0 0",
                "cgroup " + mounts.resolve("cpu") + " cgroup rw,cpu,cpuacct 0 0",
                "cgroup " + mounts.resolve("pids") + " cgroup rw,pids 0 0",
                "cgroup " + mounts.resolve("freezer") + " cgroup rw,freezer 0 0"));
    }

    @Test
    void version2LimitsAndFreezes() throws Exception {
        for (String each :
                List.of("memory.max", "memory.swap.max", "cpu.max", "cpu.weight", "pids.max", "cgroup.freeze")) {
            file("unified/a/b/" + each, "");
        }
        Cgroups.Cgroup cgroup = version2().at("/a/b");
        cgroup.limitMemory(256);
        cgroup.limitCpu(Cgroups.quotaMicros(1769));
        cgroup.weighCpu(1769);
        cgroup.limitProcesses(64);
        cgroup.freeze();
        assertThat(mounts.resolve("unified/a/b/memory.max")).hasContent(Long.toString(256L << 20));
        assertThat(mounts.resolve("unified/a/b/memory.swap.max")).hasContent("0");
        assertThat(mounts.resolve("unified/a/b/cpu.max")).hasContent("20000 20000");
        assertThat(mounts.resolve("unified/a/b/cpu.weight")).hasContent("39");
        assertThat(mounts.resolve("unified/a/b/pids.max")).hasContent("64");
        assertThat(mounts.resolve("unified/a/b/cgroup.freeze")).hasContent("1");
        cgroup.thaw();
        assertThat(mounts.resolve("unified/a/b/cgroup.freeze")).hasContent("0");
    }

    @Test
    void version2DelegatesItsControllersOnTheWayDown() throws Exception {
        Cgroups.Cgroup cgroup = version2().at("/mayfly/owner/one");
        cgroup.create();
        for (String each : List.of("", "mayfly/", "mayfly/owner/")) {
            assertThat(mounts.resolve("unified/" + each + "cgroup.subtree_control"))
                    .hasContent("+cpu +memory +pids");
        }
        assertThat(mounts.resolve("unified/mayfly/owner/one")).isDirectory();
        assertThat(cgroup.doors()).containsExactly(mounts.resolve("unified/mayfly/owner/one/cgroup.procs"));
    }

    @Test
    void version2Measures() throws Exception {
        file("unified/a/cpu.stat", "usage_usec 1500\nuser_usec 1\n");
        file("unified/a/memory.peak", "4096\n");
        file("unified/a/memory.current", "2048\n");
        file("unified/a/memory.events", "low 0\noom 2\noom_kill 1\n");
        Cgroups.Cgroup cgroup = version2().at("/a");
        assertThat(cgroup.cpuNanos()).isEqualTo(1_500_000);
        assertThat(cgroup.peakMemoryBytes()).isEqualTo(4096);
        assertThat(cgroup.residentMemoryBytes()).isEqualTo(2048);
        assertThat(cgroup.oomKills()).isEqualTo(1);
    }

    @Test
    void hybridUsesTheControllersOfVersion1() throws Exception {
        Path limit = file("memory/a/memory.limit_in_bytes", Long.toString(128L << 20));
        Path withSwap = file("memory/a/memory.memsw.limit_in_bytes", Long.toString(128L << 20));
        Path state = file("freezer/a/freezer.state", "THAWED");
        file("cpu/a/cpu.cfs_period_us", "100000");
        file("cpu/a/cpu.cfs_quota_us", "-1");
        Cgroups cgroups = hybrid();
        assertThat(cgroups.version()).isEqualTo("cgroup v1");
        Cgroups.Cgroup cgroup = cgroups.at("/a");
        cgroup.limitMemory(512);
        cgroup.limitCpu(5000);
        cgroup.freeze();
        assertThat(limit).hasContent(Long.toString(512L << 20));
        assertThat(withSwap).hasContent(Long.toString(512L << 20));
        assertThat(mounts.resolve("cpu/a/cpu.cfs_period_us")).hasContent("20000");
        assertThat(mounts.resolve("cpu/a/cpu.cfs_quota_us")).hasContent("5000");
        assertThat(state).hasContent("FROZEN");
        assertThat(cgroup.doors())
                .containsExactly(
                        mounts.resolve("memory/a/cgroup.procs"),
                        mounts.resolve("cpu/a/cgroup.procs"),
                        mounts.resolve("pids/a/cgroup.procs"),
                        mounts.resolve("freezer/a/cgroup.procs"));
    }

    @Test
    void aMachineWithoutCgroupsIsToldWhatToDo() {
        assertThatThrownBy(() -> Cgroups.detect(List.of("proc /proc proc rw 0 0")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("mount cgroup2");
    }

    @Test
    void aCoreIsThatOfLambda() {
        assertThat(Cgroups.quotaMicros(1769)).isEqualTo(Cgroups.CPU_PERIOD_MICROS);
        assertThat(Cgroups.quotaMicros(128)).isEqualTo(1447);
        assertThat(Cgroups.quotaMicros(10240)).isEqualTo(115_771);
        assertThat(Cgroups.shares(1769)).isEqualTo(1024);
        assertThat(Cgroups.shares(1)).isEqualTo(2);
    }
}
