package dev.mayfly.objects.body;

import dev.mayfly.contracts.trust.Voucher.PayloadSignature;
import dev.mayfly.objects.blob.ContentReader;
import dev.mayfly.objects.blob.Sink;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request and everything that its client said about it. Nothing may become visible of what {@link #copyTo}
 * handed on before it has returned.
 */
public final class RequestBody {
    private static final String STREAMING = "STREAMING-";
    private static final String SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private static final String SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private static final String UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    private static final int SHA256_HEX = 64;
    private static final int MD5_BYTES = 16;

    private final S3Request request;
    private final @Nullable PayloadSignature payload;
    private final ExpectedChecksum checksum;
    private final byte @Nullable [] expectedMd5;
    private final long length;

    private RequestBody(S3Request request, ExpectedChecksum checksum, long limit) {
        this.request = request;
        this.payload = request.voucher().payload();
        this.checksum = checksum;
        this.expectedMd5 = contentMd5(request.header("content-md5"));
        this.length = announcedLength();
        if (length > limit) {
            throw new S3Exception(
                    S3Error.ENTITY_TOO_LARGE,
                    S3Error.ENTITY_TOO_LARGE.message(),
                    Map.of("ProposedSize", Long.toString(length), "MaxSizeAllowed", Long.toString(limit)));
        }
    }

    /**
     * Checks what the headers say; reads nothing.
     *
     * @param wanted also computed, though the client does not send it
     * @param limit longest body in bytes
     */
    public static RequestBody of(S3Request request, @Nullable ChecksumAlgorithm wanted, long limit) {
        return new RequestBody(request, ExpectedChecksum.of(request, wanted), limit);
    }

    /** A whole document in memory, verified. */
    public static byte[] document(S3Request request, int limit) throws IOException {
        return document(request, ExpectedChecksum.of(request, null), limit);
    }

    /** As {@link #document}, where checksums in headers are those of the object that the document is about. */
    public static byte[] documentAboutObject(S3Request request, int limit) throws IOException {
        return document(request, ExpectedChecksum.NONE, limit);
    }

    private static byte[] document(S3Request request, ExpectedChecksum checksum, int limit) throws IOException {
        var body = new RequestBody(request, checksum, limit);
        var bytes = new ByteArrayOutputStream();
        body.copyTo((buffer, offset, count) -> {
            if (bytes.size() + count > limit) {
                throw new S3Exception(S3Error.MALFORMED_XML);
            }
            bytes.write(buffer, offset, count);
        });
        return bytes.toByteArray();
    }

    /** Whether the client sent something to check the body's integrity by. */
    public static boolean isProtected(S3Request request) {
        return request.header("content-md5") != null
                || ExpectedChecksum.of(request, null).isExpected();
    }

    /** What was read. */
    public record Summary(long length, String md5, @Nullable ObjectChecksum checksum) {}

    /** Bytes that will come, without the framing; -1 when that is not known. */
    public long length() {
        return length;
    }

    /**
     * Hands everything to {@code sink}, then verifies all of it.
     *
     * @throws S3Exception when the body is not what the client said
     * @throws IOException from the sink only
     */
    public Summary copyTo(Sink sink) throws IOException {
        String sha256 = payload == null ? null : payload.contentSha256();
        Hash signed = sha256 != null && sha256.length() == SHA256_HEX ? ChecksumAlgorithm.SHA256.hash() : null;
        Hash md5 = Hash.digest("MD5");
        Hash sum = checksum.start();
        InputStream in = input(sha256);
        byte[] buffer = new byte
                [length < 0 ? ContentReader.BUFFER_BYTES : (int) Math.clamp(length, 512, ContentReader.BUFFER_BYTES)];
        long total = 0;
        int read = read(in, buffer);
        while (read >= 0) {
            total += read;
            if (length >= 0 && total > length) {
                throw new S3Exception(S3Error.INCOMPLETE_BODY, "The request body is longer than announced");
            }
            md5.update(buffer, 0, read);
            if (signed != null) {
                signed.update(buffer, 0, read);
            }
            if (sum != null) {
                sum.update(buffer, 0, read);
            }
            request.received(read);
            sink.write(buffer, 0, read);
            read = read(in, buffer);
        }
        if (length >= 0 && total != length) {
            throw new S3Exception(S3Error.INCOMPLETE_BODY);
        }
        if (signed != null && sha256 != null) {
            verifySha256(sha256, signed.value());
        }
        byte[] md5Value = md5.value();
        if (expectedMd5 != null && !Arrays.equals(expectedMd5, md5Value)) {
            throw new S3Exception(S3Error.BAD_DIGEST, "The Content-MD5 you specified did not match what we received.");
        }
        Map<String, String> trailers = in instanceof AwsChunkedInput chunked ? chunked.trailers() : Map.of();
        return new Summary(
                total, HexFormat.of().formatHex(md5Value), sum == null ? null : checksum.verify(sum, trailers));
    }

    private InputStream input(@Nullable String sha256) throws IOException {
        InputStream raw = Patience.of(request);
        if (payload == null || sha256 == null || !sha256.startsWith(STREAMING)) {
            return raw;
        }
        return switch (sha256) {
            case SIGNED -> new AwsChunkedInput(raw, new ChunkSignatures(payload), false);
            case SIGNED_TRAILER -> new AwsChunkedInput(raw, new ChunkSignatures(payload), true);
            case UNSIGNED_TRAILER -> new AwsChunkedInput(raw, null, true);
            default -> throw S3Exception.notImplemented("The payload signature " + sha256);
        };
    }

    private static int read(InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (SocketTimeoutException e) {
            throw Patience.exhausted();
        } catch (IOException e) {
            throw new S3Exception(S3Error.INCOMPLETE_BODY);
        }
    }

    private long announcedLength() {
        if (payload != null && payload.contentSha256().startsWith(STREAMING)) {
            String decoded = request.header("x-amz-decoded-content-length");
            if (decoded == null) {
                throw new S3Exception(S3Error.MISSING_CONTENT_LENGTH);
            }
            try {
                long announced = Long.parseLong(decoded.strip());
                if (announced >= 0) {
                    return announced;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw S3Exception.invalidArgument(
                    "x-amz-decoded-content-length", decoded, "x-amz-decoded-content-length must be a length in bytes");
        }
        long announced = request.contentLength();
        if (announced < 0 && !request.mayOmitLength()) {
            throw new S3Exception(S3Error.MISSING_CONTENT_LENGTH);
        }
        return announced;
    }

    private static void verifySha256(String expected, byte[] value) {
        byte[] wanted;
        try {
            wanted = HexFormat.of().parseHex(expected.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw S3Exception.invalidArgument(
                    "x-amz-content-sha256", expected, "x-amz-content-sha256 must be a hex SHA-256 or a known constant");
        }
        if (!MessageDigest.isEqual(wanted, value)) {
            throw new S3Exception(
                    S3Error.CONTENT_SHA256_MISMATCH,
                    S3Error.CONTENT_SHA256_MISMATCH.message(),
                    Map.of(
                            "ClientComputedContentSHA256",
                            expected,
                            "S3ComputedContentSHA256",
                            HexFormat.of().formatHex(value)));
        }
    }

    private static byte @Nullable [] contentMd5(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            byte[] md5 = Base64.getDecoder().decode(header.strip());
            if (md5.length == MD5_BYTES) {
                return md5;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new S3Exception(S3Error.INVALID_DIGEST);
    }
}
