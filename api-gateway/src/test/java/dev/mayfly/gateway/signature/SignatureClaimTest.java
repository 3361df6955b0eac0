package dev.mayfly.gateway.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureClaimTest {
    private static final String GOOD = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/s3/aws4_request,"
            + " SignedHeaders=host;x-amz-date, Signature=abc";

    private static RequestHead head(String target) {
        return RequestHead.of(
                "GET", target, new DefaultHttpHeaders().add("host", "h").add("x-amz-date", "20260101T000000Z"));
    }

    @Test
    void readsAnAuthorizationHeader() throws Exception {
        var claim = SignatureClaim.fromHeader(head("/"), GOOD);
        assertThat(claim.accessKeyId()).isEqualTo("AKID");
        assertThat(claim.scope()).isEqualTo("20260101/us-east-1/s3/aws4_request");
        assertThat(claim.presigned()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS4-HMAC-SHA256 ",
                "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
                "AWS4-HMAC-SHA256 Credential=AKID, SignedHeaders=host, Signature=a",
                "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/s3/aws4, SignedHeaders=host, Signature=a",
                "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/s3/x/aws4_request, SignedHeaders=host, Signature=a",
                "AWS4-HMAC-SHA256 Credential=AKID/20251231/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a",
                "AWS4-HMAC-SHA256 Credential=AKID//us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a",
                "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/s3/aws4_request, Signature=a",
                "AWS4-HMAC-SHA256 ,,,,=,;"
            })
    void refusesMalformedHeaders(String authorization) {
        assertThatThrownBy(() -> SignatureClaim.fromHeader(head("/"), authorization))
                .asInstanceOf(type(RefusedException.class))
                .extracting(RefusedException::refusal)
                .isEqualTo(Refusal.MALFORMED_AUTHORIZATION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "2026", "20261301T000000Z", "20260101T250000Z", "2026-01-01T00:00:00Z", "2026010 T000000Z"})
    void refusesBadDates(String date) {
        var headers = new DefaultHttpHeaders().add("host", "h").add("x-amz-date", date);
        assertThatThrownBy(() -> SignatureClaim.fromHeader(RequestHead.of("GET", "/", headers), GOOD))
                .isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @CsvSource({"604801", "-1", "abc", "99999999999"})
    void refusesPresignedExpiryOutsideAWeek(String expires) {
        assertThatThrownBy(() -> SignatureClaim.fromQuery(head("/k?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                        + "&X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z"
                        + "&X-Amz-SignedHeaders=host&X-Amz-Signature=a&X-Amz-Expires=" + expires)))
                .asInstanceOf(type(RefusedException.class))
                .extracting(RefusedException::refusal)
                .isEqualTo(Refusal.MALFORMED_PRESIGN);
    }

    @Test
    void readsThePlainDateHeader() throws Exception {
        var headers = new DefaultHttpHeaders().add("host", "h").add("date", "Thu, 01 Jan 2026 00:00:00 GMT");
        var claim = SignatureClaim.fromHeader(RequestHead.of("GET", "/", headers), GOOD);
        assertThat(claim.timestamp()).isEqualTo("20260101T000000Z");
    }
}
