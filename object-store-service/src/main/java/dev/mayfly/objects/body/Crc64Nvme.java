package dev.mayfly.objects.body;

import java.util.zip.Checksum;

/** CRC-64/NVME, eight bytes at a time. */
final class Crc64Nvme implements Checksum {
    static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private static final long[][] TABLES = tables();

    private long crc = -1L;

    private static long[][] tables() {
        long[][] tables = new long[8][256];
        for (int n = 0; n < 256; n++) {
            long value = n;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) != 0 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
            }
            tables[0][n] = value;
        }
        for (int n = 0; n < 256; n++) {
            for (int k = 1; k < 8; k++) {
                long previous = tables[k - 1][n];
                tables[k][n] = tables[0][(int) (previous & 0xFF)] ^ (previous >>> 8);
            }
        }
        return tables;
    }

    @Override
    public void update(int b) {
        crc = TABLES[0][(int) ((crc ^ b) & 0xFF)] ^ (crc >>> 8);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        long value = crc;
        int i = offset;
        int end = offset + length;
        for (; i + 8 <= end; i += 8) {
            value ^= (bytes[i] & 0xFFL)
                    | (bytes[i + 1] & 0xFFL) << 8
                    | (bytes[i + 2] & 0xFFL) << 16
                    | (bytes[i + 3] & 0xFFL) << 24
                    | (bytes[i + 4] & 0xFFL) << 32
                    | (bytes[i + 5] & 0xFFL) << 40
                    | (bytes[i + 6] & 0xFFL) << 48
                    | (bytes[i + 7] & 0xFFL) << 56;
            value = TABLES[7][(int) (value & 0xFF)]
                    ^ TABLES[6][(int) (value >>> 8 & 0xFF)]
                    ^ TABLES[5][(int) (value >>> 16 & 0xFF)]
                    ^ TABLES[4][(int) (value >>> 24 & 0xFF)]
                    ^ TABLES[3][(int) (value >>> 32 & 0xFF)]
                    ^ TABLES[2][(int) (value >>> 40 & 0xFF)]
                    ^ TABLES[1][(int) (value >>> 48 & 0xFF)]
                    ^ TABLES[0][(int) (value >>> 56)];
        }
        for (; i < end; i++) {
            value = TABLES[0][(int) ((value ^ bytes[i]) & 0xFF)] ^ (value >>> 8);
        }
        crc = value;
    }

    @Override
    public long getValue() {
        return ~crc;
    }

    @Override
    public void reset() {
        crc = -1L;
    }
}
