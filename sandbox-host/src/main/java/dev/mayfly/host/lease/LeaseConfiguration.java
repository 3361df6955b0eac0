package dev.mayfly.host.lease;

import com.sun.management.OperatingSystemMXBean;
import dev.mayfly.host.HostProperties;
import dev.mayfly.host.keyvalue.KeyValueOffice;
import dev.mayfly.sandbox.microvm.MicrovmSettings;
import dev.mayfly.sandbox.microvm.MicrovmTechnology;
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
    /** Container, gVisor and microVM keep shells. */
    private static final int TIERS_WITH_SHELLS = 3;

    @Bean
    MemoryBudget memoryBudget(HostProperties properties) {
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return MemoryBudget.of(properties.sandboxes(), machine.getTotalMemorySize() >> 20);
    }

    @Bean(destroyMethod = "")
    Technologies technologies(HostProperties properties, MemoryBudget memory, KeyValueOffice keyValue) {
        Path data = properties.data().toAbsolutePath();
        int shells = Math.toIntExact(memory.shellsMb() / TIERS_WITH_SHELLS);
        return new Technologies(List.of(
                OciTechnology.container(
                        OciSettings.container(data.resolve("container")).withShellMemory(shells)),
                OciTechnology.gvisor(OciSettings.gvisor(data.resolve("gvisor")).withShellMemory(shells)),
                new MicrovmTechnology(
                        MicrovmSettings.of(data.resolve("microvm")).withShellMemory(shells)),
                new WasmTechnology(WasmSettings.of(data.resolve("wasm"), memory.functionsMb()), keyValue)));
    }

    @Bean(destroyMethod = "")
    SandboxPool sandboxPool(HostProperties properties, MemoryBudget memory, SandboxStarter starter) {
        var sandboxes = properties.sandboxes();
        var limits = new SandboxLimits(
                memory.functionsMb(), sandboxes.keepAlive(), sandboxes.lifetime(), sandboxes.freezeAfter());
        return SandboxPool.over(starter, limits);
    }

    @Bean
    Preparations preparations(SandboxStarter starter, SandboxPool pool) {
        return Preparations.of(starter, pool);
    }
}
