package dev.mayfly.sandbox.api;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox is to be.
 *
 * @param id unique on this host; letters, digits and {@code -}
 * @param environment every variable the function sees ({@code AWS_LAMBDA_FUNCTION_NAME}, credentials, the user's own,
 *     ...), but for those that only the technology knows: {@code AWS_LAMBDA_RUNTIME_API}, {@code LAMBDA_TASK_ROOT},
 *     {@code LAMBDA_RUNTIME_DIR}, {@code PATH}, {@code LD_LIBRARY_PATH}, {@code _HANDLER}, {@code AWS_ENDPOINT_URL}
 * @param memoryMb above it the sandbox is killed; CPU time is in proportion: 1,769 MB is one core
 * @param ephemeralStorageMb size of {@code /tmp}
 * @param initTimeout the init phase's limit
 * @param gateway the one address that the sandbox may reach besides the Runtime API; it appears inside as a loopback address
 *     in {@code AWS_ENDPOINT_URL}
 * @param egress whether it may also reach the internet; private, link-local and metadata addresses stay closed
 * @param logs takes what the function writes to its standard output and error
 * @param accountId the account that owns the function, as its extensions may ask; null when it is nobody's
 * @param volumes folders that it shares with other sandboxes
 */
public record SandboxSpec(
        String id,
        FunctionCode code,
        Map<String, String> environment,
        int memoryMb,
        int ephemeralStorageMb,
        Duration initTimeout,
        InetSocketAddress gateway,
        boolean egress,
        LogSink logs,
        @Nullable String accountId,
        List<Volume> volumes) {
    public SandboxSpec {
        volumes = List.copyOf(volumes);
    }

    /** Nobody's function. */
    public SandboxSpec(
            String id,
            FunctionCode code,
            Map<String, String> environment,
            int memoryMb,
            int ephemeralStorageMb,
            Duration initTimeout,
            InetSocketAddress gateway,
            boolean egress,
            LogSink logs) {
        this(id, code, environment, memoryMb, ephemeralStorageMb, initTimeout, gateway, egress, logs, null, List.of());
    }

    /** The same with another limit of the init phase. */
    public SandboxSpec withInitTimeout(Duration limit) {
        return new SandboxSpec(
                id, code, environment, memoryMb, ephemeralStorageMb, limit, gateway, egress, logs, accountId, volumes);
    }

    /** The same with these volumes. */
    public SandboxSpec withVolumes(List<Volume> mounted) {
        return new SandboxSpec(
                id,
                code,
                environment,
                memoryMb,
                ephemeralStorageMb,
                initTimeout,
                gateway,
                egress,
                logs,
                accountId,
                mounted);
    }
}
