package dev.mayfly.sandbox.wasm.engine.wasi;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a guest's file descriptor stands for. */
abstract sealed class Descriptor {
    static final long READ = 1L << 1;
    static final long WRITE = 1L << 6;
    /** Every right that preview 1 knows. */
    static final long ALL = (1L << 30) - 1;

    private static final long SEEK_AND_TELL = 1L << 2 | 1L << 5;

    long rights;
    int flags;

    Descriptor(long rights) {
        this.rights = rights;
    }

    abstract int type();

    /** Lets go of what it holds. */
    void close() {}

    final void require(long right) {
        if ((rights & right) == 0) {
            throw new Errno.Failure(right == WRITE || right == READ ? Errno.BADF : Errno.NOTCAPABLE);
        }
    }

    /** Standard input: the event. */
    static final class Input extends Descriptor {
        private final byte[] bytes;
        private int position;

        Input(byte[] bytes) {
            super(ALL & ~WRITE & ~SEEK_AND_TELL);
            this.bytes = bytes;
        }

        @Override
        int type() {
            return 0;
        }

        int left() {
            return bytes.length - position;
        }

        int read(GuestMemory memory, int address, int length) {
            int now = Math.min(length, left());
            memory.copyIn(address, bytes, position, now);
            position += now;
            return now;
        }
    }

    /** Standard output or error. */
    static final class Output extends Descriptor {
        final LimitedOutput out;

        Output(LimitedOutput out) {
            super(ALL & ~READ & ~SEEK_AND_TELL);
            this.out = out;
        }

        @Override
        int type() {
            return 0;
        }
    }

    /** An open file. */
    static final class OpenFile extends Descriptor {
        final Node.File file;
        long position;

        OpenFile(Node.File file, long rights) {
            super(rights);
            this.file = file;
            file.use();
        }

        @Override
        int type() {
            return Node.FILE;
        }

        @Override
        void close() {
            file.release();
        }
    }

    /** A file or folder of the function's volume, which the host has open. */
    static final class Shared extends Descriptor {
        final int handle;
        final @Nullable String preopened;
        private final int type;
        long position;
        List<VolumeCalls.Entry> listing = List.of();

        Shared(int handle, int type, long rights, @Nullable String preopened) {
            super(rights);
            this.handle = handle;
            this.type = type;
            this.preopened = preopened;
        }

        @Override
        int type() {
            return type;
        }
    }

    /** An open folder. */
    static final class OpenFolder extends Descriptor {
        final Node.Folder folder;
        /** The name that the guest knows it by from the start, or null. */
        final @Nullable String preopened;

        private List<Map.Entry<String, Node>> listing = List.of();

        OpenFolder(Node.Folder folder, @Nullable String preopened) {
            super(ALL);
            this.folder = folder;
            this.preopened = preopened;
        }

        @Override
        int type() {
            return Node.FOLDER;
        }

        /** What the folder held when its listing began. */
        List<Map.Entry<String, Node>> listing(boolean anew) {
            if (anew) {
                listing = folder.children.entrySet().stream()
                        .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                        .toList();
            }
            return listing;
        }
    }
}
