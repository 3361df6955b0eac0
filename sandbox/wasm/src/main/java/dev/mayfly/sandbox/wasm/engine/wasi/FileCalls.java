package dev.mayfly.sandbox.wasm.engine.wasi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The calls on an open file descriptor. */
final class FileCalls {
    private static final int MAX_VECTORS = 1024;
    private static final int MAX_PIECE = 1 << 30;
    private static final int DIRENT_BYTES = 24;
    private static final int APPEND = 1;
    private static final int KNOWN_FLAGS = 0b11111;

    private FileCalls() {}

    private static int pieces(int count) {
        if (count < 0 || count > MAX_VECTORS) {
            throw new Errno.Failure(Errno.INVAL);
        }
        return count;
    }

    /** The length of a piece of the guest's memory, all of which must exist. */
    private static int piece(GuestMemory memory, int vector) {
        int length = memory.intAt(vector + 4);
        memory.require(memory.intAt(vector), length);
        return length < 0 || length > MAX_PIECE ? MAX_PIECE : length;
    }

    static int read(WasiProcess process, GuestMemory memory, int fd, int vectors, int count, int out) {
        Descriptor from = process.descriptor(fd);
        from.require(Descriptor.READ);
        int total = 0;
        switch (from) {
            case Descriptor.Input input -> {
                for (int i = 0; i < pieces(count); i++) {
                    total += input.read(memory, memory.intAt(vectors + 8 * i), piece(memory, vectors + 8 * i));
                }
            }
            case Descriptor.OpenFile file -> {
                total = readAt(file, file.position, memory, vectors, count);
                file.position += total;
            }
            case Descriptor.OpenFolder folder -> throw new Errno.Failure(Errno.ISDIR);
            case Descriptor.Output output -> throw new Errno.Failure(Errno.BADF);
            case Descriptor.Shared shared -> throw new Errno.Failure(Errno.BADF);
        }
        memory.setInt(out, total);
        return Errno.SUCCESS;
    }

    private static int readAt(Descriptor.OpenFile file, long position, GuestMemory memory, int vectors, int count) {
        int total = 0;
        for (int i = 0; i < pieces(count); i++) {
            int length = Math.min(piece(memory, vectors + 8 * i), MAX_PIECE - total);
            total += file.file.read(position + total, memory, memory.intAt(vectors + 8 * i), length);
        }
        return total;
    }

    static int write(WasiProcess process, GuestMemory memory, int fd, int vectors, int count, int out) {
        Descriptor to = process.descriptor(fd);
        to.require(Descriptor.WRITE);
        int total = 0;
        switch (to) {
            case Descriptor.Output output -> {
                for (int i = 0; i < pieces(count); i++) {
                    int length = Math.min(piece(memory, vectors + 8 * i), MAX_PIECE - total);
                    output.out.write(memory, memory.intAt(vectors + 8 * i), length);
                    total += length;
                }
            }
            case Descriptor.OpenFile file -> {
                if ((file.flags & APPEND) != 0) {
                    file.position = file.file.size();
                }
                total = writeAt(process, file, file.position, memory, vectors, count);
                file.position += total;
            }
            case Descriptor.OpenFolder folder -> throw new Errno.Failure(Errno.ISDIR);
            case Descriptor.Input input -> throw new Errno.Failure(Errno.BADF);
            case Descriptor.Shared shared -> throw new Errno.Failure(Errno.BADF);
        }
        memory.setInt(out, total);
        return Errno.SUCCESS;
    }

    private static int writeAt(
            WasiProcess process, Descriptor.OpenFile file, long position, GuestMemory memory, int vectors, int count) {
        int total = 0;
        for (int i = 0; i < pieces(count); i++) {
            process.stop.check();
            int length = Math.min(piece(memory, vectors + 8 * i), MAX_PIECE - total);
            try {
                file.file.write(position + total, memory, memory.intAt(vectors + 8 * i), length);
            } catch (Errno.Failure e) {
                if (total == 0) {
                    throw e;
                }
                break;
            }
            total += length;
        }
        file.file.modified = WasiProcess.now();
        return total;
    }

