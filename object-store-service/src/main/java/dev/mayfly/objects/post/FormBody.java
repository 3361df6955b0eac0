package dev.mayfly.objects.post;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The file of a form, which may only be so long as the form's policy says. */
final class FormBody extends InputStream {
    private final InputStream in;
    private final long min;
    private final long max;
    private long read;

    FormBody(InputStream in, long min, long max) {
        this.in = in;
        this.min = min;
        this.max = max;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = in.read(into, offset, length);
        if (count < 0 && read < min) {
            throw refused(S3Error.ENTITY_TOO_SMALL, "MinSizeAllowed", min);
        }
        read += Math.max(count, 0);
        if (read > max) {
            throw refused(S3Error.ENTITY_TOO_LARGE, "MaxSizeAllowed", max);
        }
        return count;
    }

    private S3Exception refused(S3Error error, String name, long limit) {
        return new S3Exception(
                error, error.message(), Map.of("ProposedSize", Long.toString(read), name, Long.toString(limit)));
    }
}
