package dev.mayfly.sandbox.wasm.engine.wasi;

import static dev.mayfly.sandbox.wasm.engine.wasi.GuestFunction.i;

/** The functions of {@value #MODULE}: {@code wasi:keyvalue} for modules, see docs/files.md. */
public enum KeyValueFunction implements GuestFunction {
    OPEN("iii", (k, m, a) -> k.open(m, i(a, 0), i(a, 1), i(a, 2))),
    GET("iiiiii", (k, m, a) -> k.get(m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5))),
    SET("iiiii", (k, m, a) -> k.set(m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4))),
    DELETE("iii", (k, m, a) -> k.delete(m, i(a, 0), i(a, 1), i(a, 2))),
    EXISTS("iiii", (k, m, a) -> k.exists(m, i(a, 0), i(a, 1), i(a, 2), i(a, 3))),
    LIST_KEYS("iiiiiii", (k, m, a) -> k.list(m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6))),
    INCREMENT("iiiIi", (k, m, a) -> k.increment(m, i(a, 0), i(a, 1), i(a, 2), a[3], i(a, 4))),
    COMPARE_AND_SWAP("iiiiiii", (k, m, a) -> k.swap(m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6))),
    GET_MANY("iiiiii", (k, m, a) -> k.getMany(m, i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5))),
    SET_MANY("iii", (k, m, a) -> k.many(m, KeyValue.SET_MANY, i(a, 0), i(a, 1), i(a, 2))),
    DELETE_MANY("iii", (k, m, a) -> k.many(m, KeyValue.DELETE_MANY, i(a, 0), i(a, 1), i(a, 2)));

    /** The module that guests import them from. */
    public static final String MODULE = "mayfly_keyvalue";

    private interface Body {
        int call(KeyValue k, GuestMemory m, long[] a);
    }

    private final String parameters;
    private final Body body;

    KeyValueFunction(String parameters, Body body) {
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
        return true;
    }

    @Override
    public int call(WasiProcess process, GuestMemory memory, long[] arguments) {
        process.stop.check();
        try {
            return body.call(process.keyValue, memory, arguments);
        } catch (KeyValue.TooLargeException e) {
            return KeyValue.TOO_LARGE;
        } catch (Errno.Failure e) {
            return KeyValue.INVALID;
        }
    }
}
