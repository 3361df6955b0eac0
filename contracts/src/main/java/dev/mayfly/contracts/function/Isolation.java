package dev.mayfly.contracts.function;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The four strengths of isolation, weakest first: the order that an account's minimum goes by. */
public enum Isolation {
    /** WebAssembly with WASI: capability-based, a fresh instance for each invocation. */
    WASM,
    /** An OCI container run by runc. */
    CONTAINER,
    /** The same container under gVisor's kernel in user space. */
    GVISOR,
    /** A virtual machine of its own. */
    MICROVM;

    /** The function tag that chooses the tier. */
    public static final String TAG = "mayfly:isolation";

    /** The value of {@link #TAG} that leaves the choice to the registry; the same as no tag. */
    public static final String AUTO = "auto";

    /** Whether an account with this minimum runs a function in this tier. */
    public boolean satisfies(Isolation minimum) {
        return compareTo(minimum) >= 0;
    }

    /** Whether a sandbox of this tier can be given a way to the internet. */
    public boolean mayHaveEgress() {
        return this == CONTAINER || this == GVISOR;
    }

    /** Whether its sandboxes can go on from a snapshot that was taken after the function's init phase. */
    public boolean takesSnapshots() {
        return this == MICROVM;
    }

    /** The value of {@link #TAG}: the name in lower case. */
    public String tagValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The tier that a tag's value names, if it names one. */
    public static Optional<Isolation> fromTag(String value) {
        return Arrays.stream(values())
                .filter(isolation -> isolation.tagValue().equals(value))
                .findFirst();
    }
}
