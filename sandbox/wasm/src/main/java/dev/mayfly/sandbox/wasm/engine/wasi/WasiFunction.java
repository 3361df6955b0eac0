package dev.mayfly.sandbox.wasm.engine.wasi;

import static dev.mayfly.sandbox.wasm.engine.wasi.GuestFunction.i;

/** The functions of {@code wasi_snapshot_preview1}: all of them. */
public enum WasiFunction implements GuestFunction {
    ARGS_GET("ii", (p, m, a) -> p.list(m, false, i(a, 0), i(a, 1))),
    ARGS_SIZES_GET("ii", (p, m, a) -> p.listSizes(m, false, i(a, 0), i(a, 1))),
    ENVIRON_GET("ii", (p, m, a) -> p.list(m, true, i(a, 0), i(a, 1))),
    ENVIRON_SIZES_GET("ii", (p, m, a) -> p.listSizes(m, true, i(a, 0), i(a, 1))),
    CLOCK_RES_GET("ii", (p, m, a) -> answer(m, i(a, 1), WasiProcess.clock(i(a, 0)) > 0 ? 1000 : 1)),
    CLOCK_TIME_GET("iIi", (p, m, a) -> answer(m, i(a, 2), WasiProcess.clock(i(a, 0)))),
    FD_ADVISE("iIIi", (p, m, a) -> open(p, a)),
    FD_ALLOCATE("iII", (p, m, a) -> FileCalls.allocate(p, i(a, 0), a[1], a[2])),
    FD_CLOSE("i", (p, m, a) -> FileCalls.close(p, i(a, 0))),
    FD_DATASYNC("i", (p, m, a) -> open(p, a)),
    FD_FDSTAT_GET("ii", (p, m, a) -> FileCalls.describe(p, m, i(a, 0), i(a, 1))),
    FD_FDSTAT_SET_FLAGS("ii", (p, m, a) -> FileCalls.setFlags(p, i(a, 0), i(a, 1))),
    FD_FDSTAT_SET_RIGHTS("iII", (p, m, a) -> FileCalls.setRights(p, i(a, 0), a[1])),
    FD_FILESTAT_GET("ii", (p, m, a) -> FileCalls.stat(p, m, i(a, 0), i(a, 1))),
    FD_FILESTAT_SET_SIZE("iI", (p, m, a) -> FileCalls.resize(p, i(a, 0), a[1])),
    FD_FILESTAT_SET_TIMES("iIIi", (p, m, a) -> FileCalls.setTimes(p, i(a, 0), a[1], a[2], i(a, 3))),
    FD_PREAD("iiiIi", (p, m, a) -> FileCalls.readAt(p, m, i(a, 0), i(a, 1), i(a, 2), a[3], i(a, 4))),
    FD_PRESTAT_GET("ii", (p, m, a) -> FileCalls.preopened(p, m, i(a, 0), i(a, 1))),
    FD_PRESTAT_DIR_NAME("iii", (p, m, a) -> FileCalls.preopenedName(p, m, i(a, 0), i(a, 1), i(a, 2))),
    FD_PWRITE("iiiIi", (p, m, a) -> FileCalls.writeAt(p, m, i(a, 0), i(a, 1), i(a, 2), a[3], i(a, 4))),
    FD_READ("iiii", (p, m, a) -> FileCalls.read(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3))),
    FD_READDIR("iiiIi", (p, m, a) -> FileCalls.list(p, m, i(a, 0), i(a, 1), i(a, 2), a[3], i(a, 4))),
    FD_RENUMBER("ii", (p, m, a) -> FileCalls.renumber(p, i(a, 0), i(a, 1))),
    FD_SEEK("iIii", (p, m, a) -> FileCalls.seek(p, m, i(a, 0), a[1], i(a, 2), i(a, 3))),
    FD_SYNC("i", (p, m, a) -> open(p, a)),
    FD_TELL("ii", (p, m, a) -> answer(m, i(a, 1), p.file(i(a, 0)).position)),
    FD_WRITE("iiii", (p, m, a) -> FileCalls.write(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3))),
    PATH_CREATE_DIRECTORY("iii", (p, m, a) -> PathCalls.makeFolder(p, m, i(a, 0), i(a, 1), i(a, 2))),
    PATH_FILESTAT_GET("iiiii", (p, m, a) -> PathCalls.stat(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4))),
    PATH_FILESTAT_SET_TIMES(
            "iiiiIIi", (p, m, a) -> PathCalls.setTimes(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), a[4], a[5], i(a, 6))),
    PATH_LINK(
            "iiiiiii",
            (p, m, a) -> PathCalls.link(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6))),
    PATH_OPEN(
            "iiiiiIIii",
            (p, m, a) -> PathCalls.open(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), a[5], i(a, 7), i(a, 8))),
    PATH_READLINK(
            "iiiiii", (p, m, a) -> PathCalls.readLink(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5))),
    PATH_REMOVE_DIRECTORY("iii", (p, m, a) -> PathCalls.removeFolder(p, m, i(a, 0), i(a, 1), i(a, 2))),
    PATH_RENAME("iiiiii", (p, m, a) -> PathCalls.rename(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5))),
    PATH_SYMLINK("iiiii", (p, m, a) -> PathCalls.makeLink(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4))),
    PATH_UNLINK_FILE("iii", (p, m, a) -> PathCalls.unlink(p, m, i(a, 0), i(a, 1), i(a, 2))),
    POLL_ONEOFF("iiii", (p, m, a) -> Polling.poll(p, m, i(a, 0), i(a, 1), i(a, 2), i(a, 3))),
    PROC_EXIT("i", (p, m, a) -> exit(i(a, 0))),
    PROC_RAISE("i", (p, m, a) -> Errno.NOTSUP),
    RANDOM_GET("ii", (p, m, a) -> p.random(m, i(a, 0), i(a, 1))),
    SCHED_YIELD("", (p, m, a) -> Errno.SUCCESS),
    SOCK_ACCEPT("iii", (p, m, a) -> noSocket(p, a)),
    SOCK_RECV("iiiiii", (p, m, a) -> noSocket(p, a)),
    SOCK_SEND("iiiii", (p, m, a) -> noSocket(p, a)),
    SOCK_SHUTDOWN("ii", (p, m, a) -> noSocket(p, a));

    /** The module that guests import them from. */
    public static final String MODULE = "wasi_snapshot_preview1";

    private interface Body {
        int call(WasiProcess p, GuestMemory m, long[] a);
    }

    private final String parameters;
    private final Body body;

    WasiFunction(String parameters, Body body) {
        this.parameters = parameters;
        this.body = body;
    }

    @Override
    public String module() {
        return MODULE;
    }

    @Override
    public String parameters() {
        return parameters;
    }

    @Override
    public boolean returns() {
        return this != PROC_EXIT;
    }

    @Override
    public int call(WasiProcess process, GuestMemory memory, long[] arguments) {
        process.stop.check();
        try {
            return process.hasVolume && VolumeCalls.concern(this, process, arguments)
                    ? VolumeCalls.call(this, process, memory, arguments)
                    : body.call(process, memory, arguments);
        } catch (Errno.Failure e) {
            return e.errno();
        }
    }

    private static int answer(GuestMemory memory, int at, long value) {
        memory.setLong(at, value);
        return Errno.SUCCESS;
    }

    private static int open(WasiProcess process, long[] arguments) {
        return process.descriptor(i(arguments, 0)).type() < 0 ? Errno.BADF : Errno.SUCCESS;
    }

    private static int noSocket(WasiProcess process, long[] arguments) {
        return open(process, arguments) == Errno.SUCCESS ? Errno.NOTSOCK : Errno.BADF;
    }

    private static int exit(int code) {
        throw new WasiProcess.ExitException(code);
    }
}
