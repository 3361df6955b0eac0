package dev.mayfly.sandbox.wasm.engine.wasi;

/**
 * A guest's linear memory, little-endian. Addresses and lengths come from the guest: every access is checked against the
 * memory's size at that moment, and {@code EFAULT} is what a wrong one gets.
 */
public abstract class GuestMemory {
    /** Bytes. */
    protected abstract long size();

    protected abstract byte get(long at);

    protected abstract int getInt(long at);

    protected abstract long getLong(long at);

    protected abstract void put(long at, byte value);

    protected abstract void putInt(long at, int value);

    protected abstract void putLong(long at, long value);

    protected abstract void read(long at, byte[] to, int offset, int length);

    protected abstract void write(long at, byte[] from, int offset, int length);

    private long checked(int address, long length) {
        long at = Integer.toUnsignedLong(address);
        if (length < 0 || at + length > size()) {
            throw new Errno.Failure(Errno.FAULT);
        }
        return at;
    }

    final byte byteAt(int address) {
        return get(checked(address, 1));
    }

    final int intAt(int address) {
        return getInt(checked(address, 4));
    }

    final long longAt(int address) {
        return getLong(checked(address, 8));
    }

    final void setByte(int address, int value) {
        put(checked(address, 1), (byte) value);
    }

    final void setShort(int address, int value) {
        long at = checked(address, 2);
        put(at, (byte) value);
        put(at + 1, (byte) (value >> 8));
    }

    final void setInt(int address, int value) {
        putInt(checked(address, 4), value);
    }

    final void setLong(int address, long value) {
        putLong(checked(address, 8), value);
    }

    /** A copy of {@code length} bytes, which the caller has bounded. */
    final byte[] bytes(int address, int length) {
        long at = checked(address, Integer.toUnsignedLong(length));
        byte[] bytes = new byte[length];
        read(at, bytes, 0, length);
        return bytes;
    }

    final void copyOut(int address, byte[] to, int offset, int length) {
        read(checked(address, length), to, offset, length);
    }

    final void copyIn(int address, byte[] from, int offset, int length) {
        write(checked(address, length), from, offset, length);
    }

    /** Throws unless the whole range is memory. */
    final void require(int address, int length) {
        checked(address, Integer.toUnsignedLong(length));
    }
}
