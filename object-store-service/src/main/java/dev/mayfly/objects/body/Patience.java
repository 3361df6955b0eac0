package dev.mayfly.objects.body;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How slow a client may be.
 *
 * @param window what is waited for within one is counted
 * @param bytesPerSecond the least that must come, on average over each window
 * @param nanoTime a clock, in nanoseconds
 */
public record Patience(Duration window, long bytesPerSecond, LongSupplier nanoTime) {
    /** As the other, by the system's clock. */
    public Patience(Duration window, long bytesPerSecond) {
        this(window, bytesPerSecond, System::nanoTime);
    }

    /** The body of a request, with the patience that it is to be read with. Fails as {@link #limit} says. */
    public static InputStream of(S3Request request) throws IOException {
        Patience patience = request.attached(Patience.class);
        return patience == null ? request.body() : patience.limit(request.body());
    }

    /** What a client is told that was too slow. The connection ends with it. */
    public static S3Exception exhausted() {
        return new S3Exception(S3Error.REQUEST_TIMEOUT).with(Map.of("Connection", "close"));
    }

    /** Fails with {@link SocketTimeoutException} when the client is too slow. Only waiting for it counts, not what is done between. */
    InputStream limit(InputStream in) {
        return new Limited(in);
    }

    private final class Limited extends FilterInputStream {
        private final long least = window.toMillis() * bytesPerSecond / 1000;
        private long waited;
        private long came;

        Limited(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            long begun = nanoTime.getAsLong();
            int one = in.read();
            count(begun, one < 0 ? one : 1);
            return one;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            long begun = nanoTime.getAsLong();
            int count = in.read(buffer, offset, length);
            count(begun, count);
            return count;
        }

        private void count(long begun, int count) throws SocketTimeoutException {
            waited += nanoTime.getAsLong() - begun;
            came += count;
            if (count < 0 || waited < window.toNanos()) {
                return;
            }
            if (came < least) {
                throw new SocketTimeoutException(
                        "The client sent " + came + " bytes while it was waited for during " + window);
            }
            waited = 0;
            came = 0;
        }
    }
}
