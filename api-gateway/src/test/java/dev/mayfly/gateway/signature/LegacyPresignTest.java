package dev.mayfly.gateway.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.gateway.refusal.RefusedException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LegacyPresignTest {
    private static final SigningSecret SECRET = new SigningSecret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    private static RequestHead head(String method, String target) {
        return RequestHead.of(method, target, new DefaultHttpHeaders().add("host", "localhost:8080"));
    }

    @Test
    void acceptsTheExampleOfTheS3Documentation() throws Exception {
        var head = head(
                "GET",
                "/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
                        + "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620");
        var presign = LegacyPresign.of(head);
        assertThat(presign.accessKeyId()).isEqualTo("AKIAIOSFODNN7EXAMPLE");
        assertThatCode(() -> presign.checkSignature(head, "/johnsmith/photos/puppy.jpg", SECRET))
                .doesNotThrowAnyException();
    }

    /** Made by botocore 1.43.11. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /bucket/%C3%BC/a%20b%2Bc?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
                        + "&Signature=OuqLSBq1%2F5DnwZD7fk6%2Fc5aQGxs%3D&Expires=1767225600",
                "PUT /bucket/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=pz4ScKZ5OjEr9RbQUjQBl%2Fd139A%3D"
                        + "&content-type=text%2Fplain&x-amz-meta-a=b%20c&Expires=1767225600",
                "GET /bucket/k?response-content-type=text%2Fx%20y&versionId=v&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
                        + "&Signature=KeM%2F75ulHbyCXZBAmSmaKDz%2BsQ8%3D&x-amz-security-token=tok%2Fen%2Bx%3D"
                        + "&Expires=1767225600"
            })
    void acceptsWhatBotocoreSignsAndNothingElse(String request) throws Exception {
        String method = request.substring(0, request.indexOf(' '));
        String target = request.substring(method.length() + 1);
        var head = head(method, target);
        var presign = LegacyPresign.of(head);
        assertThatCode(() -> presign.checkSignature(head, head.path(), SECRET)).doesNotThrowAnyException();

        presign.checkTime(PublishedSignaturesTest.at("2026-01-01T00:00:00Z"));
        assertThatThrownBy(() -> presign.checkTime(PublishedSignaturesTest.at("2026-01-01T00:00:01Z")))
                .isInstanceOf(RefusedException.class)
                .hasMessage("Request has expired");
        for (String tampered : new String[] {
            method.equals("GET") ? "DELETE " + target : "GET " + target,
            request.replace("/bucket/", "/other/"),
            request.replace("Expires=1767225600", "Expires=1767225601"),
            request + "&x-amz-acl=public-read",
            request + "&versionId=w"
        }) {
            String[] parts = tampered.split(" ");
            var other = head(parts[0], parts[1]);
            var claim = LegacyPresign.of(other);
            assertThatThrownBy(() -> claim.checkSignature(other, other.path(), SECRET))
                    .as(tampered)
                    .isInstanceOf(RefusedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/k?AWSAccessKeyId=&Signature=a&Expires=1",
                "/k?AWSAccessKeyId=a&Signature=&Expires=1",
                "/k?AWSAccessKeyId=a&Signature=a&Expires=x",
                "/k?AWSAccessKeyId=a&Signature=a&Expires=99999999999999999999"
            })
    void refusesMalformedQueries(String target) {
        assertThatThrownBy(() -> LegacyPresign.of(head("GET", target))).isInstanceOf(RefusedException.class);
    }
}
