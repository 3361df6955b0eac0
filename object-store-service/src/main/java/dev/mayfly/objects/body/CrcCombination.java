package dev.mayfly.objects.body;

/**
 * The CRC of two runs of bytes from the CRCs of each, in a time that grows with the logarithm of the length: appending
 * zero bits is a linear map over GF(2), squared for every binary digit (the method of zlib's {@code crc32_combine}).
 */
final class CrcCombination {
    private final int width;
    private final long polynomial;

    /** @param polynomial reflected */
    CrcCombination(int width, long polynomial) {
        this.width = width;
        this.polynomial = polynomial;
    }

    long combine(long first, long second, long secondLength) {
        if (secondLength == 0) {
            return first;
        }
        long[] oneZeroBit = new long[width];
        oneZeroBit[0] = polynomial;
        for (int n = 1; n < width; n++) {
            oneZeroBit[n] = 1L << (n - 1);
        }
        long[] map = square(square(square(oneZeroBit)));
        long crc = first;
        for (long left = secondLength; left != 0; left >>>= 1) {
            if ((left & 1) != 0) {
                crc = times(map, crc);
            }
            map = square(map);
        }
        return crc ^ second;
    }

    private static long times(long[] matrix, long vector) {
        long sum = 0;
        for (int n = 0; vector != 0; n++, vector >>>= 1) {
            if ((vector & 1) != 0) {
                sum ^= matrix[n];
            }
        }
        return sum;
    }

    private static long[] square(long[] matrix) {
        long[] square = new long[matrix.length];
        for (int n = 0; n < matrix.length; n++) {
            square[n] = times(matrix, matrix[n]);
        }
        return square;
    }
}
