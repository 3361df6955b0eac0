package dev.mayfly.standalone.home;

/** The environment variables that set up an installation. {@code docs/configuration.md} lists the same. */
public enum Setting {
    MAYFLY_HOME(".mayfly", "Folder of all state: keys, data, logs, caches."),
    MAYFLY_PORT("8080", "TCP port of the one endpoint, the API gateway."),
    MAYFLY_BIND("127.0.0.1", "Address the gateway listens on; `0.0.0.0` for all networks."),
    MAYFLY_INTERNAL_PORT_BASE(
            "",
            "Moves all internal ports together: services to base+1 ... base+8, PostgreSQL to base+9, Kafka to base+10"
                    + " and base+11. Unset: 18181 ... 18188, 15432, 19092 and 19093."),
    MAYFLY_REGION("us-east-1", "AWS region name that signatures and ARNs carry."),
    MAYFLY_START_TIMEOUT("180", "Seconds after which a start that is not complete is given up."),
    MAYFLY_AOT("on", "`off`: neither makes nor uses JDK ahead-of-time caches."),
    MAYFLY_INSTALL(
            "on",
            "`off`: never installs missing programs (runc, runsc, QEMU, node, python3, ...), only says which are missing."),
    MAYFLY_WASMTIME(
            "",
            "Path of Wasmtime's C library, the fast WebAssembly engine; `none`: Endive alone. Unset: looked for in the usual"
                    + " library folders. The `wasmtime` wheel on PyPI carries it: `wasmtime/linux-x86_64/_libwasmtime.so`.");

    private final String defaultValue;
    private final String meaning;

    Setting(String defaultValue, String meaning) {
        this.defaultValue = defaultValue;
        this.meaning = meaning;
    }

    /** Empty when unset means something of its own. */
    public String defaultValue() {
        return defaultValue;
    }

    /** One or two sentences, in Markdown. */
    public String meaning() {
        return meaning;
    }
}
