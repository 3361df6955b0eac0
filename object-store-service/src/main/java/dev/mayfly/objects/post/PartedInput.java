package dev.mayfly.objects.post;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The bytes of one part after the other: each ends before the line that begins with the boundary. */
final class PartedInput extends InputStream {
    private static final int BUFFER_BYTES = 8 << 10;

    private final InputStream in;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int start;
    private int end;
    /** Up to here the buffer is known to hold bytes of the part. */
    private int safeEnd;

    private boolean atDelimiter;

    PartedInput(InputStream in, String boundary) {
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        // The first boundary has no line before it.
        buffer[0] = '\r';
        buffer[1] = '\n';
        this.end = 2;
    }

    /** Reads up to the first boundary, which must come within so many bytes. */
    void skipPreamble(int limit) throws IOException {
        if (readNBytes(limit).length == limit) {
            throw new IOException("The form's first boundary does not come");
        }
    }

    /** Goes on to the next part; false when there is none. */
    boolean nextPart() throws IOException {
        skipPart();
        start += delimiter.length;
        atDelimiter = false;
        int first = next();
        int second = next();
        if (first == '-' && second == '-') {
            return false;
        }
        while (first == ' ' || first == '\t') {
            first = second;
            second = next();
        }
        if (first != '\r' || second != '\n') {
            throw new IOException("A boundary does not end its line");
        }
        return true;
    }

    private void skipPart() throws IOException {
        byte[] sink = new byte[4096];
        while (read(sink, 0, sink.length) >= 0) {
            // what nobody asked for
        }
    }

    private int next() throws IOException {
        if (start == end && !fill()) {
            throw new IOException("The form ends too early");
        }
        return buffer[start++] & 0xFF;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!atDelimiter) {
            if (safeEnd <= start) {
                safeEnd = findSafeEnd();
            }
            if (safeEnd > start) {
                int count = Math.min(safeEnd - start, length);
                System.arraycopy(buffer, start, into, offset, count);
                start += count;
                return count;
            }
            if (!atDelimiter && !fill()) {
                throw new IOException("The form ends within a part");
            }
        }
        return -1;
    }

    /** Up to where bytes belong to the part for certain; notes when there are none because it ends. */
    private int findSafeEnd() {
        for (int at = start; at < end; at++) {
            if (buffer[at] == '\r') {
                int matched = matched(at);
                if (matched == delimiter.length) {
                    atDelimiter = at == start;
                    return at;
                }
                if (at + matched == end) {
                    return at;
                }
            }
        }
        return end;
    }

    private int matched(int at) {
        int count = 0;
        while (count < delimiter.length && at + count < end && buffer[at + count] == delimiter[count]) {
            count++;
        }
        return count;
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
            safeEnd = 0;
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            return false;
        }
        end += count;
        return true;
    }
}
