package dev.mayfly.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest whose kernel is hostile can send: here it is the test. */
@Timeout(30)
class AgentLinkTest {
    private static final long WAIT = 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final BlockingQueue<String> logged = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final CompletableFuture<Integer> exited = new CompletableFuture<>();
    private final AtomicLong peak = new AtomicLong();

    @SuppressWarnings("NullAway.Init")
    private SocketChannel guest;

    @SuppressWarnings("NullAway.Init")
    private Frame.Source fromHost;

    @SuppressWarnings("NullAway.Init")
    private AgentLink link;

    @BeforeEach
    void open() throws IOException {
        SocketPair pair = SocketPair.connect(folder.resolve("port.sock"));
        guest = pair.first();
        fromHost = new Frame.Source(guest);
        link = new AgentLink(pair.second(), new AgentLink.Listener() {
            @Override
            public void log(byte[] bytes) {
                logged.add(new String(bytes, StandardCharsets.UTF_8));
            }

            @Override
            public void exited(int waitStatus, int oomKills) {
                exited.complete(waitStatus);
            }

            @Override
            public void peakMemory(long bytes) {
                peak.set(bytes);
            }

            @Override
            public void closed() {
                closed.complete(null);
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        link.close();
        guest.close();
    }

    private void send(Frame frame) throws IOException {
        ByteBuffer bytes = frame.encoded();
        while (bytes.hasRemaining()) {
            guest.write(bytes);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private ServerSocketChannel service(AgentLink.Service service) throws IOException {
        var address = UnixDomainSocketAddress.of(folder.resolve(service + ".sock"));
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(address);
        link.offer(service, () -> SocketChannel.open(address));
        return listener;
    }

    private void openStream(int id, int generation, AgentLink.Service service) throws IOException {
        send(new Frame(Frame.OPEN, id, generation, new byte[] {(byte) service.ordinal()}));
    }

    private void assertEnded() throws Exception {
        closed.get(WAIT, TimeUnit.SECONDS);
        assertThatThrownBy(() -> {
                    while (true) {
                        fromHost.next();
                    }
                })
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> link.command(Frame.SEED, Frame.NOTHING, WAIT, TimeUnit.SECONDS))
                .isInstanceOf(IOException.class);
    }

    @Test
    void tellsWhatTheGuestTells() throws Exception {
        send(Frame.of(Frame.HELLO));
        link.awaitHello(WAIT, TimeUnit.SECONDS);
        send(Frame.of(Frame.LOG, bytes("a line")));
        send(Frame.of(Frame.STATS, ByteBuffer.allocate(8).putLong(77).array()));
        send(Frame.of(Frame.EXIT, ByteBuffer.allocate(8).putInt(768).putInt(0).array()));
        assertThat(exited.get(WAIT, TimeUnit.SECONDS)).isEqualTo(768);
        assertThat(logged).containsExactly("a line");
        assertThat(peak).hasValue(77);
    }

    @Test
    void aCommandThatFailsSaysWhy() throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> failure.complete(org.assertj.core.api.Assertions.catchThrowable(
                        () -> link.command(Frame.PREPARE, bytes("memory=1"), WAIT, TimeUnit.SECONDS))));
        assertThat(fromHost.next().type()).isEqualTo(Frame.PREPARE);
        send(Frame.of(Frame.FAILED, bytes("/tmp: no")));
        assertThat(failure.get(WAIT, TimeUnit.SECONDS))
                .isInstanceOf(IOException.class)
                .hasMessage("/tmp: no");
    }

    @Test
    void repliesThatNobodyWaitsForAreIgnored() throws Exception {
        send(Frame.of(Frame.DONE));
        send(Frame.of(Frame.FAILED, bytes("no")));
        send(Frame.of(Frame.LOG, bytes("still there")));
        assertThat(logged.poll(WAIT, TimeUnit.SECONDS)).isEqualTo("still there");
    }

    @ParameterizedTest
    @CsvSource({
        "a type that there is not,            3F, 0, 00",
        "a kind of stream that ends too early, 4F, 1, ''",
        "an exit without its status,          51, 0, 0000",
        "a peak that is cut short,            4D, 0, 00",
        "our connection with half its ticket,  4F, 2, 030000",
        "stream 0,                            4F, 0, 00",
        "a stream beyond the last,            4F, 48, 00",
        "a stream far beyond the last,        4F, 255, 00"
    })
    void framesAgainstTheRulesEndTheLink(String what, String type, int stream, String content) throws Exception {
        byte[] bytes = java.util.HexFormat.of().parseHex(content);
        send(new Frame((byte) Integer.parseInt(type, 16), stream, 0, bytes));
        assertEnded();
        assertThat(what).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({"65537", "2147483647", "-1", "-2147483648"})
    void lengthsAgainstTheRulesEndTheLink(int length) throws Exception {
        guest.write(ByteBuffer.allocate(8)
                .put(Frame.LOG)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(length)
                .flip());
        assertEnded();
    }

    @Test
    void aStreamThatIsOpenedTwiceEndsTheLink() throws Exception {
        try (ServerSocketChannel _ = service(AgentLink.Service.GATEWAY)) {
            openStream(2, 1, AgentLink.Service.GATEWAY);
            openStream(2, 2, AgentLink.Service.GATEWAY);
            assertEnded();
        }
    }

    @Test
    void aServiceThatIsNotOfferedIsRefused() throws Exception {
        for (int number : new int[] {0, 1, 2, 3, 200}) {
            send(new Frame(Frame.OPEN, 2, 1, new byte[] {(byte) number, 0, 0, 0, 1}));
            Frame answer = fromHost.next();
            assertThat(answer.type()).isEqualTo(Frame.RESET);
            assertThat(answer.stream()).isEqualTo(2);
        }
        assertThat(closed).isNotDone();
    }

    private CompletableFuture<SocketChannel> dial(int port) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return link.dial(port, folder.resolve("http.sock"));
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    private byte[] ticket(int port) throws IOException {
        Frame wish = fromHost.next();
        while (wish.type() == Frame.EOF || wish.type() == Frame.RESET) {
            wish = fromHost.next(); // of the stream before
        }
        assertThat(wish.type()).isEqualTo(Frame.DIAL);
        ByteBuffer content = wish.reader(8);
        assertThat(content.getInt()).isEqualTo(port);
        return ByteBuffer.allocate(4).putInt(content.getInt()).array();
    }

    @Test
    void aPortInTheGuestIsReachedWhenTheGuestSaysSoAndOnce() throws Exception {
        var refused = dial(4242);
        send(Frame.of(Frame.UNREACHED, ticket(4242)));
        assertThat(refused)
                .failsWithin(Duration.ofSeconds(WAIT))
                .withThrowableThat()
                .withMessageContaining("Nobody listens there");
        var reached = dial(4243);
        byte[] opening = ByteBuffer.allocate(5).put((byte) 3).put(ticket(4243)).array();
        send(new Frame(Frame.OPEN, 2, 1, opening));
        try (SocketChannel channel = reached.get(WAIT, TimeUnit.SECONDS)) {
            channel.write(ByteBuffer.wrap(bytes("pushed")));
            Frame pushed = fromHost.next();
            assertThat(new String(pushed.content(), StandardCharsets.UTF_8)).isEqualTo("pushed");
            assertThat(pushed.stream()).isEqualTo(2);
            send(new Frame(Frame.OPEN, 3, 1, opening));
            Frame answer = fromHost.next();
            assertThat(answer.type()).isEqualTo(Frame.RESET);
            assertThat(answer.stream()).isEqualTo(3);
        }
        var unanswered = dial(4244);
        ticket(4244);
        guest.close();
        assertThat(unanswered).failsWithin(Duration.ofSeconds(WAIT));
    }

    @Test
    void whoWaitsForAConnectionThatTheGuestNeverMakesLearnsOfItsEnd() throws Exception {
        SocketPair pair = SocketPair.connect(folder.resolve("api.sock"));
        link.offer(AgentLink.Service.RUNTIME_FRAMES, pair);
        guest.close();
        assertThat(pair.open().read(ByteBuffer.allocate(1))).isNegative();
        pair.close();
    }

    @Test
    void framesForStreamsThatThereAreNotAreIgnored() throws Exception {
        for (byte type : new byte[] {Frame.DATA, Frame.EOF, Frame.RESET, Frame.WINDOW}) {
            send(new Frame(type, 40, 9, new byte[] {0, 0, 0, 1}));
        }
        send(Frame.of(Frame.LOG, bytes("still there")));
        assertThat(logged.poll(WAIT, TimeUnit.SECONDS)).isEqualTo("still there");
    }

    @Test
    void carriesBothWaysAndEnds() throws Exception {
        try (ServerSocketChannel gateway = service(AgentLink.Service.GATEWAY)) {
            openStream(2, 5, AgentLink.Service.GATEWAY);
            try (SocketChannel far = gateway.accept()) {
                send(new Frame(Frame.DATA, 2, 5, bytes("question")));
                ByteBuffer buffer = ByteBuffer.allocate(100);
                far.read(buffer);
                assertThat(new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8))
                        .isEqualTo("question");
                far.write(ByteBuffer.wrap(bytes("answer")));
                Frame answer = fromHost.next();
                assertThat(answer.type()).isEqualTo(Frame.DATA);
                assertThat(answer.generation()).isEqualTo(5);
                assertThat(answer.content()).isEqualTo(bytes("answer"));
                send(new Frame(Frame.EOF, 2, 5, Frame.NOTHING));
                assertThat(far.read(buffer.clear())).isEqualTo(-1);
                far.shutdownOutput();
                assertThat(fromHost.next().type()).isEqualTo(Frame.EOF);
                send(new Frame(Frame.RESET, 2, 5, Frame.NOTHING));
                openStream(2, 6, AgentLink.Service.GATEWAY);
                gateway.accept().close();
                assertThat(fromHost.next().generation()).isEqualTo(6);
            }
        }
    }

    @Test
    void aGuestThatSendsMoreThanItsWindowEndsTheLink() throws Exception {
        try (ServerSocketChannel gateway = service(AgentLink.Service.GATEWAY)) {
            openStream(2, 1, AgentLink.Service.GATEWAY);
            try (SocketChannel _ = gateway.accept()) { // and nobody reads
                assertThatThrownBy(() -> {
                            while (true) {
                                send(new Frame(Frame.DATA, 2, 1, new byte[Frame.MAX_CONTENT]));
                            }
                        })
                        .isInstanceOf(IOException.class);
                assertEnded();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(bytes = {Frame.EOF, Frame.DATA})
    void aGuestThatGoesOnAfterItsEndEndsTheLink(byte type) throws Exception {
        try (ServerSocketChannel gateway = service(AgentLink.Service.GATEWAY)) {
            openStream(2, 1, AgentLink.Service.GATEWAY);
            try (SocketChannel far = gateway.accept()) {
                send(new Frame(Frame.EOF, 2, 1, Frame.NOTHING));
                assertThat(far.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                send(new Frame(type, 2, 1, Frame.NOTHING));
                assertEnded();
            }
        }
    }

    @Test
    void aGuestThatDoesNotReadIsSentItsWindowOnly() throws Exception {
        try (ServerSocketChannel gateway = service(AgentLink.Service.GATEWAY)) {
            openStream(2, 1, AgentLink.Service.GATEWAY);
            try (SocketChannel far = gateway.accept()) {
                Thread.ofVirtual().start(() -> {
                    ByteBuffer endless = ByteBuffer.allocate(1 << 20);
                    try {
                        while (far.write(endless.clear()) >= 0) {}
                    } catch (IOException e) {
                        return; // the test has ended
                    }
                });
                int got = 0;
                while (got < GuestStream.WINDOW) {
                    got += fromHost.next().content().length;
                }
                assertThat(got).isEqualTo(GuestStream.WINDOW);
                send(new Frame(Frame.WINDOW, 2, 1, Frame.number(10)));
                assertThat(fromHost.next().content()).hasSize(10);
                send(new Frame(Frame.WINDOW, 2, 1, Frame.number(GuestStream.WINDOW + 1)));
                assertEnded();
            }
        }
    }

    @Test
    void aFloodOfLogsIsTaken() throws Exception {
        byte[] chunk = new byte[Frame.MAX_CONTENT];
        for (int i = 0; i < 200; i++) {
            send(Frame.of(Frame.LOG, chunk));
        }
        send(Frame.of(Frame.EXIT, new byte[8]));
        assertThat(exited.get(WAIT, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void anEndEndsEveryStream() throws Exception {
        try (ServerSocketChannel gateway = service(AgentLink.Service.GATEWAY)) {
            openStream(2, 1, AgentLink.Service.GATEWAY);
            try (SocketChannel far = gateway.accept()) {
                guest.close();
                closed.get(WAIT, TimeUnit.SECONDS);
                assertThat(far.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                assertThatThrownBy(() -> link.awaitHello(WAIT, TimeUnit.SECONDS))
                        .isInstanceOf(IOException.class)
                        .hasRootCauseInstanceOf(EOFException.class);
            }
        }
    }
}
