package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.SandboxTechnology;
import java.nio.file.Path;

/** gVisor with lower limits than by default: to reach them takes system calls, which are slow there. */
final class GvisorSettings {
    private GvisorSettings() {}

    static SandboxTechnology open(Path folder) {
        OciSettings defaults = OciSettings.gvisor(folder);
        return OciTechnology.gvisor(new OciSettings(
                folder,
                defaults.runtimeFolder(),
                defaults.firstUid(),
                64,
                defaults.maxOpenFiles(),
                2048,
                defaults.maxGatewayConnections(),
                0));
    }
}