    static int readAt(WasiProcess process, GuestMemory memory, int fd, int vectors, int count, long position, int out) {
        Descriptor.OpenFile file = process.file(fd);
        file.require(Descriptor.READ);
        if (position < 0) {
            return Errno.INVAL;
        }
        memory.setInt(out, readAt(file, position, memory, vectors, count));
        return Errno.SUCCESS;
    }

    static int writeAt(
            WasiProcess process, GuestMemory memory, int fd, int vectors, int count, long position, int out) {
        Descriptor.OpenFile file = process.file(fd);
        file.require(Descriptor.WRITE);
        if (position < 0) {
            return Errno.INVAL;
        }
        memory.setInt(out, writeAt(process, file, position, memory, vectors, count));
        return Errno.SUCCESS;
    }

    static int seek(WasiProcess process, GuestMemory memory, int fd, long offset, int whence, int out) {
        Descriptor.OpenFile file = process.file(fd);
        long base = switch (whence) {
            case 0 -> 0;
            case 1 -> file.position;
            case 2 -> file.file.size();
            default -> throw new Errno.Failure(Errno.INVAL);
        };
        if (offset > 0 && base > Long.MAX_VALUE - offset || base + offset < 0) {
            return Errno.INVAL;
        }
        file.position = base + offset;
        memory.setLong(out, file.position);
        return Errno.SUCCESS;
    }

    static int close(WasiProcess process, int fd) {
        process.descriptor(fd).close();
        process.put(fd, null);
        return Errno.SUCCESS;
    }

    /** The descriptor {@code from} becomes {@code to}, which must be open too. */
    static int renumber(WasiProcess process, int from, int to) {
        Descriptor moved = process.descriptor(from);
        Descriptor replaced = process.descriptor(to);
        if (from != to) {
            replaced.close();
            process.put(to, moved);
            process.put(from, null);
        }
        return Errno.SUCCESS;
    }

    static int describe(WasiProcess process, GuestMemory memory, int fd, int out) {
        Descriptor descriptor = process.descriptor(fd);
        memory.require(out, 24);
        memory.setByte(out, descriptor.type());
        memory.setByte(out + 1, 0);
        memory.setShort(out + 2, descriptor.flags);
        memory.setInt(out + 4, 0);
        memory.setLong(out + 8, descriptor.rights);
        memory.setLong(out + 16, descriptor.type() == Node.FOLDER ? Descriptor.ALL : 0);
        return Errno.SUCCESS;
    }

    static int setFlags(WasiProcess process, int fd, int flags) {
        Descriptor descriptor = process.descriptor(fd);
        if ((flags & ~KNOWN_FLAGS) != 0) {
            return Errno.INVAL;
        }
        descriptor.flags = flags;
        return Errno.SUCCESS;
    }

    /** Rights only ever become fewer. */
    static int setRights(WasiProcess process, int fd, long base) {
        Descriptor descriptor = process.descriptor(fd);
        if ((base & ~descriptor.rights) != 0) {
            return Errno.NOTCAPABLE;
        }
        descriptor.rights = base;
        return Errno.SUCCESS;
    }

    static int stat(WasiProcess process, GuestMemory memory, int fd, int out) {
        switch (process.descriptor(fd)) {
            case Descriptor.OpenFile file -> stat(file.file, memory, out);
            case Descriptor.OpenFolder folder -> stat(folder.folder, memory, out);
            default -> {
                memory.require(out, 64);
                memory.copyIn(out, new byte[64], 0, 64);
            }
        }
        return Errno.SUCCESS;
    }

    static void stat(Node node, GuestMemory memory, int out) {
        memory.require(out, 64);
        memory.setLong(out, node.isReadOnly() ? 1 : 2);
        memory.setLong(out + 8, node.number);
        memory.setLong(out + 16, node.type());
        memory.setLong(out + 24, node.links);
        memory.setLong(out + 32, node.size());
        memory.setLong(out + 40, node.accessed);
        memory.setLong(out + 48, node.modified);
        memory.setLong(out + 56, node.modified);
    }

