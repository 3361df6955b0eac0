package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.ImageProgram;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The environment variables that Lambda documents, around those of the function. */
public final class GuestEnvironment {
    public static final int RUNTIME_API_PORT = 9001;
    public static final int GATEWAY_PORT = 9000;
    /** Names a program that starts the runtime. */
    public static final String EXEC_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER";

    /** Says how the init phase came about. */
    public static final String INITIALIZATION_TYPE = "AWS_LAMBDA_INITIALIZATION_TYPE";

    public static final String TASK_ROOT = "/var/task";
    /** Where the function's layers are. */
    public static final String LAYERS = "/opt";

    private static final String RUNTIME_DIRECTORY = "/var/runtime";

    /** Programs, their loader and their C library read these when they start, and never again. */
    private static final List<String> READ_AT_START = List.of(
            "LD_",
            "NODE_",
            "PYTHON",
            "MALLOC_",
            "GLIBC_",
            "UV_",
            "LC_",
            "SSL_",
            "OPENSSL_",
            "ICU_",
            "V8_",
            "JEMALLOC_");

    private static final Set<String> READ_AT_START_ALONE = Set.of("LANG", "LANGUAGE", "LOCPATH", "PATH", "HOME");

    private static final Set<String> OF_ONE_START = Set.of(
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_SECURITY_TOKEN",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "_X_AMZN_TRACE_ID");

    private GuestEnvironment() {}

    /** What a runtime of that name has before it has a function. */
    public static Map<String, String> ofRuntime(String runtime) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin:" + LAYERS + "/bin");
        environment.put(
                "LD_LIBRARY_PATH",
                String.join(
                        ":",
                        "/lib64",
                        "/usr/lib64",
                        RUNTIME_DIRECTORY,
                        RUNTIME_DIRECTORY + "/lib",
                        TASK_ROOT,
                        TASK_ROOT + "/lib",
                        LAYERS + "/lib"));
        environment.put("LANG", "C.UTF-8");
        environment.put("TZ", ":UTC");
        environment.put("HOME", "/tmp");
        if (runtime.startsWith("nodejs")) {
            environment.put(
                    "NODE_PATH",
                    LAYERS + "/nodejs/"
                            + runtime.substring(0, runtime.indexOf('.')).replace("nodejs", "node")
                            + "/node_modules:" + LAYERS + "/nodejs/node_modules:" + RUNTIME_DIRECTORY
                            + "/node_modules:" + RUNTIME_DIRECTORY + ":" + TASK_ROOT);
        } else if (runtime.startsWith("python")) {
            environment.put(
                    "PYTHONPATH",
                    LAYERS + "/python/lib/" + runtime + "/site-packages:" + LAYERS + "/python:" + RUNTIME_DIRECTORY);
        }
        environment.put("LAMBDA_TASK_ROOT", TASK_ROOT);
        environment.put("LAMBDA_RUNTIME_DIR", RUNTIME_DIRECTORY);
        return environment;
    }

    /**
     * All that the function sees.
     *
     * @param loopback the address at which the guest finds the Runtime API and the gateway
     */
    public static Map<String, String> of(SandboxSpec spec, String loopback) {
        ImageProgram image = spec.code().image();
        Map<String, String> environment = image == null ? ofRuntime(spec.code().runtime()) : ofImage(image);
        environment.putAll(spec.environment());
        if (image == null) {
            environment.put("LAMBDA_TASK_ROOT", TASK_ROOT);
            environment.put("LAMBDA_RUNTIME_DIR", RUNTIME_DIRECTORY);
        }
        environment.put("_HANDLER", spec.code().handler());
        environment.put("AWS_LAMBDA_RUNTIME_API", loopback + ":" + RUNTIME_API_PORT);
        environment.put("AWS_ENDPOINT_URL", "http://" + loopback + ":" + GATEWAY_PORT);
        return environment;
    }

    private static Map<String, String> ofImage(ImageProgram image) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HOME", "/tmp");
        environment.put("LAMBDA_TASK_ROOT", TASK_ROOT);
        environment.put("LAMBDA_RUNTIME_DIR", RUNTIME_DIRECTORY);
        environment.putAll(image.environment());
        return environment;
    }

    /** The function's variables, in order, without those of which each start has its own: the same for all its sandboxes. */
    public static SortedMap<String, String> ofEveryStart(SandboxSpec spec) {
        SortedMap<String, String> environment = new TreeMap<>(spec.environment());
        environment.keySet().removeAll(OF_ONE_START);
        return environment;
    }

    /** Whether a runtime that was started without the function's variables can still take them. */
    public static boolean canComeLate(SandboxSpec spec) {
        Map<String, String> early = ofRuntime(spec.code().runtime());
        return spec.environment().entrySet().stream()
                .allMatch(variable ->
                        variable.getValue().equals(early.get(variable.getKey())) || !isReadAtStart(variable.getKey()));
    }

    private static boolean isReadAtStart(String name) {
        return READ_AT_START_ALONE.contains(name) || READ_AT_START.stream().anyMatch(name::startsWith);
    }
}
