package dev.mayfly.objects.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Voucher.PayloadSignature;
import dev.mayfly.objects.testing.RunningStore;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadBodyTest {
    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();
    private final String target = "/" + bucket + "/k";

    @Test
    void halfAnUploadLeavesNothing() throws IOException {
        try (var socket = new Socket("127.0.0.1", store.port())) {
            String voucher = store.voucher(RunningStore.ALICE, Role.OWNER, target, RunningStore.unsigned());
            var out = socket.getOutputStream();
            out.write(("PUT /s3 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n" + Voucher.HEADER + ": " + voucher
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[500_000]);
            out.flush();
            await().atMost(Duration.ofSeconds(10)).until(() -> unfinished() > 0);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> unfinished() == 0);
        store.get(target).send().expect(404, "NoSuchKey");
    }

    private long unfinished() throws IOException {
        Path folder = store.data().resolve("unfinished");
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void aSignedDigestMustFit() {
        String sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        signed(sha256).body("hello").send().expect(200);
        signed(sha256).body("hellO").send().expect(400, "XAmzContentSHA256Mismatch");
        signed("z".repeat(64)).body("hello").send().expect(400, "InvalidArgument");
        assertThat(store.get(target).send().text()).isEqualTo("hello");
    }

    private RunningStore.Call signed(String sha256) {
        return store.call("PUT", target).signed(new PayloadSignature(sha256, null, null, null, null));
    }

    @ParameterizedTest
    @CsvSource({
        "Content-MD5,XUFAKrxLKna5cZ2REBfFkg==,200,",
        "Content-MD5,XUFAKrxLKna5cZ2REBfFkQ==,400,BadDigest",
        "Content-MD5,nonsense!,400,InvalidDigest",
        "Content-MD5,AAAA,400,InvalidDigest",
        "x-amz-checksum-crc32,NhCmhg==,200,",
        "x-amz-checksum-crc32,NhCmhA==,400,BadDigest",
        "x-amz-checksum-crc32,x,400,BadDigest",
        "x-amz-checksum-sha256,LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=,200,",
        "x-amz-checksum-sha256,LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCA=,400,BadDigest",
        "x-amz-sdk-checksum-algorithm,MD4,400,InvalidRequest"
    })
    void checksumsAreVerified(String header, String value, int status, String code) {
        var answer = store.put(target, "hello").header(header, value).send().expect(status);
        if (code != null) {
            answer.expect(status, code);
            store.get(target).send().expect(404, "NoSuchKey");
        }
    }

    @Test
    void checksumsComeBackWhenAskedFor() {
        store.put(target, "hello")
                .header("x-amz-checksum-crc32", "NhCmhg==")
                .send()
                .expect(200);
        assertThat(store.get(target).send().header("x-amz-checksum-crc32")).isEmpty();
        assertThat(store.get(target)
                        .header("x-amz-checksum-mode", "ENABLED")
                        .send()
                        .header("x-amz-checksum-crc32"))
                .isEqualTo("NhCmhg==");
    }

    @Test
    void trailersAreVerified() {
        trailing("0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "5").send().expect(200);
        trailing("0\r\nx-amz-checksum-crc32:NhCmhA==\r\n\r\n", "5").send().expect(400, "BadDigest");
        trailing("0\r\n\r\n", "5").send().expect(400, "MalformedTrailerError");
        trailing("0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "6").send().expect(400, "IncompleteBody");
        trailing("0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "4").send().expect(400, "IncompleteBody");
        trailing("0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "x").send().expect(400, "InvalidArgument");
        trailing("", "5").send().expect(400, "IncompleteBody");
    }

    private RunningStore.Call trailing(String end, String length) {
        return store.call("PUT", target)
                .signed(new PayloadSignature("STREAMING-UNSIGNED-PAYLOAD-TRAILER", null, null, null, null))
                .header("x-amz-decoded-content-length", length)
                .header("x-amz-trailer", "x-amz-checksum-crc32")
                .body("5\r\nhello\r\n" + end);
    }

    @Test
    void documentsMustBeWhatTheyClaim() {
        for (String xml : new String[] {
            "",
            "<Delete>",
            "<Delete/>",
            "<Other/>",
            "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><Delete><Object><Key>&x;</Key></Object></Delete>",
            "<Delete>" + "<Object><Key>x</Key></Object>".repeat(1001) + "</Delete>"
        }) {
            store.call("POST", "/" + bucket + "?delete")
                    .header("Content-MD5", ObjectsTest.md5(xml))
                    .body(xml)
                    .send()
                    .expect(400, "MalformedXML");
        }
        store.put("/" + bucket + "/" + "k".repeat(1025), "x").send().expect(400, "KeyTooLongError");
        store.put("/" + bucket + "/%ff", "x").send().expect(400, "InvalidURI");
        store.put("/" + bucket + "/" + "k".repeat(1024), "x").send().expect(200);
    }

    @Test
    void errorsAreWhole() {
        var error =
                store.get("/" + bucket + "/none%20%3Cx%3E?partNumber=1").send().expect(404, "NoSuchKey");
        assertThat(error.element("Key")).isEqualTo("none &lt;x&gt;");
        assertThat(error.element("Resource")).isEqualTo("/" + bucket + "/none%20%3Cx%3E");
        assertThat(error.element("RequestId")).isNotEmpty();
        assertThat(error.header("Content-Type")).startsWith("application/xml");
        assertThat(store.call("HEAD", "/" + bucket + "/none").send().expect(404).bytes())
                .isEmpty();
    }

    @Test
    void aClientThatVanishesWhileItReadsHarmsNobody() throws IOException {
        byte[] bytes = new byte[8 << 20];
        new Random(1).nextBytes(bytes);
        store.put(target, bytes).send().expect(200);
        for (int i = 0; i < 20; i++) {
            try (var socket = new Socket("127.0.0.1", store.port())) {
                String voucher = store.voucher(RunningStore.ALICE, Role.OWNER, target, RunningStore.unsigned());
                socket.getOutputStream()
                        .write(("GET /s3 HTTP/1.1\r\nHost: x\r\n" + Voucher.HEADER + ": " + voucher + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            }
        }
        assertThat(store.get(target).send().bytes()).isEqualTo(bytes);
    }
}
