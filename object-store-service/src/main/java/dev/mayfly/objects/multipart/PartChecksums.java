package dev.mayfly.objects.multipart;

import dev.mayfly.objects.body.ChecksumAlgorithm;
import dev.mayfly.objects.body.Hash;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The checksum of an object from those of its parts. */
final class PartChecksums {
    private PartChecksums() {}

    /** @throws S3Exception BadDigest when the client expects another */
    static @Nullable ObjectChecksum ofObject(S3Request request, Upload upload, List<Part> parts) {
        ChecksumAlgorithm algorithm = upload.checksum();
        if (algorithm == null || parts.stream().anyMatch(part -> part.checksum() == null)) {
            return null;
        }
        boolean full = upload.checksumType() == ObjectChecksum.Type.FULL_OBJECT;
        String value = full ? full(algorithm, parts) : composite(algorithm, parts);
        String expected = request.header(algorithm.header());
        if (expected != null
                && !expected.strip().equals(value)
                && !(expected.strip() + "-" + parts.size()).equals(value)) {
            throw new S3Exception(
                    S3Error.BAD_DIGEST,
                    "The " + algorithm.name() + " you specified did not match the calculated checksum.");
        }
        var all = new ByteArrayOutputStream();
        parts.forEach(part -> all.writeBytes(decode(part)));
        return new ObjectChecksum(
                algorithm,
                value,
                full ? ObjectChecksum.Type.FULL_OBJECT : ObjectChecksum.Type.COMPOSITE,
                Base64.getEncoder().encodeToString(all.toByteArray()));
    }

    private static String full(ChecksumAlgorithm algorithm, List<Part> parts) {
        byte[] value = decode(parts.getFirst());
        for (Part part : parts.subList(1, parts.size())) {
            value = algorithm.combine(value, decode(part), part.size());
        }
        return Base64.getEncoder().encodeToString(value);
    }

    private static String composite(ChecksumAlgorithm algorithm, List<Part> parts) {
        Hash hash = algorithm.hash();
        for (Part part : parts) {
            byte[] value = decode(part);
            hash.update(value, 0, value.length);
        }
        return Base64.getEncoder().encodeToString(hash.value()) + "-" + parts.size();
    }

    private static byte[] decode(Part part) {
        String checksum = part.checksum();
        return Base64.getDecoder().decode(checksum == null ? "" : checksum);
    }
}
