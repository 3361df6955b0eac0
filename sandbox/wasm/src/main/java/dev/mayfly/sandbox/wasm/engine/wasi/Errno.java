package dev.mayfly.sandbox.wasm.engine.wasi;

/** The error numbers of WASI preview 1 that are used here. */
public final class Errno {
    public static final int SUCCESS = 0;
    public static final int ACCES = 2;
    public static final int BADF = 8;
    public static final int EXIST = 20;
    public static final int FAULT = 21;
    public static final int FBIG = 22;
    public static final int ILSEQ = 25;
    public static final int INVAL = 28;
    public static final int IO = 29;
    public static final int ISDIR = 31;
    public static final int LOOP = 32;
    public static final int MFILE = 33;
    public static final int NAMETOOLONG = 37;
    public static final int NOENT = 44;
    public static final int NOSPC = 51;
    public static final int NOSYS = 52;
    public static final int NOTDIR = 54;
    public static final int NOTEMPTY = 55;
    public static final int NOTSOCK = 57;
    public static final int NOTSUP = 58;
    public static final int OVERFLOW = 61;
    public static final int PERM = 63;
    public static final int ROFS = 69;
    public static final int SPIPE = 70;
    public static final int NOTCAPABLE = 76;

    private Errno() {}

    /** Ends a call with an error number. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int errno;

        Failure(int errno) {
            super("errno " + errno, null, false, false);
            this.errno = errno;
        }

        int errno() {
            return errno;
        }
    }
}
