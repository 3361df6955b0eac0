package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Volumes below {@code /mnt}: shared, lasting, of a size, and not to be left. */
public abstract class VolumesContract extends SandboxContract {
    private SmallVolume ours;
    private SmallVolume theirs;

    @BeforeAll
    final void makeVolumes() throws IOException, InterruptedException {
        ours = SmallVolume.mount(folder().resolveSibling("ours"));
        theirs = SmallVolume.mount(folder().resolveSibling("theirs"));
        Files.writeString(theirs.files().resolve("secret"), "theirs");
    }

    @AfterAll
    final void unmountVolumes() throws IOException, InterruptedException {
        for (SmallVolume each : new SmallVolume[] {ours, theirs}) {
            if (each != null) {
                each.unmount();
            }
        }
    }

    private SandboxSpec with(SmallVolume volume, String path) {
        return spec(Behaviour.PROBE).withVolumes(List.of(new Volume(volume.files(), path)));
    }

    @Test
    void whatOneSandboxWritesAllSeeAndItOutlivesThem() throws Exception {
        Sandbox first = start(with(ours, "/mnt/data"));
        Sandbox second = start(with(ours, "/mnt/elsewhere"));
        assertThat(attempt(first, "put /mnt/data/greeting hello")).startsWith("ok");
        assertThat(attempt(second, "read /mnt/elsewhere/greeting")).isEqualTo("ok hello");
        assertThat(attempt(second, "put /mnt/elsewhere/greeting goodbye")).startsWith("ok");
        assertThat(attempt(first, "read /mnt/data/greeting")).isEqualTo("ok goodbye");
        assertThat(Files.getAttribute(ours.files().resolve("greeting"), "unix:uid"))
                .isEqualTo(Volume.OWNER);
        assertThat(attempt(second, "move /mnt/elsewhere/greeting /mnt/elsewhere/moved"))
                .startsWith("ok");
        assertThat(attempt(first, "list /mnt/data")).contains("moved").doesNotContain("greeting");
        first.close();
        second.close();
        assertThat(ours.files().resolve("moved")).hasContent("goodbye");
        assertThat(attempt(start(with(ours, "/mnt/data")), "read /mnt/data/moved"))
                .isEqualTo("ok goodbye");
    }

    @Test
    void aFullVolumeRefusesItsOwnWritersOnly() throws Exception {
        Sandbox full = start(with(ours, "/mnt/data"));
        assertThat(attempt(full, "fill /mnt/data/big 64")).isEqualTo("no ENOSPC");
        Sandbox other = start(with(theirs, "/mnt/data"));
        assertThat(attempt(other, "fill /mnt/data/some 4")).startsWith("ok");
        assertThat(attempt(full, "remove /mnt/data/big")).startsWith("ok");
        assertThat(attempt(full, "fill /mnt/data/small 1")).startsWith("ok");
        assertThat(attempt(full, "remove /mnt/data/small")).startsWith("ok");
    }

    @Test
    void aVolumeCannotBeLeft() throws Exception {
        Path outside = Files.writeString(folder().resolveSibling("outside"), "secret of the machine");
        Sandbox sandbox = start(with(ours, "/mnt/data"));
        attempt(sandbox, "put /mnt/data/inside x");
        for (String target :
                List.of(outside.toString(), "../../../../../../../.." + outside, theirs.files() + "/secret")) {
            String link = "/mnt/data/link" + Math.abs(target.hashCode());
            String made = attempt(sandbox, "link " + target + " " + link);
            if (made.startsWith("ok")) {
                assertRefused(sandbox, "read " + link, "modify " + link + " y");
            }
        }
        attempt(sandbox, "link .. /mnt/data/up");
        assertRefused(
                sandbox,
                "read /mnt/data/../../" + outside,
                "read /mnt/data/up/../" + outside,
                "read /mnt/data/up/theirs/secret",
                "write /mnt/data/../new",
                "write /mnt/data/up/new",
                "read /mnt/theirs/secret");
        assertThat(outside).hasContent("secret of the machine");
        assertThat(theirs.files().resolve("secret")).hasContent("theirs");
        Sandbox neighbour = start(with(theirs, "/mnt/data"));
        assertThat(attempt(neighbour, "read /mnt/data/secret")).isEqualTo("ok theirs");
        assertRefused(neighbour, "read /mnt/data/inside");
    }

    @Test
    void nobodyGainsRightsThroughIt() throws Exception {
        Sandbox sandbox = start(with(ours, "/mnt/data"));
        assertRefused(sandbox, "mknod /mnt/data/null");
        Path program = Files.copy(Path.of("/usr/bin/id"), ours.files().resolve("id"));
        Files.setAttribute(program, "unix:mode", 04755);
        String said = attempt(sandbox, "run /mnt/data/id -u");
        assertThat(said).isNotEqualTo("ok 0 0\n");
    }

    @Test
    void locksKeepOthersOut() throws Exception {
        Assumptions.assumeTrue(underTest().locksAcrossSandboxes(), "Its locks are each sandbox's own");
        Sandbox first = start(with(ours, "/mnt/data"));
        Sandbox second = start(with(ours, "/mnt/data"));
        attempt(first, "put /mnt/data/counter 0");
        for (String kind : List.of("flock", "lockf")) {
            assertThat(attempt(first, "lock " + kind + " /mnt/data/counter")).startsWith("ok");
            assertThat(attempt(second, "lock " + kind + " /mnt/data/counter")).startsWith("no");
            assertThat(attempt(first, "unlock")).startsWith("ok");
            assertThat(attempt(second, "lock " + kind + " /mnt/data/counter")).startsWith("ok");
            assertThat(attempt(second, "unlock")).startsWith("ok");
        }
        Callable<String> one = () -> attempt(first, "append /mnt/data/counter x 50");
        Callable<String> two = () -> attempt(second, "append /mnt/data/counter x 50");
        try (var both = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var each : both.invokeAll(List.of(one, two))) {
                assertThat(each.get()).startsWith("ok");
            }
        }
        assertThat(ours.files().resolve("counter")).hasContent("100");
    }
}
