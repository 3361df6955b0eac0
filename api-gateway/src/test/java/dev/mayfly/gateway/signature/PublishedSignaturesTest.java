package dev.mayfly.gateway.signature;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.gateway.refusal.RefusedException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** AWS's published test suite for Signature Version 4, and the examples of the S3 documentation. */
class PublishedSignaturesTest {
    private static final SigningSecret SUITE_SECRET = new SigningSecret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    private static final SigningSecret S3_SECRET = new SigningSecret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    private final SignatureVerifier s3 = new SignatureVerifier(at("2013-05-24T00:00:00Z"), "us-east-1");

    /** Every case of the suite; skipped with the reason where it cannot be had. */
    @TestFactory
    Stream<DynamicTest> acceptsWhatAwsPublishedAndNothingElse() throws Exception {
        Path suite = PublishedSuite.folder();
        try (Stream<Path> files = Files.walk(suite)) {
            return files
                    .filter(file -> file.toString().endsWith(".req"))
                    .sorted()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> acceptsOnly(file)))
                    .toList()
                    .stream();
        }
    }

    private static void acceptsOnly(Path request) throws Exception {
        String name = request.getFileName().toString().replace(".req", "");
        var verifier = new SignatureVerifier(at("2015-08-30T12:36:00Z"), "us-east-1");
        String authorization =
                Files.readString(request.resolveSibling(name + ".authz")).strip();
        var parsed = Parsed.of(Files.readString(request, StandardCharsets.ISO_8859_1));
        if (name.equals("get-vanilla-with-session-token")) {
            // The suite keeps the token in a file of its own.
            parsed.head
                    .headers()
                    .add("X-Amz-Security-Token", "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267");
        }
        var claim = SignatureClaim.fromHeader(parsed.head, authorization);

        verifier.checkClaim(parsed.head, claim);
        assertThatCode(() -> verifier.checkSignature(parsed.head, claim, parsed.bodyHash(), SUITE_SECRET))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> verifier.checkSignature(parsed.head, claim, parsed.bodyHash(), S3_SECRET))
                .isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> verifier.checkSignature(parsed.head, claim, Hashing.sha256("other"), SUITE_SECRET))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void acceptsTheS3ExampleOfGettingARange() throws Exception {
        var headers = new DefaultHttpHeaders()
                .add("Host", "examplebucket.s3.amazonaws.com")
                .add("Range", "bytes=0-9")
                .add("x-amz-content-sha256", Hashing.EMPTY)
                .add("x-amz-date", "20130524T000000Z");
        check("GET", "/test.txt", headers, Hashing.EMPTY, """
                AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
                Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41""");
    }

    @Test
    void acceptsTheS3ExampleOfPuttingAnObject() throws Exception {
        String hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        var headers = new DefaultHttpHeaders()
                .add("Host", "examplebucket.s3.amazonaws.com")
                .add("Date", "Fri, 24 May 2013 00:00:00 GMT")
                .add("x-amz-date", "20130524T000000Z")
                .add("x-amz-storage-class", "REDUCED_REDUNDANCY")
                .add("x-amz-content-sha256", hash);
        check("PUT", "/test%24file.text", headers, hash, """
                AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,\
                Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd""");
    }

    @Test
    void acceptsTheS3ExampleOfSignedChunks() throws Exception {
        String hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
        var headers = new DefaultHttpHeaders()
                .add("Host", "s3.amazonaws.com")
                .add("x-amz-date", "20130524T000000Z")
                .add("x-amz-storage-class", "REDUCED_REDUNDANCY")
                .add("Content-Encoding", "aws-chunked")
                .add("x-amz-decoded-content-length", "66560")
                .add("Content-Length", "66824")
                .add("x-amz-content-sha256", hash);
        check("PUT", "/examplebucket/chunkObject.txt", headers, hash, """
                AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
                x-amz-decoded-content-length;x-amz-storage-class,\
                Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9""");
    }

    @Test
    void acceptsTheS3ExampleOfAPresignedUrl() throws Exception {
        var headers = new DefaultHttpHeaders().add("Host", "examplebucket.s3.amazonaws.com");
        var head = RequestHead.of("GET", """
                /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
                &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
                &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
                &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404""", headers);
        var claim = SignatureClaim.fromQuery(head);
        s3.checkClaim(head, claim);
        assertThatCode(() -> s3.checkSignature(head, claim, "UNSIGNED-PAYLOAD", S3_SECRET))
                .doesNotThrowAnyException();
    }

    private void check(String method, String target, HttpHeaders headers, String hash, String authorization)
            throws Exception {
        var head = RequestHead.of(method, target, headers);
        var claim = SignatureClaim.fromHeader(head, authorization);
        s3.checkClaim(head, claim);
        assertThatCode(() -> s3.checkSignature(head, claim, hash, S3_SECRET)).doesNotThrowAnyException();
    }

    static Clock at(String instant) {
        return Clock.fixed(Instant.parse(instant), ZoneOffset.UTC);
    }

    private record Parsed(RequestHead head, String body) {
        String bodyHash() {
            return Hashing.sha256(body);
        }

        static Parsed of(String raw) {
            int blank = raw.indexOf("\n\n");
            String body = blank < 0 ? "" : raw.substring(blank + 2);
            String[] lines = (blank < 0 ? raw : raw.substring(0, blank)).split("\n");
            var headers = new DefaultHttpHeaders(false);
            String name = "";
            for (int i = 1; i < lines.length; i++) {
                if (lines[i].startsWith(" ")) {
                    headers.set(name, headers.get(name) + lines[i]);
                } else {
                    int colon = lines[i].indexOf(':');
                    name = lines[i].substring(0, colon);
                    headers.add(name, lines[i].substring(colon + 1));
                }
            }
            String first = lines[0];
            String method = first.substring(0, first.indexOf(' '));
            String target = first.substring(method.length() + 1, first.lastIndexOf(' '));
            return new Parsed(RequestHead.of(method, target, headers), body);
        }
    }
}