    static int resize(WasiProcess process, int fd, long size) {
        Descriptor.OpenFile file = process.file(fd);
        file.require(Descriptor.WRITE);
        file.file.resize(size);
        file.file.modified = WasiProcess.now();
        return Errno.SUCCESS;
    }

    static int allocate(WasiProcess process, int fd, long offset, long length) {
        Descriptor.OpenFile file = process.file(fd);
        if (offset < 0 || length <= 0 || offset > Long.MAX_VALUE - length) {
            return Errno.INVAL;
        }
        return offset + length <= file.file.size() ? Errno.SUCCESS : resize(process, fd, offset + length);
    }

    static int setTimes(WasiProcess process, int fd, long accessed, long modified, int flags) {
        return switch (process.descriptor(fd)) {
            case Descriptor.OpenFile file -> setTimes(file.file, accessed, modified, flags);
            case Descriptor.OpenFolder folder -> setTimes(folder.folder, accessed, modified, flags);
            default -> Errno.BADF;
        };
    }

    static int setTimes(Node node, long accessed, long modified, int flags) {
        node.writable();
        if ((flags & 0b11) == 0b11 || (flags & 0b1100) == 0b1100 || (flags & ~0b1111) != 0) {
            return Errno.INVAL;
        }
        if ((flags & 0b11) != 0) {
            node.accessed = (flags & 0b01) != 0 ? accessed : WasiProcess.now();
        }
        if ((flags & 0b1100) != 0) {
            node.modified = (flags & 0b0100) != 0 ? modified : WasiProcess.now();
        }
        return Errno.SUCCESS;
    }

    static int list(WasiProcess process, GuestMemory memory, int fd, int buffer, int length, long cookie, int out) {
        Descriptor.OpenFolder folder = process.folder(fd);
        folder.require(Descriptor.READ);
        memory.require(buffer, length);
        var entries = folder.listing(cookie == 0);
        int used = 0;
        int room = length < 0 ? Integer.MAX_VALUE : length;
        for (long i = Math.max(0, cookie); i < entries.size() && used < room; i++) {
            Map.Entry<String, Node> entry = entries.get((int) i);
            byte[] name = entry.getKey().getBytes(StandardCharsets.UTF_8);
            byte[] whole = ByteBuffer.allocate(DIRENT_BYTES + name.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(i + 1)
                    .putLong(entry.getValue().number)
                    .putInt(name.length)
                    .putInt(entry.getValue().type())
                    .put(name)
                    .array();
            int now = Math.min(whole.length, room - used);
            memory.copyIn(buffer + used, whole, 0, now);
            used += now;
        }
        memory.setInt(out, used);
        return Errno.SUCCESS;
    }

    static int preopenedName(WasiProcess process, GuestMemory memory, int fd, int address, int length) {
        byte[] name = name(process, fd);
        if (length < name.length && length >= 0) {
            return Errno.NAMETOOLONG;
        }
        memory.copyIn(address, name, 0, name.length);
        return Errno.SUCCESS;
    }

    static int preopened(WasiProcess process, GuestMemory memory, int fd, int out) {
        byte[] name = name(process, fd);
        memory.setInt(out, 0);
        memory.setInt(out + 4, name.length);
        return Errno.SUCCESS;
    }

    private static byte[] name(WasiProcess process, int fd) {
        if (process.descriptor(fd) instanceof Descriptor.OpenFolder folder && folder.preopened != null) {
            return folder.preopened.getBytes(StandardCharsets.UTF_8);
        }
        if (process.descriptor(fd) instanceof Descriptor.Shared shared && shared.preopened != null) {
            return shared.preopened.getBytes(StandardCharsets.UTF_8);
        }
        throw new Errno.Failure(Errno.BADF);
    }
}
