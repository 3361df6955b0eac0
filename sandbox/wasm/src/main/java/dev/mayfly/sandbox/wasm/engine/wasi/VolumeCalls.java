package dev.mayfly.sandbox.wasm.engine.wasi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The calls of WASI on what is on a volume. The host does them; nothing here is trusted with a path. */
final class VolumeCalls {
    private static final int XDEV = 75;
    private static final int MAX_VECTORS = 1024;
    private static final int MAX_PIECE = 1 << 20;
    private static final int DIRENT_BYTES = 24;
    private static final int APPEND = 1;
    private static final int FOLLOW = 1;

    private final WasiProcess process;
    private final GuestMemory memory;
    private final long[] arguments;

    private VolumeCalls(WasiProcess process, GuestMemory memory, long[] arguments) {
        this.process = process;
        this.memory = memory;
        this.arguments = arguments;
    }

    /** What is listed of a folder. */
    record Entry(long number, int type, byte[] name) {}

    /** Whether a call is about a volume, so that {@link #call} is to do it. */
    static boolean concern(WasiFunction function, WasiProcess process, long[] arguments) {
        return switch (function) {
            case PATH_SYMLINK -> process.isShared((int) arguments[2]);
            case PATH_RENAME -> process.isShared((int) arguments[0]) || process.isShared((int) arguments[3]);
            case PATH_LINK -> process.isShared((int) arguments[0]) || process.isShared((int) arguments[4]);
            case FD_FDSTAT_GET,
                    FD_FDSTAT_SET_FLAGS,
                    FD_FDSTAT_SET_RIGHTS,
                    FD_PRESTAT_GET,
                    FD_PRESTAT_DIR_NAME,
                    FD_RENUMBER,
                    FD_ADVISE -> false;
            default ->
                (function.name().startsWith("FD_") || function.name().startsWith("PATH_"))
                        && process.isShared((int) arguments[0]);
        };
    }

    static int call(WasiFunction function, WasiProcess process, GuestMemory memory, long[] arguments) {
        var calls = new VolumeCalls(process, memory, arguments);
        return switch (function) {
            case FD_READ -> calls.read(1, calls.file().position, true);
            case FD_PREAD -> calls.read(1, calls.position(3), false);
            case FD_WRITE -> calls.write(calls.file().position, true);
            case FD_PWRITE -> calls.write(calls.position(3), false);
            case FD_SEEK -> calls.seek();
            case FD_TELL -> calls.answer(1, calls.file().position);
            case FD_CLOSE -> calls.close();
            case FD_FILESTAT_GET -> calls.stat(calls.number(1), 0, "");
            case FD_FILESTAT_SET_SIZE -> calls.resize();
            case FD_READDIR -> calls.list();
            case FD_SYNC, FD_DATASYNC -> calls.sync();
            case PATH_OPEN -> calls.open();
            case PATH_CREATE_DIRECTORY -> calls.onPath(SharedRequest.MAKE_FOLDER);
            case PATH_UNLINK_FILE -> calls.onPath(SharedRequest.UNLINK);
            case PATH_REMOVE_DIRECTORY -> calls.onPath(SharedRequest.REMOVE_FOLDER);
            case PATH_FILESTAT_GET -> calls.stat(calls.number(4), calls.number(1) & FOLLOW, calls.text(2));
            case PATH_RENAME -> calls.two(SharedRequest.RENAME, 1, 3, 4);
            case PATH_LINK -> calls.two(SharedRequest.LINK, 2, 4, 5);
            case PATH_SYMLINK -> calls.symlink();
            case PATH_READLINK -> calls.readLink();
            default -> Errno.NOTSUP;
        };
    }

    private int number(int index) {
        return (int) arguments[index];
    }

    private String text(int index) {
        return Paths.text(memory, number(index), number(index + 1));
    }

    private long position(int index) {
        if (arguments[index] < 0) {
            throw new Errno.Failure(Errno.INVAL);
        }
        return arguments[index];
    }

