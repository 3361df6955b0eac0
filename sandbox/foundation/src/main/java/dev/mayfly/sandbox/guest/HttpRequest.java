package dev.mayfly.sandbox.guest;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 request as a hostile client may send it: head and body are bounded, and what is not well-formed is refused.
 *
 * @param headers names in lower case
 */
record HttpRequest(String method, String path, Map<String, String> headers) {
    private static final int MAX_HEAD = 16 * 1024;

    /** The request cannot be served, and neither can the rest of its connection. */
    static final class BadRequestException extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;

        BadRequestException(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** The body is larger than allowed. */
    static final class BodyTooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Reads a head; null when the client closed the connection instead. */
    static @Nullable HttpRequest readHead(InputStream in) throws IOException {
        Lines lines = new Lines(in, MAX_HEAD);
        String first = lines.nextOrNull();
        if (first == null) {
            return null;
        }
        String[] parts = first.split(" ", -1);
        if (parts.length != 3 || !parts[2].startsWith("HTTP/1.") || !parts[1].startsWith("/")) {
            throw new BadRequestException(400, "Malformed request line");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(colon - 1) == ' ') {
                throw new BadRequestException(400, "Malformed header");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (headers.put(name, line.substring(colon + 1).strip()) != null
                    && (name.equals("content-length") || name.equals("transfer-encoding"))) {
                throw new BadRequestException(400, "Repeated " + name);
            }
        }
        return new HttpRequest(parts[0], parts[1], headers);
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    boolean keepsConnection() {
        return !header("connection").equalsIgnoreCase("close");
    }

    /**
     * Reads the body whole.
     *
     * @throws BodyTooLargeException when it is, or says that it is, larger than {@code limit} bytes
     */
    byte[] readBody(InputStream in, int limit, Map<String, String> trailers) throws IOException {
        HttpBody body = HttpBody.of(this, in, limit);
        var whole = new ByteArrayOutputStream((int) Math.max(body.announced(), 32));
        byte[] piece = new byte[(int) Math.clamp(body.announced(), 1024, 64 * 1024)];
        for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
            whole.write(piece, 0, read);
        }
        trailers.putAll(body.trailers());
        return whole.toByteArray();
    }

    static void readTrailers(InputStream in, Map<String, String> trailers) throws IOException {
        Lines lines = new Lines(in, MAX_HEAD);
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                trailers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
    }

    /** Lines that end in CRLF or LF, bounded in sum. */
    static final class Lines {
        private final InputStream in;
        private int left;

        Lines(InputStream in, int limit) {
            this.in = in;
            this.left = limit;
        }

        String next() throws IOException {
            String line = nextOrNull();
            if (line == null) {
                throw new EOFException();
            }
            return line;
        }

        @Nullable
        String nextOrNull() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(128);
            while (true) {
                int next = in.read();
                if (next < 0) {
                    if (line.size() == 0) {
                        return null;
                    }
                    throw new EOFException();
                }
                if (--left < 0) {
                    throw new BadRequestException(431, "Request head too large");
                }
                if (next == '\n') {
                    String text = line.toString(StandardCharsets.ISO_8859_1);
                    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
                }
                if (next == 0) {
                    throw new BadRequestException(400, "Malformed request");
                }
                line.write(next);
            }
        }
    }
}
