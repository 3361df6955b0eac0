package dev.mayfly.objects.blob;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32C;

/** CRC-32C of each block of a blob as it is written: four bytes a block, big-endian. */
final class BlockSums implements Sink {
    /** Small enough that what is sent can be checked before, large enough that the sums weigh nothing: 64 bytes a MiB. */
    static final int BLOCK_BYTES = 64 << 10;

    static final int SUM_BYTES = 4;

    private final CRC32C sum = new CRC32C();
    private final ByteArrayOutputStream sums = new ByteArrayOutputStream();
    private int inBlock;

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            int count = Math.min(left, BLOCK_BYTES - inBlock);
            sum.update(bytes, from, count);
            inBlock += count;
            from += count;
            left -= count;
            if (inBlock == BLOCK_BYTES) {
                endBlock();
            }
        }
    }

    private void endBlock() {
        int value = (int) sum.getValue();
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            sums.write(value >>> shift);
        }
        sum.reset();
        inBlock = 0;
    }

    /** The sums of everything written; ends this. */
    byte[] finish() {
        if (inBlock > 0) {
            endBlock();
        }
        return sums.toByteArray();
    }

    /** Whether a block has the sum that lies at {@code index} of {@code sums}. */
    static boolean fits(byte[] sums, int index, byte[] block, int length) {
        var sum = new CRC32C();
        sum.update(block, 0, length);
        int at = index * SUM_BYTES;
        if (at + SUM_BYTES > sums.length) {
            return false;
        }
        int expected = (sums[at] & 0xFF) << 24
                | (sums[at + 1] & 0xFF) << 16
                | (sums[at + 2] & 0xFF) << 8
                | (sums[at + 3] & 0xFF);
        return expected == (int) sum.getValue();
    }
}
