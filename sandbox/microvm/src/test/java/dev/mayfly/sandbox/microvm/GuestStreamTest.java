package dev.mayfly.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a hostile guest can make the host keep. */
@Timeout(60)
class GuestStreamTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static final class Nothing implements AgentLink.Listener {
        @Override
        public void log(byte[] bytes) {}

        @Override
        public void exited(int waitStatus, int oomKills) {}

        @Override
        public void peakMemory(long bytes) {}

        @Override
        public void closed() {}
    }

    @Test
    void bytesThatComeOneByOneWaitInFewPieces() throws Exception {
        SocketPair port = SocketPair.connect(folder.resolve("port.sock"));
        var link = new AgentLink(port.second(), new Nothing());
        var stream = new GuestStream(2, 1, null, link);
        var sent = ByteBuffer.allocate(GuestStream.WINDOW);
        while (sent.hasRemaining()) {
            byte each = (byte) (sent.position() * 31 >> 4);
            stream.receive(new Frame(Frame.DATA, 2, 1, new byte[] {each}));
            sent.put(each);
        }
        assertThat(stream.waitingPieces()).isLessThanOrEqualTo(GuestStream.WINDOW / 4096);
        assertThatThrownBy(() -> stream.receive(new Frame(Frame.DATA, 2, 1, new byte[1])))
                .isInstanceOf(IOException.class);
        SocketPair pair = SocketPair.connect(folder.resolve("far.sock"));
        try (SocketChannel far = pair.first()) {
            stream.attach(pair.second());
            var got = ByteBuffer.allocate(GuestStream.WINDOW);
            while (got.hasRemaining()) {
                assertThat(far.read(got)).isPositive();
            }
            assertThat(got.array()).isEqualTo(sent.array());
        }
        stream.end();
        link.close();
        port.first().close();
    }
}
