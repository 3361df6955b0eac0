package dev.mayfly.objects.body;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which checksum a request asks for, and where its value stands.
 *
 * @param algorithm null for none
 * @param value from a header; null when it comes as a trailer or is only wanted
 * @param trailing whether it must come as a trailer
 */
record ExpectedChecksum(
        @Nullable ChecksumAlgorithm algorithm, @Nullable String value, boolean trailing) {

    static final ExpectedChecksum NONE = new ExpectedChecksum(null, null, false);

    static ExpectedChecksum of(S3Request request, @Nullable ChecksumAlgorithm wanted) {
        ChecksumAlgorithm found = null;
        String value = null;
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            String header = request.header(algorithm.header());
            if (header != null) {
                if (found != null) {
                    throw new S3Exception(
                            S3Error.INVALID_REQUEST,
                            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
                }
                found = algorithm;
                value = header.strip();
                decode(algorithm, value);
            }
        }
        String trailer = request.header("x-amz-trailer");
        if (found == null && trailer != null) {
            found = ChecksumAlgorithm.ofHeader(trailer.strip().toLowerCase(Locale.ROOT));
            if (found == null) {
                throw new S3Exception(
                        S3Error.INVALID_REQUEST, "The value specified in the x-amz-trailer header is not supported");
            }
            return new ExpectedChecksum(found, null, true);
        }
        if (found == null) {
            ChecksumAlgorithm named = ChecksumAlgorithm.named(request.header("x-amz-sdk-checksum-algorithm"));
            return new ExpectedChecksum(named == null ? wanted : named, null, false);
        }
        return new ExpectedChecksum(found, value, false);
    }

    boolean isExpected() {
        return value != null || trailing;
    }

    @Nullable
    Hash start() {
        return algorithm == null ? null : algorithm.hash();
    }

    /** The checksum of what was hashed, once it is what the client said. */
    @Nullable
    ObjectChecksum verify(Hash hash, Map<String, String> trailers) {
        ChecksumAlgorithm known = algorithm;
        if (known == null) {
            return null;
        }
        String told = value;
        if (trailing) {
            told = trailers.get(known.header());
            if (told == null) {
                throw new S3Exception(S3Error.MALFORMED_TRAILER);
            }
        }
        byte[] computed = hash.value();
        if (told != null && !Arrays.equals(decode(known, told), computed)) {
            throw new S3Exception(
                    S3Error.BAD_DIGEST,
                    "The " + known.name() + " you specified did not match the calculated checksum.");
        }
        return new ObjectChecksum(known, Base64.getEncoder().encodeToString(computed), ObjectChecksum.Type.FULL_OBJECT);
    }

    private static byte[] decode(ChecksumAlgorithm algorithm, String value) {
        try {
            byte[] decoded = Base64.getDecoder().decode(value);
            if (decoded.length == algorithm.bytes()) {
                return decoded;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new S3Exception(S3Error.BAD_DIGEST, "Value for " + algorithm.header() + " header is invalid.");
    }
}
