package dev.mayfly.sandbox.microvm;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * What the host and the guest's agent send each other: type (1 byte), stream (1), the stream's generation (2),
 * length of the content (4), content, all big-endian. {@code agent.h} is the other side.
 *
 * @param generation streams' numbers are used again: what was meant for an earlier one is ignored
 */
record Frame(byte type, int stream, int generation, byte[] content) {
    static final byte SEED = 'S';
    static final byte TIME = 'T';
    static final byte PREPARE = 'P';
    static final byte RUN = 'R';
    static final byte NETWORK = 'N';
    static final byte FREEZE = 'Z';
    static final byte THAW = 'U';
    static final byte TERMINATE = 'K';
    static final byte DIAL = 'C';
    static final byte UNREACHED = 'J';
    static final byte HELLO = 'H';
    static final byte DONE = 'A';
    static final byte FAILED = 'F';
    static final byte EXIT = 'Q';
    static final byte STATS = 'M';
    static final byte LOG = 'L';
    static final byte OPEN = 'O';
    static final byte DATA = 'D';
    static final byte EOF = 'E';
    static final byte RESET = 'X';
    static final byte WINDOW = 'W';

    static final int HEADER = 8;
    static final int MAX_CONTENT = 64 * 1024;

    static final byte[] NOTHING = {};

    static Frame of(byte type) {
        return new Frame(type, 0, 0, NOTHING);
    }

    static Frame of(byte type, byte[] content) {
        return new Frame(type, 0, 0, content);
    }

    ByteBuffer encoded() {
        return ByteBuffer.allocate(HEADER + content.length)
                .put(type)
                .put((byte) stream)
                .putShort((short) generation)
                .putInt(content.length)
                .put(content)
                .flip();
    }

    /** Content that is one number of four bytes. */
    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    ByteBuffer reader(int needed) throws IOException {
        if (content.length < needed) {
            throw new IOException("The guest sent a frame " + (char) type + " of only " + content.length + " bytes");
        }
        return ByteBuffer.wrap(content);
    }

    /** Reads frames off a channel, with few calls. Not thread-safe. */
    static final class Source {
        private final ByteChannel channel;
        private final ByteBuffer buffer =
                ByteBuffer.allocateDirect(HEADER + MAX_CONTENT).flip();

        Source(ByteChannel channel) {
            this.channel = channel;
        }

        Frame next() throws IOException {
            require(HEADER);
            byte type = buffer.get();
            int stream = buffer.get() & 0xff;
            int generation = buffer.getShort() & 0xffff;
            int length = buffer.getInt();
            if (length < 0 || length > MAX_CONTENT) {
                throw new IOException("The guest sent a frame of " + Integer.toUnsignedString(length) + " bytes");
            }
            require(length);
            byte[] content = new byte[length];
            buffer.get(content);
            return new Frame(type, stream, generation, content);
        }

        private void require(int bytes) throws IOException {
            if (buffer.remaining() >= bytes) {
                return;
            }
            buffer.compact();
            try {
                while (buffer.position() < bytes) {
                    if (channel.read(buffer) < 0) {
                        throw new EOFException("The guest's port was closed");
                    }
                }
            } finally {
                buffer.flip();
            }
        }
    }
}
