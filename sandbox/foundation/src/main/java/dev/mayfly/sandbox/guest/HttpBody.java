package dev.mayfly.sandbox.guest;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/** The body of a request, read piece by piece: of a length told ahead, or in chunks with trailers after the last. */
final class HttpBody {
    private final InputStream in;
    private final boolean chunked;
    private final long limit;
    private final Map<String, String> trailers = new HashMap<>();
    private long left;
    private long announced;
    private boolean first = true;
    private boolean ended;

    private HttpBody(InputStream in, boolean chunked, long left, long limit) throws HttpRequest.BodyTooLargeException {
        this.in = in;
        this.chunked = chunked;
        this.left = left;
        this.limit = limit;
        this.ended = !chunked && left == 0;
        announce();
    }

    /** Refuses what says that it will be too large before it is sent. */
    private void announce() throws HttpRequest.BodyTooLargeException {
        announced += left;
        if (announced > limit) {
            throw new HttpRequest.BodyTooLargeException();
        }
    }

    /**
     * @param limit of the whole body, in bytes
     */
    static HttpBody of(HttpRequest request, InputStream in, long limit) throws IOException {
        String encoding = request.header("transfer-encoding");
        String length = request.header("content-length");
        if (encoding.equalsIgnoreCase("chunked")) {
            if (!length.isEmpty()) {
                throw new HttpRequest.BadRequestException(400, "Both Content-Length and Transfer-Encoding");
            }
            return new HttpBody(in, true, 0, limit);
        }
        if (!encoding.isEmpty()) {
            throw new HttpRequest.BadRequestException(501, "Unknown Transfer-Encoding");
        }
        if (!length.isEmpty() && !length.matches("\\d{1,18}")) {
            throw new HttpRequest.BadRequestException(400, "Malformed Content-Length");
        }
        return new HttpBody(in, false, length.isEmpty() ? 0 : Long.parseLong(length), limit);
    }

    /** Bytes that are still announced: of the whole body, or of the chunk that is being read. */
    long announced() {
        return left;
    }

    /** Those of a chunked body that has been read to its end; names in lower case. */
    Map<String, String> trailers() {
        return trailers;
    }

    /**
     * Reads what is there, at least one byte.
     *
     * @return how many, or -1 at the end
     * @throws EOFException when the client stopped before the end
     */
    int read(byte[] buffer) throws IOException {
        if (chunked && left == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
            throw new EOFException();
        }
        left -= read;
        if (!chunked && left == 0) {
            ended = true;
        }
        return read;
    }

    private void nextChunk() throws IOException {
        if (!first && !new HttpRequest.Lines(in, 2).next().isEmpty()) {
            throw new HttpRequest.BadRequestException(400, "Malformed chunk");
        }
        first = false;
        String size = new HttpRequest.Lines(in, 256).next();
        int extension = size.indexOf(';');
        String digits = (extension < 0 ? size : size.substring(0, extension)).strip();
        if (!digits.matches("[0-9a-fA-F]{1,8}")) {
            throw new HttpRequest.BadRequestException(400, "Malformed chunk");
        }
        left = Long.parseLong(digits, 16);
        announce();
        if (left == 0) {
            ended = true;
            HttpRequest.readTrailers(in, trailers);
        }
    }
}
