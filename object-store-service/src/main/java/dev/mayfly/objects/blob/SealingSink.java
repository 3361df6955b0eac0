package dev.mayfly.objects.blob;

import java.io.IOException;

/** Seals what goes through it, block by block. */
final class SealingSink implements Sink {
    private final DataKey key;
    private final Sink next;
    private final byte[] block = new byte[DataKey.PLAIN_BYTES];
    private int inBlock;
    private long blocks;

    SealingSink(DataKey key, Sink next) {
        this.key = key;
        this.next = next;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            int count = Math.min(left, block.length - inBlock);
            System.arraycopy(bytes, from, block, inBlock, count);
            inBlock += count;
            from += count;
            left -= count;
            if (inBlock == block.length) {
                endBlock();
            }
        }
    }

    private void endBlock() throws IOException {
        byte[] sealed = key.seal(blocks++, block, inBlock);
        next.write(sealed, 0, sealed.length);
        inBlock = 0;
    }

    void finish() throws IOException {
        if (inBlock > 0) {
            endBlock();
        }
    }
}
