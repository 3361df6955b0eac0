package dev.mayfly.objects.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final AtomicLong now = new AtomicLong();
    private final Patience patience = new Patience(Duration.ofSeconds(10), 100, now::get);

    /** A client that takes so long for each buffer of so many bytes. */
    private InputStream client(int bytes, Duration pause) {
        return new ByteArrayInputStream(new byte[100_000]) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                now.addAndGet(pause.toNanos());
                return super.read(buffer, offset, Math.min(bytes, length));
            }
        };
    }

    /** Until the end, or so many bytes. */
    private static int drain(InputStream in, int most) throws IOException {
        byte[] buffer = new byte[50_000];
        int sum = 0;
        for (int count = 0; count >= 0 && sum < most; count = in.read(buffer)) {
            sum += count;
        }
        return sum;
    }

    @Test
    void aByteASecondIsTooSlow() throws IOException {
        InputStream in = patience.limit(client(1, Duration.ofSeconds(1)));
        assertThatThrownBy(() -> drain(in, 20))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("sent 10 bytes");
    }

    @Test
    void whoIsJustFastEnoughGetsToTheEnd() throws IOException {
        assertThat(drain(patience.limit(client(100, Duration.ofSeconds(1))), 100_000))
                .isEqualTo(100_000);
    }

    @Test
    void whoWasFastMayNotBecomeSlow() throws IOException {
        InputStream in = patience.limit(client(50_000, Duration.ofSeconds(1)));
        assertThat(in.read(new byte[50_000])).isEqualTo(50_000);
        // The rest of that window, and the whole of the next.
        for (int i = 0; i < 18; i++) {
            assertThat(in.read(new byte[1])).isOne();
        }
        assertThatThrownBy(() -> in.read(new byte[1])).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void whatIsDoneWithTheBytesDoesNotCount() throws IOException {
        InputStream in = patience.limit(client(1, Duration.ofMillis(1)));
        for (int i = 0; i < 1000; i++) {
            assertThat(in.read(new byte[1])).isOne();
            now.addAndGet(Duration.ofMinutes(1).toNanos());
        }
    }
}
