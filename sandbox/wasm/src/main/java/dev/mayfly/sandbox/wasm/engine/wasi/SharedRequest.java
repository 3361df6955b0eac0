package dev.mayfly.sandbox.wasm.engine.wasi;

/**
 * What a guest asks of its function's volume: an operation, a handle (32 bits) of what was opened before, and what goes with it. All
 * numbers are little-endian. The answer begins with WASI's error number.
 */
public final class SharedRequest {
    /** The handle of the volume itself. */
    public static final int ROOT = 0;

    /** Operations: all others are of {@link KeyValue}. */
    public static final byte FIRST = 32;

    public static final byte OPEN = 33;
    public static final byte CLOSE = 34;
    public static final byte READ = 35;
    public static final byte WRITE = 36;
    public static final byte STAT = 37;
    public static final byte RESIZE = 38;
    public static final byte LIST = 39;
    public static final byte MAKE_FOLDER = 40;
    public static final byte UNLINK = 41;
    public static final byte REMOVE_FOLDER = 42;
    public static final byte RENAME = 43;
    public static final byte SYMLINK = 44;
    public static final byte READ_LINK = 45;
    public static final byte LINK = 46;
    public static final byte SYNC = 47;

    /** How to open. The first four are WASI's. */
    public static final int CREATE = 1;

    public static final int FOLDER = 2;
    public static final int EXCLUSIVE = 4;
    public static final int TRUNCATE = 8;
    public static final int WRITE_TO = 16;
    public static final int APPEND = 32;
    public static final int FOLLOW = 64;

    public static final int TYPE_FOLDER = Node.FOLDER;
    public static final int TYPE_FILE = Node.FILE;
    public static final int TYPE_LINK = Node.LINK;

    private SharedRequest() {}
}
