package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.api.Volume;
import dev.mayfly.sandbox.wasm.engine.wasi.Errno;
import dev.mayfly.sandbox.wasm.engine.wasi.SharedRequest;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A volume as one invocation's guest uses it. The kernel follows every path, below the volume's folder only; what is done there is
 * done to the thing that was found, not to its path.
 */
final class SharedFiles implements AutoCloseable {
    private static final int MOST_OPEN = 256;
    private static final int LARGEST_READ = 1 << 20;

    private final Map<Integer, Open> open = new HashMap<>();
    private int next = SharedRequest.ROOT + 1;

    /** @param channel null of folders */
    private record Open(Beneath found, @Nullable FileChannel channel) {
        FileChannel file() throws WasiError {
            if (channel == null) {
                throw new WasiError(Errno.ISDIR);
            }
            return channel;
        }

        void close() throws IOException {
            if (channel != null) {
                channel.close();
            }
            found.close();
        }
    }

    /** The folder that a path ends in, and its last name. */
    private record Place(Beneath folder, String name) implements AutoCloseable {
        Path path() {
            return folder.path().resolve(name);
        }

        @Override
        public void close() {
            folder.close();
        }
    }

    SharedFiles(Volume volume) throws IOException {
        open.put(SharedRequest.ROOT, new Open(Beneath.folder(volume.folder()), null));
    }

