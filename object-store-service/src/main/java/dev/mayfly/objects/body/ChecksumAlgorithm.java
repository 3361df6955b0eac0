package dev.mayfly.objects.body;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The checksums of S3. */
public enum ChecksumAlgorithm {
    CRC32(4, 0xEDB88320L),
    CRC32C(4, 0x82F63B78L),
    CRC64NVME(8, Crc64Nvme.POLYNOMIAL),
    SHA1(20, 0),
    SHA256(32, 0);

    private static final String HEADER_PREFIX = "x-amz-checksum-";

    private final int bytes;
    private final long polynomial;
    private final String header;

    ChecksumAlgorithm(int bytes, long polynomial) {
        this.bytes = bytes;
        this.polynomial = polynomial;
        this.header = HEADER_PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /** The header or trailer that carries it, in lower case. */
    public String header() {
        return header;
    }

    /** The XML element that carries it. */
    public String element() {
        return "Checksum" + name();
    }

    int bytes() {
        return bytes;
    }

    public boolean isCrc() {
        return polynomial != 0;
    }

    public Hash hash() {
        return switch (this) {
            case CRC32 -> Hash.checksum(new CRC32(), bytes);
            case CRC32C -> Hash.checksum(new CRC32C(), bytes);
            case CRC64NVME -> Hash.checksum(new Crc64Nvme(), bytes);
            case SHA1 -> Hash.digest("SHA-1");
            case SHA256 -> Hash.digest("SHA-256");
        };
    }

    /** The checksum of two runs of bytes, one after the other. CRCs only. */
    public byte[] combine(byte[] first, byte[] second, long secondLength) {
        long combined = new CrcCombination(bytes * 8, polynomial).combine(number(first), number(second), secondLength);
        byte[] value = new byte[bytes];
        for (int i = bytes - 1; i >= 0; i--) {
            value[i] = (byte) combined;
            combined >>>= 8;
        }
        return value;
    }

    private static long number(byte[] bigEndian) {
        long number = 0;
        for (byte b : bigEndian) {
            number = number << 8 | (b & 0xFF);
        }
        return number;
    }

    /** The algorithm of that name, or null for none. */
    public static @Nullable ChecksumAlgorithm named(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return null;
        }
        for (ChecksumAlgorithm algorithm : values()) {
            if (algorithm.name().equalsIgnoreCase(name.strip())) {
                return algorithm;
            }
        }
        throw new S3Exception(
                S3Error.INVALID_REQUEST,
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                        + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
    }

    static @Nullable ChecksumAlgorithm ofHeader(String name) {
        for (ChecksumAlgorithm algorithm : values()) {
            if (algorithm.header.equalsIgnoreCase(name)) {
                return algorithm;
            }
        }
        return null;
    }
}
