package dev.mayfly.objects.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.trust.Voucher.PayloadSignature;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.testing.ClientDoor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The signed body is the example that AWS documents for chunked uploads. */
class AwsChunkedInputTest {
    private static final String SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    private static final String FIRST = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
    private static final String SECOND = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
    private static final String LAST = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    @Test
    void decodesTheDocumentedExample() throws IOException {
        byte[] decoded = input(example(FIRST, SECOND, LAST, 'a')).readAllBytes();

        assertThat(new String(decoded, StandardCharsets.US_ASCII)).isEqualTo("a".repeat(66_560));
    }

    @Test
    void decodesWhateverTheReadsReturn() throws IOException {
        var trickle = new ByteArrayInputStream(example(FIRST, SECOND, LAST, 'a')) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, 7));
            }
        };
        assertThat(new AwsChunkedInput(trickle, new ChunkSignatures(signature()), false).readAllBytes())
                .hasSize(66_560);
    }

    @Test
    void refusesWhatWasNotSigned() {
        String other = FIRST.replace('a', 'b');
        assertRefused(example(FIRST, SECOND, LAST, 'b'), S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertRefused(example(other, SECOND, LAST, 'a'), S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertRefused(example(FIRST, SECOND, other, 'a'), S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertRefused(example(FIRST, LAST, SECOND, 'a'), S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertRefused("5\r\nhello\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII), S3Error.INCOMPLETE_BODY);
    }

    @Test
    void refusesABodyThatIsCut() {
        byte[] whole = example(FIRST, SECOND, LAST, 'a');
        for (int length : new int[] {0, 10, 50_000, whole.length - 90}) {
            assertThatThrownBy(
                            () -> input(java.util.Arrays.copyOf(whole, length)).readAllBytes())
                    .isInstanceOfAny(EOFException.class, S3Exception.class);
        }
    }

    @Test
    void readsUnsignedTrailers() throws IOException {
        var input = unsigned("5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nx-amz-checksum-crc32:abc=\r\n\r\n");
        assertThat(input.readAllBytes()).isEqualTo("hello!".getBytes(StandardCharsets.US_ASCII));
        assertThat(input.trailers()).containsEntry("x-amz-checksum-crc32", "abc=");
    }

    @Test
    void refusesNonsense() {
        for (String body : new String[] {
            "x\r\n",
            "-1\r\n\r\n",
            "ffffffffffffffff\r\n",
            "5\r\nhello!\r\n0\r\n\r\n",
            "0\r\nnonsense\r\n\r\n",
            "0\r\n\r\nmore and more",
            "1".repeat(20_000)
        }) {
            assertThatThrownBy(() -> unsigned(body).readAllBytes())
                    .as(body.substring(0, 2))
                    .isInstanceOf(S3Exception.class);
        }
    }

    private static AwsChunkedInput unsigned(String body) {
        return new AwsChunkedInput(new ByteArrayInputStream(body.getBytes(StandardCharsets.US_ASCII)), null, true);
    }

    private static void assertRefused(byte[] body, S3Error error) {
        assertThatThrownBy(() -> input(body).readAllBytes())
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    private static InputStream input(byte[] body) {
        return new AwsChunkedInput(new ByteArrayInputStream(body), new ChunkSignatures(signature()), false);
    }

    private static PayloadSignature signature() {
        byte[] key = ClientDoor.hmac(("AWS4" + SECRET).getBytes(StandardCharsets.UTF_8), "20130524");
        key = ClientDoor.hmac(ClientDoor.hmac(ClientDoor.hmac(key, "us-east-1"), "s3"), "aws4_request");
        return new PayloadSignature(
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                Base64.getEncoder().encodeToString(key),
                SEED,
                "20130524T000000Z",
                "20130524/us-east-1/s3/aws4_request");
    }

    private static byte[] example(String first, String second, String last, char of) {
        var body = new ByteArrayOutputStream();
        body.writeBytes(chunk(65_536, first, of));
        body.writeBytes(chunk(1024, second, of));
        body.writeBytes(chunk(0, last, of));
        return body.toByteArray();
    }

    private static byte[] chunk(int size, String signature, char of) {
        return (Integer.toHexString(size) + ";chunk-signature=" + signature + "\r\n"
                        + String.valueOf(of).repeat(size) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