    /** Does what a guest asks: the first byte of the answer is WASI's error number. */
    byte[] answer(byte[] request) {
        try {
            byte[] said = done(ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN));
            byte[] answer = new byte[1 + said.length];
            System.arraycopy(said, 0, answer, 1, said.length);
            return answer;
        } catch (IOException e) {
            return new byte[] {(byte) WasiError.of(e)};
        } catch (NonReadableChannelException | NonWritableChannelException e) {
            return new byte[] {(byte) Errno.BADF};
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return new byte[] {(byte) Errno.INVAL};
        }
    }

    private byte[] done(ByteBuffer in) throws IOException {
        byte operation = in.get();
        int handle = in.getInt();
        Open at = open.get(handle);
        if (at == null) {
            throw new WasiError(Errno.BADF);
        }
        return switch (operation) {
            case SharedRequest.OPEN -> open(at, in.get(), text(in));
            case SharedRequest.CLOSE -> {
                if (handle != SharedRequest.ROOT) {
                    open.remove(handle);
                    at.close();
                }
                yield nothing();
            }
            case SharedRequest.READ -> read(at.file(), in.getLong(), in.getInt());
            case SharedRequest.WRITE -> write(at.file(), in.getLong(), in.slice());
            case SharedRequest.STAT -> stat(at, in.get() != 0, text(in));
            case SharedRequest.RESIZE -> resize(at.file(), in.getLong());
            case SharedRequest.LIST -> FileFacts.list(at.found().path());
            case SharedRequest.MAKE_FOLDER -> {
                try (Place place = place(at, text(in))) {
                    Files.createDirectory(place.path());
                    own(place.path());
                }
                yield nothing();
            }
            case SharedRequest.UNLINK -> remove(at, text(in), false);
            case SharedRequest.REMOVE_FOLDER -> remove(at, text(in), true);
            case SharedRequest.RENAME -> {
                Open to = other(in.getInt());
                String from = text(in, in.getInt());
                try (Place source = place(at, from);
                        Place target = place(to, text(in))) {
                    Files.move(source.path(), target.path(), StandardCopyOption.ATOMIC_MOVE);
                }
                yield nothing();
            }
            case SharedRequest.SYMLINK -> {
                String target = text(in, in.getInt());
                if (target.startsWith("/")) {
                    throw new WasiError(Errno.NOTCAPABLE);
                }
                try (Place place = place(at, text(in))) {
                    Files.createSymbolicLink(place.path(), Path.of(target));
                    own(place.path());
                }
                yield nothing();
            }
            case SharedRequest.READ_LINK -> {
                try (Place place = place(at, text(in))) {
                    yield Files.readSymbolicLink(place.path()).toString().getBytes(StandardCharsets.UTF_8);
                }
            }
            case SharedRequest.LINK -> {
                Open to = other(in.getInt());
                String from = text(in, in.getInt());
                try (Place source = place(at, from);
                        Place target = place(to, text(in))) {
                    Files.createLink(target.path(), source.path());
                }
                yield nothing();
            }
            case SharedRequest.SYNC -> {
                if (at.channel() != null) {
                    at.channel().force(true);
                }
                yield nothing();
            }
            default -> throw new WasiError(Errno.NOSYS);
        };
    }

    private Open other(int handle) throws WasiError {
        Open found = open.get(handle);
        if (found == null) {
            throw new WasiError(Errno.BADF);
        }
        return found;
    }

    private static byte[] nothing() {
        return new byte[0];
    }

    private static String text(ByteBuffer in) throws WasiError {
        return text(in, in.remaining());
    }

    private static String text(ByteBuffer in, int length) throws WasiError {
        if (length < 0 || length > in.remaining()) {
            throw new WasiError(Errno.INVAL);
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\0') >= 0) {
            throw new WasiError(Errno.INVAL);
        }
        return text;
    }

    /** Where a thing of that name is, or will be. The name is followed no further. */
    private static Place place(Open at, String path) throws IOException {
        String trimmed = path.replaceAll("/+$", "");
        int slash = trimmed.lastIndexOf('/');
        String name = trimmed.substring(slash + 1);
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new WasiError(Errno.INVAL);
        }
        if (slash == 0) {
            throw new WasiError(Errno.NOTCAPABLE);
        }
        return new Place(at.found().findFolder(slash < 0 ? "." : trimmed.substring(0, slash)), name);
    }

    private static void own(Path made) throws IOException {
        Files.setAttribute(made, "unix:gid", Volume.OWNER, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(made, "unix:uid", Volume.OWNER, LinkOption.NOFOLLOW_LINKS);
    }

    private byte[] open(Open at, int how, String path) throws IOException {
        if (open.size() >= MOST_OPEN) {
            throw new WasiError(Errno.MFILE);
        }
        boolean create = (how & SharedRequest.CREATE) != 0;
        boolean exclusive = create && (how & SharedRequest.EXCLUSIVE) != 0;
        Beneath found;
        try {
            found = at.found().find(path, (how & SharedRequest.FOLLOW) != 0 && !exclusive);
        } catch (Beneath.RefusedException e) {
            if (!create || WasiError.of(e) != Errno.NOENT || (how & SharedRequest.FOLDER) != 0) {
                throw e;
            }
            return made(at, how, path);
        }
        boolean kept = false;
        try {
            if (exclusive) {
                throw new WasiError(Errno.EXIST);
            }
            byte[] answer = opened(found, how);
            kept = true;
            return answer;
        } finally {
            if (!kept) {
                found.close();
            }
        }
    }

    private byte[] opened(Beneath found, int how) throws IOException {
        var type = Files.readAttributes(found.path(), BasicFileAttributes.class);
        boolean changes = (how & (SharedRequest.WRITE_TO | SharedRequest.TRUNCATE)) != 0;
        if (type.isDirectory()) {
            if ((how & (SharedRequest.CREATE | SharedRequest.TRUNCATE)) != 0 && changes) {
                throw new WasiError(Errno.ISDIR);
            }
            return keep(new Open(found, null));
        }
        if ((how & SharedRequest.FOLDER) != 0) {
            throw new WasiError(Errno.NOTDIR);
        }
        if (!type.isRegularFile()) {
            throw new WasiError(type.isSymbolicLink() ? Errno.LOOP : Errno.NOTSUP);
        }
        return keep(new Open(found, FileChannel.open(found.path(), options(how))));
    }

    private byte[] made(Open at, int how, String path) throws IOException {
        try (Place place = place(at, path)) {
            try (FileChannel made = FileChannel.open(
                    place.path(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                own(place.path());
                made.force(false);
            }
            Beneath found = place.folder().find(place.name(), false);
            boolean kept = false;
            try {
                byte[] answer = opened(found, how);
                kept = true;
                return answer;
            } finally {
                if (!kept) {
                    found.close();
                }
            }
        }
    }

    private static OpenOption[] options(int how) {
        var options = new HashSet<OpenOption>();
        boolean append = (how & SharedRequest.APPEND) != 0;
        boolean writes = (how & SharedRequest.WRITE_TO) != 0;
        if (writes && append) {
            options.add(StandardOpenOption.APPEND);
        } else {
            options.add(StandardOpenOption.READ);
            if (writes) {
                options.add(StandardOpenOption.WRITE);
            }
            if (writes && (how & SharedRequest.TRUNCATE) != 0) {
                options.add(StandardOpenOption.TRUNCATE_EXISTING);
            }
        }
        return options.toArray(OpenOption[]::new);
    }

    private byte[] keep(Open opened) {
        int handle = next++;
        open.put(handle, opened);
        return ByteBuffer.allocate(5)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) (opened.channel() == null ? 1 : 0))
                .putInt(handle)
                .array();
    }

    private static byte[] read(FileChannel file, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(length, 0, LARGEST_READ));
        int count;
        do {
            count = file.read(buffer, position + buffer.position());
        } while (count > 0 && buffer.hasRemaining());
        byte[] read = new byte[buffer.position()];
        buffer.flip().get(read);
        return read;
    }

    /** Answers how much was written and where it ended: what did not fit is not there. */
    private static byte[] write(FileChannel file, long position, ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                int written =
                        position < 0 ? file.write(bytes) : file.write(bytes, position + length - bytes.remaining());
                if (written == 0) {
                    break;
                }
            }
        } catch (IOException e) {
            if (bytes.remaining() == length) {
                throw e;
            }
        }
        int done = length - bytes.remaining();
        return ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(done)
                .putLong(position < 0 ? file.position() : position + done)
                .array();
    }

    private static byte[] resize(FileChannel file, long size) throws IOException {
        if (size < 0) {
            throw new WasiError(Errno.INVAL);
        }
        if (size <= file.size()) {
            file.truncate(size);
        } else {
            file.write(ByteBuffer.wrap(new byte[1]), size - 1);
        }
        return nothing();
    }

    private static byte[] stat(Open at, boolean follow, String path) throws IOException {
        if (path.isEmpty()) {
            return new FileFacts(Files.readAttributes(at.found().path(), "unix:*")).stat();
        }
        try (Beneath found = at.found().find(path, follow)) {
            return new FileFacts(Files.readAttributes(found.path(), "unix:*")).stat();
        }
    }

    private static byte[] remove(Open at, String path, boolean folder) throws IOException {
        try (Place place = place(at, path)) {
            boolean isFolder = Files.isDirectory(place.path(), LinkOption.NOFOLLOW_LINKS);
            if (isFolder != folder && Files.exists(place.path(), LinkOption.NOFOLLOW_LINKS)) {
                throw new WasiError(folder ? Errno.NOTDIR : Errno.ISDIR);
            }
            Files.delete(place.path());
        }
        return nothing();
    }

    @Override
    public void close() throws IOException {
        for (Open each : open.values()) {
            each.close();
        }
        open.clear();
    }
}