    private int answer(int index, long value) {
        memory.setLong(number(index), value);
        return Errno.SUCCESS;
    }

    private Descriptor.Shared shared(int index) {
        if (process.descriptor(number(index)) instanceof Descriptor.Shared shared) {
            return shared;
        }
        throw new Errno.Failure(XDEV);
    }

    private Descriptor.Shared file() {
        Descriptor.Shared shared = shared(0);
        if (shared.type() != Node.FILE) {
            throw new Errno.Failure(Errno.ISDIR);
        }
        return shared;
    }

    private ByteBuffer ask(byte operation, int fdIndex, byte[]... parts) {
        int length = 5;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer request = ByteBuffer.allocate(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(operation)
                .putInt(shared(fdIndex).handle);
        for (byte[] part : parts) {
            request.put(part);
        }
        ByteBuffer answer = ByteBuffer.wrap(process.stop.unhurried(() -> process.host.ask(request.array())))
                .order(ByteOrder.LITTLE_ENDIAN);
        int errno = Byte.toUnsignedInt(answer.get());
        if (errno != Errno.SUCCESS) {
            throw new Errno.Failure(errno);
        }
        return answer;
    }

    private static byte[] bytes(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int vectors(int count) {
        if (count < 0 || count > MAX_VECTORS) {
            throw new Errno.Failure(Errno.INVAL);
        }
        return count;
    }

    /** The length of a piece of the guest's memory, all of which must exist. */
    private int piece(int vector) {
        int length = memory.intAt(vector + 4);
        memory.require(memory.intAt(vector), length);
        return length < 0 || length > MAX_PIECE ? MAX_PIECE : length;
    }

    private int read(int vectors, long from, boolean moves) {
        Descriptor.Shared file = file();
        file.require(Descriptor.READ);
        int out = number(vectors + (moves ? 2 : 3));
        memory.require(out, 4);
        int total = 0;
        for (int i = 0; i < vectors(number(vectors + 1)); i++) {
            int vector = number(vectors) + 8 * i;
            int wanted = piece(vector);
            ByteBuffer answer = ask(SharedRequest.READ, 0, bytes(from + total), bytes(wanted));
            int given = Math.min(answer.remaining(), wanted);
            memory.copyIn(memory.intAt(vector), answer.array(), answer.position(), given);
            total += given;
            if (given < wanted) {
                break;
            }
        }
        if (moves) {
            file.position += total;
        }
        memory.setInt(out, total);
        return Errno.SUCCESS;
    }

    private int write(long from, boolean moves) {
        Descriptor.Shared file = file();
        file.require(Descriptor.WRITE);
        int out = number(moves ? 3 : 4);
        memory.require(out, 4);
        boolean appends = moves && (file.flags & APPEND) != 0;
        int total = 0;
        for (int i = 0; i < vectors(number(2)); i++) {
            int vector = number(1) + 8 * i;
            int length = piece(vector);
            byte[] content = memory.bytes(memory.intAt(vector), length);
            ByteBuffer answer = ask(SharedRequest.WRITE, 0, bytes(appends ? -1L : from + total), content);
            int done = answer.getInt();
            total += done;
            if (moves) {
                file.position = answer.getLong();
            }
            if (done < length) {
                break;
            }
        }
        memory.setInt(out, total);
        return Errno.SUCCESS;
    }

    private int seek() {
        Descriptor.Shared file = file();
        long base = switch (number(2)) {
            case 0 -> 0;
            case 1 -> file.position;
            case 2 -> ask(SharedRequest.STAT, 0, new byte[1]).getLong(1 + 32);
            default -> throw new Errno.Failure(Errno.INVAL);
        };
        long offset = arguments[1];
        if (offset > 0 && base > Long.MAX_VALUE - offset || base + offset < 0) {
            return Errno.INVAL;
        }
        file.position = base + offset;
        return answer(3, file.position);
    }

    private int close() {
        ask(SharedRequest.CLOSE, 0);
        process.put(number(0), null);
        return Errno.SUCCESS;
    }

    private int sync() {
        ask(SharedRequest.SYNC, 0);
        return Errno.SUCCESS;
    }

    private int resize() {
        file().require(Descriptor.WRITE);
        ask(SharedRequest.RESIZE, 0, bytes(arguments[1]));
        return Errno.SUCCESS;
    }

    private int stat(int out, int follow, String path) {
        memory.require(out, 64);
        ByteBuffer answer = ask(SharedRequest.STAT, 0, new byte[] {(byte) follow}, bytes(path));
        memory.copyIn(out, answer.array(), answer.position(), 64);
        return Errno.SUCCESS;
    }

    private int open() {
        int out = number(8);
        memory.require(out, 4);
        long rights = arguments[5];
        int flags = number(7);
        int how = number(4) & 0b1111
                | ((rights & Descriptor.WRITE) == 0 ? 0 : SharedRequest.WRITE_TO)
                | ((flags & APPEND) == 0 ? 0 : SharedRequest.APPEND)
                | ((number(1) & FOLLOW) == 0 ? 0 : SharedRequest.FOLLOW);
        int fd = process.freeDescriptor();
        ByteBuffer answer = ask(SharedRequest.OPEN, 0, new byte[] {(byte) how}, bytes(text(2)));
        boolean folder = answer.get() != 0;
        var opened = new Descriptor.Shared(
                answer.getInt(),
                folder ? Node.FOLDER : Node.FILE,
                folder ? Descriptor.ALL : rights & Descriptor.ALL,
                null);
        opened.flags = flags & 0b11111;
        process.put(fd, opened);
        memory.setInt(out, fd);
        return Errno.SUCCESS;
    }

    private int onPath(byte operation) {
        ask(operation, 0, bytes(text(1)));
        return Errno.SUCCESS;
    }

    private int two(byte operation, int from, int toFd, int to) {
        byte[] source = bytes(text(from));
        ask(operation, 0, bytes(shared(toFd).handle), bytes(source.length), source, bytes(text(to)));
        return Errno.SUCCESS;
    }

    private int symlink() {
        byte[] target = bytes(text(0));
        ask(SharedRequest.SYMLINK, 2, bytes(target.length), target, bytes(text(3)));
        return Errno.SUCCESS;
    }

    private int readLink() {
        int out = number(5);
        memory.require(out, 4);
        ByteBuffer answer = ask(SharedRequest.READ_LINK, 0, bytes(text(1)));
        int room = number(4);
        int given = room < 0 ? answer.remaining() : Math.min(room, answer.remaining());
        memory.copyIn(number(3), answer.array(), answer.position(), given);
        memory.setInt(out, given);
        return Errno.SUCCESS;
    }

    private int list() {
        Descriptor.Shared folder = shared(0);
        folder.require(Descriptor.READ);
        int buffer = number(1);
        int room = number(2) < 0 ? Integer.MAX_VALUE : number(2);
        memory.require(buffer, number(2));
        if (arguments[3] == 0) {
            folder.listing = listed();
        }
        int used = 0;
        for (long i = Math.max(0, arguments[3]); i < folder.listing.size() && used < room; i++) {
            Entry entry = folder.listing.get((int) i);
            byte[] whole = ByteBuffer.allocate(DIRENT_BYTES + entry.name.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(i + 1)
                    .putLong(entry.number)
                    .putInt(entry.name.length)
                    .putInt(entry.type)
                    .put(entry.name)
                    .array();
            int now = Math.min(whole.length, room - used);
            memory.copyIn(buffer + used, whole, 0, now);
            used += now;
        }
        memory.setInt(number(4), used);
        return Errno.SUCCESS;
    }

    private List<Entry> listed() {
        ByteBuffer answer = ask(SharedRequest.LIST, 0);
        var entries = new ArrayList<Entry>();
        while (answer.hasRemaining()) {
            long number = answer.getLong();
            int type = answer.get();
            byte[] name = new byte[answer.getShort()];
            answer.get(name);
            entries.add(new Entry(number, type, name));
        }
        return entries;
    }
}
