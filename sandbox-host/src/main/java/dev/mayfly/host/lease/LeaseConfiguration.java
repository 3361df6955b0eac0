package dev.mayfly.host.lease;

import com.sun.management.OperatingSystemMXBean;
import dev.mayfly.host.HostProperties;
import dev.mayfly.sandbox.oci.OciSettings;
import dev.mayfly.sandbox.oci.OciTechnology;
import dev.mayfly.sandbox.wasm.WasmSettings;
import dev.mayfly.sandbox.wasm.WasmTechnology;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LeaseConfiguration {
    @Bean(destroyMethod = "")
    Technologies technologies(HostProperties properties) {
        Path data = properties.data().toAbsolutePath();
        return new Technologies(List.of(
                OciTechnology.container(OciSettings.container(data.resolve("container"))),
                new WasmTechnology(WasmSettings.of(data.resolve("wasm"), memoryMb(properties)))));
    }

    @Bean(destroyMethod = "")
    SandboxPool sandboxPool(HostProperties properties, SandboxStarter starter) {
        var sandboxes = properties.sandboxes();
        var limits = new SandboxPool.Limits(
                memoryMb(properties), sandboxes.keepAlive(), sandboxes.lifetime(), sandboxes.freezeAfter());
        return SandboxPool.over(starter, limits);
    }

    private static long memoryMb(HostProperties properties) {
        long configured = properties.sandboxes().memory().toMegabytes();
        if (configured > 0) {
            return configured;
        }
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return (long) (machine.getTotalMemorySize()
                / (1 << 20)
                * properties.sandboxes().memoryShare());
    }
}
