package dev.mayfly.sandbox.wasm.engine.wasi;

/** The error numbers of WASI preview 1 that are used here. */
final class Errno {
    static final int SUCCESS = 0;
    static final int BADF = 8;
    static final int EXIST = 20;
    static final int FAULT = 21;
    static final int FBIG = 22;
    static final int ILSEQ = 25;
    static final int INVAL = 28;
    static final int ISDIR = 31;
    static final int LOOP = 32;
    static final int MFILE = 33;
    static final int NAMETOOLONG = 37;
    static final int NOENT = 44;
    static final int NOSPC = 51;
    static final int NOTDIR = 54;
    static final int NOTEMPTY = 55;
    static final int NOTSOCK = 57;
    static final int NOTSUP = 58;
    static final int PERM = 63;
    static final int ROFS = 69;
    static final int SPIPE = 70;
    static final int NOTCAPABLE = 76;

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
