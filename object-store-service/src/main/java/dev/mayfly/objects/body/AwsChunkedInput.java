package dev.mayfly.objects.body;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes {@code aws-chunked}. A signed chunk's bytes are handed on before its end is seen, and verified there: whoever
 * reads must not let anybody see them before the stream has ended. What is not as it should be is an {@link S3Exception}.
 */
final class AwsChunkedInput extends InputStream {
    private static final int MAX_LINE = 16 << 10;
    private static final int MAX_TRAILERS = 32;
    private static final int MAX_AFTER_END = 4;
    private static final String SIGNATURE = "chunk-signature=";

    private final InputStream in;
    private final @Nullable ChunkSignatures signatures;
    private final boolean trailing;
    private final MessageDigest sha256 = Hash.messageDigest("SHA-256");
    private final Map<String, String> trailers = new LinkedHashMap<>();
    private final byte[] buffer = new byte[8 << 10];
    private int position;
    private int limit;
    private long left;
    private String chunkSignature = "";
    private boolean started;
    private boolean ended;

    /**
     * @param signatures null for an unsigned body
     * @param trailing whether trailers follow the last chunk
     */
    AwsChunkedInput(InputStream in, @Nullable ChunkSignatures signatures, boolean trailing) {
        this.in = in;
        this.signatures = signatures;
        this.trailing = trailing;
    }

    /** What followed the last chunk, names in lower case; complete once the stream has ended. */
    Map<String, String> trailers() {
        return trailers;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (left == 0) {
            if (ended) {
                return -1;
            }
            nextChunk();
        }
        int wanted = (int) Math.min(length, left);
        int read;
        if (position < limit) {
            read = Math.min(wanted, limit - position);
            System.arraycopy(buffer, position, bytes, offset, read);
            position += read;
        } else {
            read = in.read(bytes, offset, wanted);
            if (read < 0) {
                throw new EOFException("The body ends within a chunk");
            }
        }
        left -= read;
        if (signatures != null) {
            sha256.update(bytes, offset, read);
        }
        if (left == 0) {
            endChunk();
        }
        return read;
    }

    private void nextChunk() throws IOException {
        String line = line();
        int semicolon = line.indexOf(';');
        left = size(semicolon < 0 ? line : line.substring(0, semicolon));
        if (signatures != null) {
            int at = line.indexOf(SIGNATURE);
            if (at < 0) {
                throw malformed();
            }
            chunkSignature = line.substring(at + SIGNATURE.length()).strip();
        }
        started = true;
        if (left == 0) {
            verifyChunk();
            end();
        }
    }

    private void endChunk() throws IOException {
        if (!line().isEmpty()) {
            throw malformed();
        }
        verifyChunk();
    }

    private void verifyChunk() {
        if (signatures != null) {
            signatures.verifyChunk(sha256.digest(), chunkSignature);
        }
    }

    private void end() throws IOException {
        ended = true;
        var canonical = new StringBuilder();
        String trailerSignature = null;
        while (true) {
            String line = lineOrEnd();
            if (line == null || line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(':');
            if (!trailing || colon < 1 || trailers.size() >= MAX_TRAILERS) {
                throw new S3Exception(S3Error.MALFORMED_TRAILER);
            }
            String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (name.equals("x-amz-trailer-signature")) {
                trailerSignature = value;
            } else {
                trailers.put(name, value);
                canonical.append(name).append(':').append(value).append('\n');
            }
        }
        if (signatures != null && trailing) {
            if (trailerSignature == null) {
                throw new S3Exception(S3Error.MALFORMED_TRAILER);
            }
            signatures.verifyTrailers(canonical.toString(), trailerSignature);
        }
        drain();
    }

    /** Reads the message to its end, so that the connection can be used again; clients differ in line ends here. */
    private void drain() throws IOException {
        int extra = 0;
        while (next() >= 0) {
            extra++;
            if (extra > MAX_AFTER_END) {
                throw malformed();
            }
        }
    }

    private static long size(String hex) {
        try {
            if (hex.isEmpty() || hex.length() > 15) {
                throw malformed();
            }
            long size = Long.parseLong(hex.strip(), 16);
            if (size < 0) {
                throw malformed();
            }
            return size;
        } catch (NumberFormatException e) {
            throw malformed();
        }
    }

    private String line() throws IOException {
        String line = lineOrEnd();
        if (line == null) {
            throw new EOFException(started ? "The body ends between two chunks" : "The body is empty");
        }
        return line;
    }

    /** The next line without its end; null at the end of the stream. */
    private @Nullable String lineOrEnd() throws IOException {
        var line = new StringBuilder(96);
        while (true) {
            int c = next();
            if (c < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            if (c == '\n') {
                int last = line.length() - 1;
                if (last >= 0 && line.charAt(last) == '\r') {
                    line.setLength(last);
                }
                return line.toString();
            }
            if (line.length() == MAX_LINE) {
                throw malformed();
            }
            line.append((char) c);
        }
    }

    private int next() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(buffer, 0, buffer.length));
            if (limit == 0) {
                return -1;
            }
        }
        return buffer[position++] & 0xFF;
    }

    private static S3Exception malformed() {
        return new S3Exception(
                S3Error.INCOMPLETE_BODY, "The request body is not in the aws-chunked format that its headers announce");
    }
}
