package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.SandboxSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/** The environment variables that Lambda documents, around those of the function. */
final class GuestEnvironment {
    static final int RUNTIME_API_PORT = 9001;
    static final int GATEWAY_PORT = 9000;

    private static final String TASK_ROOT = "/var/task";
    private static final String RUNTIME_DIRECTORY = "/var/runtime";

    private GuestEnvironment() {}

    static Map<String, String> of(SandboxSpec spec) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin");
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
                        "/opt/lib"));
        environment.put("LANG", "C.UTF-8");
        environment.put("TZ", ":UTC");
        environment.put("HOME", "/tmp");
        String runtime = spec.code().runtime();
        if (runtime.startsWith("nodejs")) {
            environment.put(
                    "NODE_PATH",
                    "/opt/nodejs/node_modules:" + RUNTIME_DIRECTORY + "/node_modules:" + RUNTIME_DIRECTORY + ":"
                            + TASK_ROOT);
        } else if (runtime.startsWith("python")) {
            environment.put("PYTHONPATH", "/opt/python:" + RUNTIME_DIRECTORY);
        }
        environment.putAll(spec.environment());
        environment.put("LAMBDA_TASK_ROOT", TASK_ROOT);
        environment.put("LAMBDA_RUNTIME_DIR", RUNTIME_DIRECTORY);
        environment.put("_HANDLER", spec.code().handler());
        environment.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + RUNTIME_API_PORT);
        environment.put("AWS_ENDPOINT_URL", "http://127.0.0.1:" + GATEWAY_PORT);
        return environment;
    }
}
