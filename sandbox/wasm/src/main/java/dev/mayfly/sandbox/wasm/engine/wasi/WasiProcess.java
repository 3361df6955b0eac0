package dev.mayfly.sandbox.wasm.engine.wasi;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What one guest sees of a system: arguments, environment, clocks, randomness, standard streams, its function's files
 * read-only as {@code /var/task} (and as the working directory) and an empty {@code /tmp} that ends with it. Used by the
 * guest's thread alone.
 */
public final class WasiProcess implements AutoCloseable {
    private static final int MAX_DESCRIPTORS = 1024;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_CHUNK = 64 << 10;

    /** Ends a guest that calls {@code proc_exit}. */
    public static final class ExitException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int code;

        ExitException(int code) {
            super("exit " + code, null, false, false);
            this.code = code;
        }

        public int code() {
            return code;
        }
    }

    final StopSignal stop;
    final Quota quota;
    final KeyValue keyValue;
    final HostLine host;
    final boolean hasVolume;
    private final byte[][] arguments;
    private final byte[][] environment;
    private final List<@Nullable Descriptor> descriptors = new ArrayList<>();

    /**
     * @param event standard input
     * @param tmpBytes what {@code /tmp} may hold
     * @param storage which counts it among all guests
     * @param host answers what the guest cannot be told here
     * @param volume where it sees its function's volume, or empty
     */
    public WasiProcess(
            List<String> arguments,
            Map<String, String> environment,
            byte[] event,
            LimitedOutput output,
            LimitedOutput log,
            FileTree files,
            Storage storage,
            long tmpBytes,
            StopSignal stop,
            HostLine host,
            String volume) {
        this.stop = stop;
        this.host = host;
        this.hasVolume = !volume.isEmpty();
        this.keyValue = new KeyValue(host, stop);
        this.quota = new Quota(storage, tmpBytes);
        this.arguments = new byte[arguments.size()][];
        for (int i = 0; i < this.arguments.length; i++) {
            this.arguments[i] = terminated(arguments.get(i));
        }
        this.environment = new byte[environment.size()][];
        int i = 0;
        for (var variable : environment.entrySet()) {
            this.environment[i++] = terminated(variable.getKey() + "=" + variable.getValue());
        }
        descriptors.add(new Descriptor.Input(event));
        descriptors.add(new Descriptor.Output(output));
        descriptors.add(new Descriptor.Output(log));
        descriptors.add(new Descriptor.OpenFolder(files.task(), "/var/task"));
        descriptors.add(new Descriptor.OpenFolder(new Node.Folder(quota, now()), "/tmp"));
        descriptors.add(new Descriptor.OpenFolder(files.task(), "."));
        Node.Folder layers = files.layers();
        if (layers != null) {
            descriptors.add(new Descriptor.OpenFolder(layers, "/opt"));
        }
        if (hasVolume) {
            descriptors.add(new Descriptor.Shared(SharedRequest.ROOT, Node.FOLDER, Descriptor.ALL, volume));
        }
    }

    private static byte[] terminated(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    static long now() {
        return System.currentTimeMillis() * 1_000_000;
    }

    Descriptor descriptor(int fd) {
        Descriptor found = fd < 0 || fd >= descriptors.size() ? null : descriptors.get(fd);
        if (found == null) {
            throw new Errno.Failure(Errno.BADF);
        }
        return found;
    }

    /** Whether that is on the function's volume. */
    boolean isShared(int fd) {
        return fd >= 0 && fd < descriptors.size() && descriptors.get(fd) instanceof Descriptor.Shared;
    }

    Descriptor.OpenFile file(int fd) {
        return switch (descriptor(fd)) {
            case Descriptor.OpenFile file -> file;
            case Descriptor.OpenFolder folder -> throw new Errno.Failure(Errno.ISDIR);
            default -> throw new Errno.Failure(Errno.SPIPE);
        };
    }

    Descriptor.OpenFolder folder(int fd) {
        if (descriptor(fd) instanceof Descriptor.OpenFolder folder) {
            return folder;
        }
        throw new Errno.Failure(Errno.NOTDIR);
    }

    /** A place for one more. */
    int freeDescriptor() {
        int fd = descriptors.indexOf(null);
        if (fd >= 0) {
            return fd;
        }
        if (descriptors.size() >= MAX_DESCRIPTORS) {
            throw new Errno.Failure(Errno.MFILE);
        }
        descriptors.add(null);
        return descriptors.size() - 1;
    }

    void put(int fd, @Nullable Descriptor descriptor) {
        descriptors.set(fd, descriptor);
    }

    int list(GuestMemory memory, boolean variables, int pointers, int bytes) {
        int at = bytes;
        int pointer = pointers;
        for (byte[] one : variables ? environment : arguments) {
            memory.setInt(pointer, at);
            memory.copyIn(at, one, 0, one.length);
            pointer += 4;
            at += one.length;
        }
        return Errno.SUCCESS;
    }

    int listSizes(GuestMemory memory, boolean variables, int count, int size) {
        int length = 0;
        byte[][] all = variables ? environment : arguments;
        for (byte[] one : all) {
            length += one.length;
        }
        memory.setInt(count, all.length);
        memory.setInt(size, length);
        return Errno.SUCCESS;
    }

    static long clock(int id) {
        return switch (id) {
            case 0 -> {
                var now = Instant.now();
                yield now.getEpochSecond() * 1_000_000_000 + now.getNano();
            }
            case 1, 2, 3 -> System.nanoTime();
            default -> throw new Errno.Failure(Errno.INVAL);
        };
    }

    int random(GuestMemory memory, int address, int length) {
        memory.require(address, length);
        byte[] bytes = new byte[(int) Math.min(Integer.toUnsignedLong(length), RANDOM_CHUNK)];
        long left = Integer.toUnsignedLong(length);
        int at = address;
        while (left > 0) {
            stop.check();
            RANDOM.nextBytes(bytes);
            int now = (int) Math.min(left, bytes.length);
            memory.copyIn(at, bytes, 0, now);
            at += now;
            left -= now;
        }
        return Errno.SUCCESS;
    }

    /** Waits; the end of the guest ends it. */
    void sleep(long nanos) {
        long start = System.nanoTime();
        long left = nanos;
        while (left > 0) {
            stop.check();
            LockSupport.parkNanos(this, left);
            left = nanos - (System.nanoTime() - start);
        }
        stop.check();
    }

    /** Frees what it kept. */
    @Override
    public void close() {
        quota.end();
    }
}
