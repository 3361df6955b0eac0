package dev.mayfly.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.identity.SessionCredentials;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.gateway.GatewayFixture;
import dev.mayfly.gateway.Wire;
import dev.mayfly.gateway.Wire.Request;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticationTest {
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private final GatewayFixture gateway = GatewayFixture.get();

    @BeforeEach
    void reset() {
        gateway.stub.reset();
    }

    @ParameterizedTest
    @CsvSource({
        "/2015-03-31/functions,lambda,403,InvalidSignatureException",
        "/bucket/key,s3,403,<Code>SignatureDoesNotMatch</Code>",
        "/,sts,403,<Code>SignatureDoesNotMatch</Code>",
        "/v1/accounts,mayfly,401,application/problem+json"
    })
    void refusesAWrongSecretInTheProtocolsShape(String path, String service, int status, String mark) throws Exception {
        var reply = new Request("GET", path)
                .service(service)
                .signedBy(GatewayFixture.KEY, "wrong")
                .send(gateway.port);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.headers() + reply.body()).contains(mark);
        assertThat(reply.body()).doesNotContain(GatewayFixture.SECRET);
        assertThat(gateway.stub.seen).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/2015-03-31/functions,lambda,403,UnrecognizedClientException",
        "/bucket/key,s3,403,<Code>InvalidAccessKeyId</Code>",
        "/,sts,403,<Code>InvalidClientTokenId</Code>",
        "/v1/accounts,mayfly,401,application/problem+json"
    })
    void refusesAnUnknownKey(String path, String service, int status, String mark) throws Exception {
        var reply = new Request("GET", path)
                .service(service)
                .signedBy("AKIAUNKNOWNUNKNOWN00", "x")
                .send(gateway.port);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.headers() + reply.body()).contains(mark);
    }

    @ParameterizedTest
    @CsvSource({
        "/2015-03-31/functions,lambda,403,InvalidSignatureException,Signature expired",
        "/bucket/key,s3,403,<Code>RequestTimeTooSkewed</Code>,<MaxAllowedSkewMilliseconds>900000",
        "/,sts,403,<Code>SignatureDoesNotMatch</Code>,Signature expired"
    })
    void refusesAReplayOutsideTheWindow(String path, String service, int status, String mark, String words)
            throws Exception {
        var reply = new Request("GET", path)
                .service(service)
                .at(Instant.now().minus(Duration.ofMinutes(16)))
                .send(gateway.port);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.headers() + reply.body()).contains(mark).contains(words);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/2015-03-31/functions,403,MissingAuthenticationTokenException",
        "GET,/?Action=GetCallerIdentity,403,<Code>MissingAuthenticationToken</Code>",
        "GET,/v1/usage,401,WWW-Authenticate"
    })
    void refusesUnsignedRequests(String method, String target, int status, String mark) throws Exception {
        var reply = Wire.raw(
                gateway.port, method + " " + target + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.headers() + reply.body()).contains(mark);
        assertThat(reply.complete()).isTrue();
    }

    @Test
    void refusesSignatureVersion2AndTwoSignatures() throws Exception {
        var old = Wire.raw(
                gateway.port,
                "GET /b/k HTTP/1.1\r\nhost: localhost\r\nauthorization: AWS AKIA:abc\r\nconnection: close\r\n\r\n");
        assertThat(old.status()).isEqualTo(400);
        assertThat(old.body()).contains("<Code>InvalidRequest</Code>").contains("AWS4-HMAC-SHA256");

        var both = new Request("GET", "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x").send(gateway.port);
        assertThat(both.status()).isEqualTo(400);
        assertThat(both.body()).contains("<Code>InvalidArgument</Code>");
    }

    @Test
    void refusesABodyOtherThanTheSignedOne() throws Exception {
        byte[] body = "{\"n\":1}".getBytes(StandardCharsets.UTF_8);
        var reply = new Request("POST", FUNCTIONS + "/f/invocations")
                .service("lambda")
                .body(body)
                .payloadHash(Wire.sha256("{\"n\":2}".getBytes(StandardCharsets.UTF_8)))
                .send(gateway.port);
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.header("x-amzn-errortype")).isEqualTo("InvalidSignatureException");
        assertThat(gateway.stub.seen).isEmpty();
    }

    @Test
    void refusesUnsignedAmzHeaders() throws Exception {
        var reply = new Request("GET", "/b/k")
                .unsignedHeader("x-amz-acl", "public-read")
                .send(gateway.port);
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("<Code>AccessDenied</Code>").contains("<HeadersNotSigned>x-amz-acl");
    }

    @Test
    void vouchesForWhoSigned() throws Exception {
        var reply = new Request("GET", FUNCTIONS).service("lambda").send(gateway.port);
        assertThat(reply.status()).isEqualTo(200);
        var voucher = Objects.requireNonNull(gateway.stub.seen.poll()).voucher();
        assertThat(voucher.accountId()).isEqualTo(GatewayFixture.ACCOUNT);
        assertThat(voucher.accessKeyId()).isEqualTo(GatewayFixture.KEY);
        assertThat(voucher.role()).isEqualTo(Role.DEPLOYER);
        assertThat(voucher.requestId()).isEqualTo(reply.header("x-amzn-requestid"));
        assertThat(voucher.betweenServices()).isFalse();
    }

    @Test
    void takesABearerOnItsOwnApiOnly() throws Exception {
        String bearer = "authorization: Bearer " + GatewayFixture.KEY + "." + GatewayFixture.SECRET
                + "\r\nconnection: close\r\n\r\n";
        var own = Wire.raw(gateway.port, "GET /v1/accounts HTTP/1.1\r\nhost: localhost\r\n" + bearer);
        assertThat(own.status()).isEqualTo(200);
        var s3 = Wire.raw(gateway.port, "GET /bucket/key HTTP/1.1\r\nhost: localhost\r\n" + bearer);
        assertThat(s3.status()).isEqualTo(400);
        var wrong = Wire.raw(
                gateway.port,
                "GET /v1/accounts HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer " + GatewayFixture.KEY
                        + ".x\r\nconnection: close\r\n\r\n");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.body()).contains("Bearer <key id>.<secret>");
    }

    @Test
    void asksIdentityForAKeyThatKafkaDidNotTellOfAndRemembersThatThereIsNone() throws Exception {
        String id = "AKIAONLYIDENTITY0001";
        gateway.stub.identityKnows.put(id, GatewayFixture.record(id, "s3cret", Role.OWNER, true));
        assertThat(new Request("GET", "/b")
                        .signedBy(id, "s3cret")
                        .send(gateway.port)
                        .status())
                .isEqualTo(200);

        int before = gateway.stub.identityAsked.get();
        for (int i = 0; i < 5; i++) {
            new Request("GET", "/b").signedBy("AKIANOBODYATALL00001", "x").send(gateway.port);
        }
        assertThat(gateway.stub.identityAsked.get() - before).isEqualTo(1);
    }

    @Test
    void forgetsKeysThatWereDeletedOrSwitchedOff() throws Exception {
        String id = "AKIACOMESANDGOES0001";
        var active = GatewayFixture.record(id, "s3cret", Role.OWNER, true);
        gateway.publish(active);
        gateway.awaitKnown(id, true);
        gateway.publish(GatewayFixture.record(id, "s3cret", Role.OWNER, false));
        gateway.awaitKnown(id, false);
        assertThat(new Request("GET", "/b")
                        .signedBy(id, "s3cret")
                        .send(gateway.port)
                        .body())
                .contains("InvalidAccessKeyId");
        gateway.publish(active);
        gateway.awaitKnown(id, true);
        gateway.publisher.publishTombstone(Topics.ACCESS_KEYS, id).join();
        gateway.awaitKnown(id, false);
        assertThat(new Request("GET", "/b")
                        .signedBy(id, "s3cret")
                        .send(gateway.port)
                        .status())
                .isEqualTo(403);
    }

    @Test
    void knowsFunctionsByTheirSessionTokens() throws Exception {
        var sealer = Sealer.of(GatewayFixture.TRUST_KEY);
        String arn = "arn:aws:lambda:us-east-1:" + GatewayFixture.ACCOUNT + ":function:f";
        var session = SessionCredentials.mint(GatewayFixture.ACCOUNT, arn, Duration.ofMinutes(5), Clock.systemUTC());
        var reply = session(session, session.token(sealer)).send(gateway.port);
        assertThat(reply.status()).isEqualTo(200);
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(seen.voucher().functionArn()).isEqualTo(arn);
        assertThat(seen.headers().contains("x-amz-security-token")).isFalse();
        assertThat(seen.headers().contains("authorization")).isFalse();

        var other = SessionCredentials.mint(GatewayFixture.ACCOUNT, arn, Duration.ofMinutes(5), Clock.systemUTC());
        assertThat(session(session, other.token(sealer)).send(gateway.port).body())
                .contains("InvalidToken");
        assertThat(session(session, "made-up").send(gateway.port).body()).contains("InvalidToken");

        var past = Clock.fixed(Instant.now().minusSeconds(600), ZoneOffset.UTC);
        var expired = SessionCredentials.mint(GatewayFixture.ACCOUNT, arn, Duration.ofMinutes(5), past);
        assertThat(session(expired, expired.token(sealer)).send(gateway.port).body())
                .contains("<Code>ExpiredToken</Code>");
    }

    private static Request session(SessionCredentials session, String token) {
        return new Request("GET", "/b/k")
                .signedBy(session.accessKeyId(), session.secretAccessKey())
                .header("x-amz-security-token", token);
    }

    @Test
    void letsCodeLinksThroughAsNobody() throws Exception {
        var reply =
                Wire.raw(gateway.port, "GET /_code/AbC-_1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        assertThat(reply.status()).isEqualTo(200);
        var voucher = Objects.requireNonNull(gateway.stub.seen.poll()).voucher();
        assertThat(voucher.accountId()).isEqualTo("anonymous");
        assertThat(voucher.betweenServices()).isFalse();
        gateway.stub.seen.clear();
        for (String target : new String[] {"/_code/", "/_code/a/b", "/_code/../internal", "/_code/a%2Fb"}) {
            var refused = Wire.raw(
                    gateway.port, "GET " + target + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
            assertThat(refused.status()).as(target).isEqualTo(200);
            var asObject = Objects.requireNonNull(gateway.stub.seen.poll());
            assertThat(asObject.uri()).isEqualTo("/s3");
            assertThat(asObject.voucher().isAnonymous()).isTrue();
        }
    }

    @Test
    void letsUnsignedRequestsForObjectsThroughAsNobody() throws Exception {
        Wire.raw(
                gateway.port,
                "OPTIONS /k?a=b HTTP/1.1\r\nhost: pub.localhost\r\nx-mayfly-source-ip: 9.9.9.9\r\nconnection: close\r\n\r\n");
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        assertThat(seen.voucher().isAnonymous()).isTrue();
        assertThat(seen.voucher().accountId()).isEqualTo("anonymous");
        assertThat(seen.voucher().target()).isEqualTo("/pub/k?a=b");
        assertThat(seen.uri()).isEqualTo("/s3");
        assertThat(seen.headers().getAll("X-Mayfly-Source-Ip")).containsExactly("127.0.0.1");
        var chunks = Wire.raw(
                gateway.port,
                "PUT /b/k HTTP/1.1\r\nhost: localhost\r\nx-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        assertThat(chunks.status()).isEqualTo(403);
        assertThat(gateway.stub.seen.poll()).isNull();
    }
}
