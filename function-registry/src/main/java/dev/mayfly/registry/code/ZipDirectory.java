package dev.mayfly.registry.code;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The central directory of a zip file, read one entry at a time: what it costs does not grow with the file. Strict: what
 * two readers might understand differently is refused.
 */
final class ZipDirectory implements AutoCloseable {
    private static final int END = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int CENTRAL = 0x02014b50;
    private static final int CENTRAL_LENGTH = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int LONGEST_COMMENT = 65_535;
    private static final long ZIP64 = 0xFFFFFFFFL;
    private static final int UNIX = 3;
    private static final int MAC_OS = 19;

    private final FileChannel file;
    private final long start;
    private final long end;
    private final int entries;

    /**
     * @param name as written
     * @param encrypted whether a password is needed
     * @param method 0 stored, 8 deflated
     * @param crc of the unpacked content
     * @param packed bytes in the file
     * @param size bytes unpacked, as declared
     * @param unixMode type and permissions, 0 when not written on a Unix
     * @param dataStart where its packed bytes begin
     */
    record Entry(
            String name,
            boolean encrypted,
            int method,
            long crc,
            long packed,
            long size,
            int unixMode,
            long dataStart) {

        private static final int TYPE = 0170000;

        boolean isDirectory() {
            return name.endsWith("/");
        }

        boolean isSymlink() {
            return (unixMode & TYPE) == 0120000;
        }

        /** Neither file nor directory nor symbolic link. */
        boolean isSpecial() {
            int type = unixMode & TYPE;
            return type != 0 && type != 0100000 && type != 0040000 && !isSymlink();
        }
    }

    /** Takes each entry in the directory's order. */
    @FunctionalInterface
    interface Visitor {
        void visit(Entry entry) throws IOException, BadZipException;
    }

    private ZipDirectory(FileChannel file, long start, long end, int entries) {
        this.file = file;
        this.start = start;
        this.end = end;
        this.entries = entries;
    }

    static ZipDirectory open(Path path) throws IOException, BadZipException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return locate(file);
        } catch (IOException | BadZipException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static ZipDirectory locate(FileChannel file) throws IOException, BadZipException {
        long length = file.size();
        if (length < END_LENGTH) {
            throw BadZipException.corrupt("it is too short to be a zip");
        }
        int tailLength = (int) Math.min(length, END_LENGTH + LONGEST_COMMENT);
        long tailStart = length - tailLength;
        ByteBuffer tail = read(file, tailStart, tailLength);
        for (int at = tailLength - END_LENGTH; at >= 0; at--) {
            if (tail.getInt(at) == END && unsigned(tail.getShort(at + 20)) == tailLength - END_LENGTH - at) {
                return directory(file, tail, at, tailStart + at);
            }
        }
        throw BadZipException.corrupt("it has no end-of-directory record: it is no zip, or was cut off");
    }

    private static ZipDirectory directory(FileChannel file, ByteBuffer tail, int at, long position)
            throws BadZipException {
        int entries = unsigned(tail.getShort(at + 10));
        long size = unsigned(tail.getInt(at + 12));
        long offset = unsigned(tail.getInt(at + 16));
        if (entries == 0xFFFF || size == ZIP64 || offset == ZIP64) {
            throw BadZipException.refused("it is a ZIP64 archive, or has more than 65534 entries");
        }
        if (tail.getShort(at + 4) != 0 || tail.getShort(at + 6) != 0 || unsigned(tail.getShort(at + 8)) != entries) {
            throw BadZipException.refused("it is one volume of several");
        }
        if (offset + size != position) {
            throw BadZipException.corrupt("its directory is not where its end says");
        }
        return new ZipDirectory(file, offset, position, entries);
    }

    /** How many entries the zip declares; {@link #forEach} finds exactly as many or fails. */
    int entries() {
        return entries;
    }

    void forEach(Visitor visitor) throws IOException, BadZipException {
        var in = new BufferedInputStream(new Slice(file, start, end), 32_768);
        for (int i = 0; i < entries; i++) {
            visitor.visit(next(in));
        }
        if (in.read() >= 0) {
            throw BadZipException.corrupt("its directory holds more entries than it declares");
        }
    }

    private Entry next(InputStream in) throws IOException, BadZipException {
        ByteBuffer header = little(exactly(in, CENTRAL_LENGTH));
        if (header.getInt(0) != CENTRAL) {
            throw BadZipException.corrupt("an entry of its directory is damaged");
        }
        byte[] name = exactly(in, unsigned(header.getShort(28)));
        exactly(in, unsigned(header.getShort(30)));
        exactly(in, unsigned(header.getShort(32)));
        long packed = unsigned(header.getInt(20));
        long size = unsigned(header.getInt(24));
        long offset = unsigned(header.getInt(42));
        if (packed == ZIP64 || size == ZIP64 || offset == ZIP64) {
            throw BadZipException.refused("an entry is in ZIP64 form");
        }
        int madeOn = header.get(5) & 0xFF;
        int mode = madeOn == UNIX || madeOn == MAC_OS ? header.getInt(38) >>> 16 : 0;
        int flags = unsigned(header.getShort(8));
        String text = new String(name, StandardCharsets.UTF_8);
        long dataStart = dataStart(offset, name, text);
        if (dataStart + packed > start) {
            throw BadZipException.corrupt("the content of '" + text + "' reaches into its directory");
        }
        return new Entry(
                text,
                (flags & 1) != 0,
                unsigned(header.getShort(10)),
                unsigned(header.getInt(16)),
                packed,
                size,
                mode,
                dataStart);
    }

    private long dataStart(long offset, byte[] name, String text) throws IOException, BadZipException {
        if (offset + LOCAL_LENGTH + name.length > start) {
            throw BadZipException.corrupt("the entry '" + text + "' lies outside");
        }
        ByteBuffer local = read(file, offset, LOCAL_LENGTH + name.length);
        byte[] localName = Arrays.copyOfRange(local.array(), LOCAL_LENGTH, LOCAL_LENGTH + name.length);
        if (local.getInt(0) != LOCAL
                || unsigned(local.getShort(26)) != name.length
                || !Arrays.equals(localName, name)) {
            throw BadZipException.corrupt("the entry '" + text + "' is not where its directory says");
        }
        return offset + LOCAL_LENGTH + name.length + unsigned(local.getShort(28));
    }

    /** The packed bytes of an entry. */
    InputStream packed(Entry entry) {
        return new Slice(file, entry.dataStart(), entry.dataStart() + entry.packed());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static byte[] exactly(InputStream in, int count) throws IOException, BadZipException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw BadZipException.corrupt("its directory ends early");
        }
        return bytes;
    }

    private static ByteBuffer read(FileChannel file, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("The file became shorter");
            }
        }
        return buffer.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int unsigned(short value) {
        return value & 0xFFFF;
    }

    private static long unsigned(int value) {
        return value & 0xFFFFFFFFL;
    }

    /** The bytes of a file from one position up to another. */
    private static final class Slice extends InputStream {
        private final FileChannel file;
        private final long end;
        private long position;

        Slice(FileChannel file, long start, long end) {
            this.file = file;
            this.position = start;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int wanted) throws IOException {
            if (wanted == 0) {
                return 0;
            }
            int possible = (int) Math.min(wanted, end - position);
            if (possible <= 0) {
                return -1;
            }
            int read = file.read(ByteBuffer.wrap(buffer, offset, possible), position);
            position += Math.max(read, 0);
            return read;
        }
    }
}
