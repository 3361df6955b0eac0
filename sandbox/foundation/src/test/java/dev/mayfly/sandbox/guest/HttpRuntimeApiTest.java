package dev.mayfly.sandbox.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Runtime API over HTTP, with guests that do as documented and guests that do not. */
class HttpRuntimeApiTest {
    private static final GuestLink.Load NOTHING = new GuestLink.Load("", "", Map.of());

    private ServerSocketChannel listener;
    private HttpLink link;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeEach
    void open() throws Exception {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        link = new HttpLink(listener);
    }

    @AfterEach
    void close() {
        link.close();
        client.close();
    }

    private int port() throws Exception {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    private java.net.http.HttpRequest.Builder request(String path) throws Exception {
        return java.net.http.HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port() + "/2018-06-01/runtime/" + path))
                .timeout(Duration.ofSeconds(10));
    }

    private CompletableFuture<HttpResponse<String>> next() throws Exception {
        return client.sendAsync(request("invocation/next").build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private CompletableFuture<GuestLink.Answer> invoke(String id, String payload) {
        CompletableFuture<GuestLink.Answer> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(link.exchange(
                        new InvocationRequest(
                                id,
                                payload.getBytes(StandardCharsets.UTF_8),
                                Duration.ofSeconds(3),
                                "arn:x",
                                "Root=1-2-3",
                                "eyJhIjoxfQ=="),
                        1234));
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static String text(GuestLink.Answer answer) {
        return switch (answer) {
            case GuestLink.Answer.Response(byte[] payload) -> "response " + new String(payload, StandardCharsets.UTF_8);
            case GuestLink.Answer.Failure(byte[] payload, boolean _) ->
                "error " + new String(payload, StandardCharsets.UTF_8);
        };
    }

    @Test
    void aKeptGuestWaitsToBeRestoredAndItsCopyGoesOnThere() throws Exception {
        link.close();
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var extensions = new Extensions(new Extensions.Function("", "", "", null, Set.of()), new Telemetry(null));
        link = HttpLink.toKeep(listener, extensions);
        var restore = client.sendAsync(request("restore/next").build(), BodyHandlers.ofString());
        assertThat(link.begin(NOTHING)).isEqualTo(new GuestLink.InitOutcome.Ready());
        assertThat(restore).isNotDone();
        link.close();
        assertThat(restore).failsWithin(Duration.ofSeconds(10));

        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try (ServerSocketChannel pair =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel guest = SocketChannel.open(pair.getLocalAddress())) {
            link = HttpLink.resumed(listener, extensions, pair.accept());
            var begun = CompletableFuture.supplyAsync(() -> {
                try {
                    return link.begin(new GuestLink.Restore(Map.of(), new byte[0]));
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            var told = new BufferedReader(Channels.newReader(guest, StandardCharsets.US_ASCII));
            assertThat(told.readLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(begun).isNotDone();
            guest.write(StandardCharsets.US_ASCII.encode("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"));
            assertThat(begun.get(10, TimeUnit.SECONDS)).isEqualTo(new GuestLink.InitOutcome.Ready());
        }
    }

    @Test
    void anInvocationAsDocumented() throws Exception {
        var next = next();
        assertThat(link.begin(NOTHING)).isEqualTo(new GuestLink.InitOutcome.Ready());
        var answer = invoke("id-1", "{\"é\":1}");
        HttpResponse<String> event = next.get(5, TimeUnit.SECONDS);
        assertThat(event.statusCode()).isEqualTo(200);
        assertThat(event.body()).isEqualTo("{\"é\":1}");
        assertThat(event.headers().firstValue("Lambda-Runtime-Aws-Request-Id")).contains("id-1");
        assertThat(event.headers().firstValue("Lambda-Runtime-Deadline-Ms")).contains("1234");
        assertThat(event.headers().firstValue("Lambda-Runtime-Invoked-Function-Arn"))
                .contains("arn:x");
        assertThat(event.headers().firstValue("Lambda-Runtime-Trace-Id")).contains("Root=1-2-3");
        assertThat(event.headers().firstValue("Lambda-Runtime-Client-Context")).contains("{\"a\":1}");
        HttpResponse<String> accepted = post("invocation/id-1/response", "\"done\"");
        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(accepted.body()).isEqualTo("{\"status\":\"OK\"}");
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("response \"done\"");
    }

    @Test
    void anErrorAsDocumented() throws Exception {
        var next = next();
        var answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        assertThat(post("invocation/id-1/error", "{\"errorType\":\"E\"}").statusCode())
                .isEqualTo(202);
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("error {\"errorType\":\"E\"}");
    }

    @Test
    void anInitErrorOnlyBeforeTheFirstEvent() throws Exception {
        assertThat(post("init/error", "{\"errorType\":\"Own.Type\",\"errorMessage\":\"why\"}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(link.begin(NOTHING)).isEqualTo(new GuestLink.InitOutcome.Failed("Own.Type", "why"));
        assertThat(post("init/error", "{}").statusCode()).isEqualTo(403);
    }

    @Test
    void answersThatAreNotItsOwnAreRefused() throws Exception {
        HttpResponse<String> early = post("invocation/id-1/response", "1");
        assertThat(early.statusCode()).isEqualTo(403);
        assertThat(early.body()).contains("InvalidStateTransition");
        var next = next();
        var answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        HttpResponse<String> other = post("invocation/id-2/response", "2");
        assertThat(other.statusCode()).isEqualTo(400);
        assertThat(other.body()).contains("InvalidRequestID");
        assertThat(answer).isNotDone();
        assertThat(post("invocation/id-1/response", "1").statusCode()).isEqualTo(202);
        assertThat(post("invocation/id-1/response", "again").statusCode()).isEqualTo(403);
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("response 1");
    }

    @Test
    void aSecondNextBeforeTheAnswerIsRefused() throws Exception {
        var next = next();
        invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        assertThat(next().get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(403);
    }

    @Test
    void anAnswerOfMoreThanSixMegabytes() throws Exception {
        var next = next();
        var answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        String status =
                raw("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nContent-Length: 7000000\r\n\r\n");
        assertThat(status).startsWith("HTTP/1.1 413").contains("RequestEntityTooLarge");
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).contains("Function.ResponseSizeTooLarge");
    }

    @Test
    void aStreamedAnswer() throws Exception {
        var next = next();
        var answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        String status =
                raw("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
                        + "Connection: close\r\n\r\n3\r\n\"ab\r\n2;x=y\r\nc\"\r\n0\r\n\r\n");
        assertThat(status).startsWith("HTTP/1.1 202");
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("response \"abc\"");
    }

    private String streamed(String body) throws Exception {
        return raw("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n"
                + "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n"
                + "Connection: close\r\n\r\n" + body);
    }

    @Test
    void aStreamThatEndsInAnErrorOrNotAtAll() throws Exception {
        var next = next();
        var answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        assertThat(streamed("3\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: Own.Error\r\n"
                        + "Lambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiJ3aHkifQ==\r\n\r\n"))
                .startsWith("HTTP/1.1 202");
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("error {\"errorMessage\":\"why\"}");

        next = next();
        answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        try (Socket broken = new Socket(InetAddress.getLoopbackAddress(), port())) {
            broken.setSoTimeout(5000);
            broken.getOutputStream()
                    .write(("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n"
                                    + "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
                                    + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(broken.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 100");
            broken.getOutputStream().write("7ffffff\r\nabc".getBytes(StandardCharsets.US_ASCII));
            // What is being streamed is not answered a second time.
            assertThat(post("invocation/id-1/response", "2").statusCode()).isEqualTo(403);
            assertThat(answer).isNotDone();
        }
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).contains("Runtime.TruncatedResponse");
    }

    @Test
    void anUnknownResponseModeIsRefused() throws Exception {
        var next = next();
        var answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        assertThat(raw("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n"
                        + "Lambda-Runtime-Function-Response-Mode: morse\r\nContent-Length: 1\r\n\r\n1"))
                .startsWith("HTTP/1.1 400")
                .contains("InvalidFunctionResponseMode");
        post("invocation/id-1/response", "1");
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("response 1");
    }

    @Test
    void requestsMayBePipelinedAndAskWhetherToGoOn() throws Exception {
        var answer = invoke("id-1", "1");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write(("GET /2018-06-01/runtime/restore/next HTTP/1.1\r\n\r\n"
                                    + "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"
                                    + "GET /2018-06-01/runtime/restore/next HTTP/1.1\r\n\r\n"
                                    + "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n"
                                    + "Expect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\n7")
                            .getBytes(StandardCharsets.US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(Pattern.compile("HTTP/1.1 (\\d{3})")
                            .matcher(all)
                            .results()
                            .map(found -> found.group(1)))
                    .containsExactly("200", "200", "403", "100", "202");
        }
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("response 7");
    }

    @Test
    void malformedRequestsAreRefusedAndTheNextIsServed() throws Exception {
        String base = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n";
        var next = next();
        var answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        assertThat(raw("hello\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET http://x/ HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nno colon\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nx: \0\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nx: " + "y".repeat(20_000))).startsWith("HTTP/1.1 431");
        assertThat(raw("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404");
        assertThat(raw("DELETE /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 405");
        assertThat(raw(base + "Content-Length: -1\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw(base + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw(base + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw(base + "Transfer-Encoding: gzip\r\n\r\n")).startsWith("HTTP/1.1 501");
        assertThat(raw(base + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")).startsWith("HTTP/1.1 400");
        assertThat(answer).isNotDone();
        post("invocation/id-1/response", "1");
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("response 1");
    }

    @Test
    void aSlowBodyHoldsUpNobodyButItsOwnInvocation() throws Exception {
        var next = next();
        var answer = invoke("id-1", "1");
        next.get(5, TimeUnit.SECONDS);
        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), port())) {
            slow.getOutputStream()
                    .write("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nContent-Length: 10\r\n\r\n123"
                            .getBytes(StandardCharsets.US_ASCII));
            link.close();
            Assertions.assertThatThrownBy(() -> answer.get(5, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThat(isOver(slow)).isTrue();
        }
    }

    @Test
    void anEventThatItsReaderDidNotTakeGoesToTheNext() throws Exception {
        try (Socket dead = new Socket(InetAddress.getLoopbackAddress(), port())) {
            dead.setSoLinger(true, 0);
            dead.getOutputStream()
                    .write("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            link.begin(NOTHING);
        }
        String large = "\"" + "x".repeat(6_000_000) + "\"";
        var answer = invoke("id-1", large);
        HttpResponse<String> event;
        do {
            event = next().get(5, TimeUnit.SECONDS);
        } while (event.statusCode() == 403);
        assertThat(event.body()).hasSize(large.length());
        post("invocation/id-1/response", "1");
        assertThat(text(answer.get(5, TimeUnit.SECONDS))).isEqualTo("response 1");
    }

    private static boolean isOver(Socket socket) throws IOException {
        socket.setSoTimeout(5000);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    /** The response to bytes as they are, up to the connection's end or the first answer. */
    private String raw(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[4096];
            int read = in.read(buffer);
            return read < 0 ? "" : new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
        }
    }
}
