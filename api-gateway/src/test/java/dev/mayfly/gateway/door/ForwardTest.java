package dev.mayfly.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.gateway.GatewayFixture;
import dev.mayfly.gateway.StubService;
import dev.mayfly.gateway.Wire;
import dev.mayfly.gateway.Wire.Request;
import io.netty.buffer.Unpooled;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class ForwardTest {
    private static final String INVOKE = "/2015-03-31/functions/f/invocations";
    private final GatewayFixture gateway = GatewayFixture.get();

    @BeforeEach
    void reset() {
        gateway.stub.reset();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/bucket/a//b",
                "/bucket//a",
                "/bucket/../x",
                "/bucket/./x/../../y",
                "/bucket/a%2Fb",
                "/bucket/%2e%2e/x",
                "/bucket/a+b",
                "/bucket/a%20b",
                "/bucket/%C3%BC%F0%9F%A6%8B",
                "/bucket/a;b=c",
                "/bucket/a*b'(c)!",
                "/bucket/a%00b",
                "/bucket/%25",
                "/bucket/a@b:c,d&e=f$",
                "/bucket/%E2%82%AC/",
                "/bucket/k?list-type=2&prefix=a%2Fb",
                "/bucket/a%3Fb",
                "/bucket/~-._"
            })
    void handsTheRawTargetToTheObjectStore(String target) throws Exception {
        var reply = new Request("GET", target).send(gateway.port);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(seen.uri()).isEqualTo("/s3");
        assertThat(seen.voucher().target()).isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource({
        "photos.localhost:8080,/k%20x,/photos/k%20x",
        "photos.s3.localhost,/?list-type=2,/photos?list-type=2",
        "my.photos.localhost,//a,/my.photos//a",
        "v1.photos.localhost,/v1/usage,/v1.photos/v1/usage"
    })
    void rewritesVirtualHostStyle(String host, String target, String pathStyle) throws Exception {
        var reply = new Request("GET", target).header("host", host).send(gateway.port);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(Objects.requireNonNull(gateway.stub.seen.poll()).voucher().target())
                .isEqualTo(pathStyle);
    }

    @Test
    void keepsTheRawTargetOfOtherServices() throws Exception {
        String target = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations"
                + "?Qualifier=%24LATEST";
        var reply = new Request("POST", target)
                .service("lambda")
                .body("{}".getBytes(StandardCharsets.UTF_8))
                .send(gateway.port);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(seen.uri()).isEqualTo(target);
        assertThat(Objects.requireNonNull(seen.voucher().payload()).contentSha256())
                .isEqualTo(seen.bodySha256());
    }

    @Test
    void stripsWhatAClientSmugglesIn() throws Exception {
        new Request("GET", "/b/k")
                .unsignedHeader(Voucher.HEADER, "forged")
                .unsignedHeader("X-MAYFLY-Target", "/other")
                .unsignedHeader("x-forwarded-for", "1.2.3.4")
                .send(gateway.port);
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(seen.headers().getAll(Voucher.HEADER)).hasSize(1);
        assertThat(seen.headers().contains("x-mayfly-target")).isFalse();
        assertThat(seen.voucher().accessKeyId()).isEqualTo(GatewayFixture.KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/accounts/../../internal/x", "/v1/accounts/%2e%2e/x", "/v1/accounts/..;/internal"})
    void neverLetsAPathReachAnInternalOne(String target) throws Exception {
        String bearer = "authorization: Bearer " + GatewayFixture.KEY + "." + GatewayFixture.SECRET + "\r\n";
        var reply = Wire.raw(
                gateway.port,
                "GET " + target + " HTTP/1.1\r\nhost: localhost\r\n" + bearer + "connection: close\r\n\r\n");
        assertThat(reply.status()).isEqualTo(404);
        assertThat(gateway.stub.seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/b/k", "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=of-another-method"})
    void leavesPreflightsToTheService(String target) throws Exception {
        Wire.raw(
                gateway.port,
                "OPTIONS " + target + " HTTP/1.1\r\nhost: localhost\r\norigin: http://page.example\r\n"
                        + "access-control-request-method: PUT\r\nconnection: close\r\n\r\n");
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(seen.headers().get("access-control-request-method")).isEqualTo("PUT");
        assertThat(seen.voucher().isAnonymous()).isTrue();
        assertThat(seen.voucher().target()).isEqualTo(target);
    }

    @Test
    void answers503WhenAServiceIsDown() throws Exception {
        var reply = new Request("GET", "/v1/usage").service("mayfly").send(gateway.port);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource({"/b/k,s3,500,<Code>InternalError</Code>", "/2015-03-31/functions/f,lambda,502,ServiceException"})
    void answersInShapeWhenAServiceBreaksOffAndNeverAsksTwice(String target, String service, int status, String mark)
            throws Exception {
        gateway.stub.answers((request, response) -> {
            request.withConnection(connection -> connection.channel().close());
            return Mono.never();
        });
        var reply = new Request("GET", target).service(service).send(gateway.port);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.headers() + reply.body()).contains(mark);
        assertThat(gateway.stub.seen).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cutsTheConnectionWhenAServiceBreaksOffMidway(boolean lengthKnown) throws Exception {
        gateway.stub.answers((request, response) -> {
            if (lengthKnown) {
                response.header("Content-Length", "1000000000");
            }
            return response.send(StubService.pieces(16).concatWith(Flux.error(new java.io.IOException("planned"))));
        });
        var reply = new Request("GET", "/b/k").send(gateway.port);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.complete()).isFalse();
    }

    @Test
    void streamsLargeBodiesBothWays() throws Exception {
        byte[] body = new byte[48 << 20];
        Arrays.fill(body, (byte) 7);
        gateway.stub.answers((request, response) -> response.send(StubService.pieces(1024)));
        var reply = new Request("PUT", "/b/k").body(body).send(gateway.port);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.complete()).isTrue();
        assertThat(reply.body().length()).isGreaterThan(64 << 20);
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(seen.bodySha256()).isEqualTo(Wire.sha256(body));
        assertThat(Objects.requireNonNull(seen.voucher().payload()).contentSha256())
                .isEqualTo(seen.bodySha256());
    }

    @Test
    void digestsBodiesWhoseHashTheClientDidNotSend() throws Exception {
        byte[] zip = new byte[9 << 20];
        Arrays.fill(zip, (byte) 3);
        var reply = new Request("POST", "/2015-03-31/functions")
                .service("lambda")
                .body(zip)
                .send(gateway.port);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(Objects.requireNonNull(gateway.stub.seen.poll()).bodySha256())
                .isEqualTo(Wire.sha256(zip));

        var tampered = new Request("POST", "/2015-03-31/functions")
                .service("lambda")
                .body(zip)
                .payloadHash(Wire.sha256(new byte[1]))
                .send(gateway.port);
        assertThat(tampered.status()).isEqualTo(403);
        assertThat(gateway.stub.seen).isEmpty();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(this::nothingSpooled);
    }

    private boolean nothingSpooled() throws java.io.IOException {
        try (var files = Files.list(gateway.data.resolve("spool"))) {
            return files.findAny().isEmpty();
        }
    }

    @Test
    void refusesEventsOverSixMegabytes() throws Exception {
        var socket = new Socket("127.0.0.1", gateway.port);
        try (socket) {
            byte[] head = new Request("POST", INVOKE)
                    .service("lambda")
                    .header("content-length", Integer.toString((6 << 20) + 1))
                    .head();
            socket.getOutputStream().write(head);
            var reply = Wire.read(socket.getInputStream(), false);
            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.header("x-amzn-errortype")).isEqualTo("RequestTooLargeException");
        }
    }

    @ParameterizedTest
    @CsvSource({"200,12345", "404,77"})
    void answersHeadWithTheLengthOfWhatGetWouldSend(int status, String length) throws Exception {
        gateway.stub.answers((request, response) -> response.status(status)
                .header("Content-Length", length)
                .header("ETag", "\"e\"")
                .send());
        var reply = new Request("HEAD", "/b/k").send(gateway.port);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.header("content-length")).isEqualTo(length);
        assertThat(reply.header("etag")).isEqualTo("\"e\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304, 206, 412, 416})
    void passesOnEveryStatus(int status) throws Exception {
        gateway.stub.answers((request, response) -> response.status(status).send());
        assertThat(new Request("GET", "/b/k").send(gateway.port).status()).isEqualTo(status);
    }

    @Test
    void namesTheRequestOnce() throws Exception {
        gateway.stub.answers((request, response) -> response.header("x-amz-request-id", "of the service")
                .header("X-Mayfly-Inner", "x")
                .header("Content-Length", "0")
                .send());
        var reply = new Request("GET", "/b/k").send(gateway.port);
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(reply.header("x-amz-request-id")).isEqualTo(seen.voucher().requestId());
        assertThat(reply.header("x-amz-id-2")).isNotEmpty();
        assertThat(reply.headers()).doesNotContainKey("X-Mayfly-Inner");
    }

    @Test
    void givesTheGoAheadOnlyToThoseWhoMayEnter() throws Exception {
        byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
        try (var socket = new Socket("127.0.0.1", gateway.port)) {
            socket.getOutputStream()
                    .write(new Request("PUT", "/b/k")
                            .body(body)
                            .unsignedHeader("expect", "100-continue")
                            .unsignedHeader("connection", "close")
                            .head());
            var goAhead = Wire.read(socket.getInputStream(), true);
            assertThat(goAhead.status()).isEqualTo(100);
            assertThat(goAhead.headers()).isEmpty();
            socket.getOutputStream().write(body);
            assertThat(Wire.read(socket.getInputStream(), false).status()).isEqualTo(200);
        }
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(seen.bodyBytes()).isEqualTo(5);
        assertThat(seen.headers().contains("expect")).isFalse();
        try (var socket = new Socket("127.0.0.1", gateway.port)) {
            socket.getOutputStream()
                    .write(new Request("PUT", "/b/k")
                            .signedBy(GatewayFixture.KEY, "wrong")
                            .body(body)
                            .unsignedHeader("expect", "100-continue")
                            .head());
            assertThat(Wire.read(socket.getInputStream(), false).status()).isEqualTo(403);
        }
    }

    @Test
    void carriesTheKeysOfSignedChunks() throws Exception {
        new Request("PUT", "/b/k")
                .payloadHash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
                .body("x".getBytes(StandardCharsets.UTF_8))
                .send(gateway.port);
        var payload = Objects.requireNonNull(
                Objects.requireNonNull(gateway.stub.seen.poll()).voucher().payload());
        assertThat(payload.contentSha256()).isEqualTo("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        assertThat(payload.signingKey()).isNotNull();
        assertThat(payload.seedSignature()).hasSize(64);
        assertThat(payload.scope()).endsWith("/us-east-1/s3/aws4_request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a|b HTTP/1.1\r\nhost: localhost\r\n",
                "GET /a%zz HTTP/1.1\r\nhost: localhost\r\n",
                "GET a HTTP/1.1\r\nhost: localhost\r\n",
                "GARBAGE\r\n",
                "GET / HTTP/1.1\r\nbad header\r\n"
            })
    void answersBadRequestLinesCleanly(String head) throws Exception {
        var reply = Wire.raw(gateway.port, head + "connection: close\r\n\r\n");
        assertThat(reply.status()).isEqualTo(400);
    }

    @Test
    void takesHeadersOfThirtyKilobytesAndRefusesMore() throws Exception {
        var reply = new Request("GET", "/b/k")
                .header("x-amz-meta-a", "x".repeat(30_000))
                .send(gateway.port);
        assertThat(reply.status()).isEqualTo(200);
        int refused;
        try {
            refused = new Request("GET", "/b/k")
                    .header("x-amz-meta-a", "x".repeat(40_000))
                    .send(gateway.port)
                    .status();
        } catch (SocketException e) {
            refused = 431;
        }
        assertThat(refused).isIn(400, 413, 431);
        assertThat(gateway.stub.seen).hasSize(1);
    }

    @Test
    void holdsAThousandRequestsAtOnce() throws Exception {
        Sinks.Empty<Void> gate = Sinks.empty();
        gateway.stub.waiting.set(0);
        gateway.stub.answers(gateway.stub.after(gate));
        List<Future<Integer>> replies = new ArrayList<>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                replies.add(pool.submit(
                        () -> new Request("GET", "/b/k").send(gateway.port).status()));
            }
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> gateway.stub.waiting.get() == 1000);
            gate.tryEmitEmpty();
            for (Future<Integer> reply : replies) {
                assertThat(reply.get()).isEqualTo(200);
            }
        }
    }

    @Test
    void carriesBytesThatAreNotAscii() throws Exception {
        gateway.stub.answers((request, response) ->
                response.header("Content-Length", "3").sendObject(Unpooled.wrappedBuffer(new byte[] {0, -1, 7})));
        var reply = new Request("GET", "/b/k")
                .header("x-amz-meta-a", "\u00c3\u00bc")
                .send(gateway.port);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(Objects.requireNonNull(gateway.stub.seen.poll()).headers().get("x-amz-meta-a"))
                .isEqualTo("\u00c3\u00bc");
    }
}
