package dev.mayfly.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.Volume;
import dev.mayfly.sandbox.contract.Behaviour;
import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.LayersContract;
import dev.mayfly.sandbox.contract.SystemCallContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import dev.mayfly.sandbox.contract.VolumesContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PythonMicrovmTest {
    @Nested
    class Init extends InitContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonMicrovms();
        }
    }

    @Nested
    class SystemCall extends SystemCallContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonMicrovms();
        }
    }

    @Nested
    class Layers extends LayersContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonMicrovms();
        }
    }

    @Nested
    class Volumes extends VolumesContract {
        @Test
        void aSandboxEndsWithTheServerOfItsVolume() throws Exception {
            Path volume = Files.createDirectory(folder().resolveSibling("served"));
            Files.setAttribute(volume, "unix:uid", Volume.OWNER);
            Files.setAttribute(volume, "unix:gid", Volume.OWNER);
            Sandbox sandbox = start(spec(Behaviour.PROBE).withVolumes(List.of(new Volume(volume, "/mnt/data"))));
            assertThat(attempt(sandbox, "put /mnt/data/f x")).startsWith("ok");
            ProcessHandle server = ProcessHandle.allProcesses()
                    .filter(each -> serves(each, volume))
                    .findAny()
                    .orElseThrow();
            assertThat(server.destroyForcibly()).isTrue();
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(sandbox.isReusable()).isFalse());
            assertThat(volume.resolve("f")).hasContent("x");
        }

        private static boolean serves(ProcessHandle process, Path volume) {
            Path seen = Path.of("/proc", Long.toString(process.pid()), "root/volume");
            try {
                return Files.isSameFile(seen, volume);
            } catch (IOException e) {
                return false; // it has none, or has ended
            }
        }

        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonMicrovms();
        }
    }
}
