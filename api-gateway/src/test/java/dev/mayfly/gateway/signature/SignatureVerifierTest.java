package dev.mayfly.gateway.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureVerifierTest {
    private static final String SIGNED_AT = "20260101T120000Z";

    private static SignatureVerifier verifierAt(String instant) {
        Clock clock = PublishedSignaturesTest.at(instant);
        return new SignatureVerifier(clock, "us-east-1");
    }

    private static SignatureClaim claim(RequestHead head, String region, String signedHeaders) throws RefusedException {
        return SignatureClaim.fromHeader(
                head,
                "AWS4-HMAC-SHA256 Credential=AKID/20260101/" + region + "/lambda/aws4_request, SignedHeaders="
                        + signedHeaders + ", Signature=abc");
    }

    private static RequestHead head() {
        return RequestHead.of(
                "GET", "/", new DefaultHttpHeaders().add("host", "h").add("x-amz-date", SIGNED_AT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-01-01T11:45:00Z", "2026-01-01T12:15:00Z"})
    void acceptsAQuarterOfAnHourOfSkew(String now) throws Exception {
        var claim = claim(head(), "us-east-1", "host;x-amz-date");
        assertThatCode(() -> verifierAt(now).checkClaim(head(), claim)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-01-01T11:44:59Z", "2026-01-01T12:15:01Z", "2027-01-01T12:00:00Z"})
    void refusesMoreSkew(String now) throws Exception {
        var claim = claim(head(), "us-east-1", "host;x-amz-date");
        assertRefused(() -> verifierAt(now).checkClaim(head(), claim), Refusal.SKEWED);
    }

    @Test
    void refusesAnotherRegionAndNamesTheRightOne() throws Exception {
        var claim = claim(head(), "eu-west-1", "host;x-amz-date");
        assertThatThrownBy(() -> verifierAt("2026-01-01T12:00:00Z").checkClaim(head(), claim))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("expecting 'us-east-1'");
    }

    @Test
    void refusesUnsignedHostAndUnsignedAmzHeaders() throws Exception {
        var verifier = verifierAt("2026-01-01T12:00:00Z");
        var noHost = claim(head(), "us-east-1", "x-amz-date");
        assertRefused(() -> verifier.checkClaim(head(), noHost), Refusal.MALFORMED_AUTHORIZATION);

        var smuggled = head();
        smuggled.headers().add("X-Amz-Invocation-Type", "Event");
        var claim = claim(smuggled, "us-east-1", "host;x-amz-date");
        assertRefused(() -> verifier.checkClaim(smuggled, claim), Refusal.HEADERS_NOT_SIGNED);
    }

    @Test
    void refusesAPresignedRequestThatExpired() throws Exception {
        var head = RequestHead.of(
                "GET",
                "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
                        + "&X-Amz-Date=" + SIGNED_AT + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=a",
                new DefaultHttpHeaders().add("host", "h"));
        var claim = SignatureClaim.fromQuery(head);
        verifierAt("2026-01-01T12:01:00Z").checkClaim(head, claim);
        assertRefused(() -> verifierAt("2026-01-01T12:01:01Z").checkClaim(head, claim), Refusal.PRESIGN_EXPIRED);
        assertRefused(() -> verifierAt("2026-01-01T11:44:59Z").checkClaim(head, claim), Refusal.PRESIGN_EXPIRED);
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b,/a/b",
        "/a//b,/a/b",
        "/a/./b/../c,/a/c",
        "/..,/",
        "/a%3Ab,/a%253Ab",
        "/a/,/a/",
        "/a/..,/",
        "/x/.,/x/"
    })
    void normalisesPathsOfServicesOtherThanS3(String path, String canonical) {
        assertThat(CanonicalPath.of(path)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "b=2&a=1,a=1&b=2",
        "a,a=",
        "a=2&a=1,a=1&a=2",
        "k=a+b,k=a%20b",
        "k=%7e%2f,k=~%2F",
        "a=1&&b=2&,a=1&b=2",
        "k=%zz,k=%25zz",
        "X-Amz-Signature=1&a=b,a=b",
        "k=a=b,k=a%3Db"
    })
    void bringsQueriesIntoOneForm(String query, String canonical) {
        assertThat(CanonicalQuery.normalised(query)).isEqualTo(canonical);
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Refusal refusal) {
        assertThatThrownBy(call)
                .asInstanceOf(type(RefusedException.class))
                .extracting(RefusedException::refusal)
                .isEqualTo(refusal);
    }
}
