package dev.mayfly.objects.post;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.objects.error.S3Exception;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MultipartFormTest {
    private static final String TYPE = "multipart/form-data; boundary=b";

    private static MultipartForm read(String type, String body) {
        return MultipartForm.read(type, new ByteArrayInputStream(body.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String field(String name, String value) {
        return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String file(String name, String content) {
        return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + content
                + "\r\n--b--\r\n";
    }

    private static void assertRefused(String type, String body, String code) {
        assertThatThrownBy(() -> read(type, body))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.error().code()).isEqualTo(code));
    }

    @Test
    void boundariesAreFoundWhereverTheyLie() throws IOException {
        for (int length = 8_100; length < 8_300; length++) {
            String content = "x".repeat(length) + "\r\n--".repeat(length % 5) + "\r";
            var form = read(TYPE, "preamble\r\n" + field("key", "${filename}") + file("a/name", content));
            assertThat(form.field("KEY")).isEqualTo("name");
            assertThat(new String(form.file().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(content);
        }
    }

    @Test
    void aTypeMayHaveOtherParametersAndQuotes() {
        for (String type : new String[] {
            "Multipart/Form-Data; charset=utf-8; Boundary=\"b\"", "multipart/form-data;boundary=b; x=\"boundary=c\""
        }) {
            assertThat(read(type, field("key", "k") + file("f", "")).field("key"))
                    .isEqualTo("k");
        }
        for (String type :
                new String[] {"", "text/plain; boundary=b", "multipart/form-data", "multipart/form-data; boundary=\"\""
                }) {
            assertRefused(type, field("key", "k") + file("f", ""), "PreconditionFailed");
        }
    }

    /** Each of these took seconds, the whole stack, or memory without a bound. */
    @Test
    void hostileFormsAreRefusedAtOnce() {
        assertRefused("multipart/form-data; " + "boundary=".repeat(6_000) + ";\u0085", "", "MalformedPOSTRequest");
        assertRefused("multipart/form-data" + ";boundary=\"\\".repeat(6_000), "", "MalformedPOSTRequest");
        assertThat(read(TYPE, field("key", "${filename}") + file("\\\"n".repeat(2_000), "x"))
                        .field("key"))
                .isEqualTo("\"n".repeat(2_000));
        assertRefused(TYPE, "x".repeat(100_000) + field("key", "k"), "MalformedPOSTRequest");
        assertRefused(TYPE, "--b\r\nX: " + "\r".repeat(100_000), "MalformedPOSTRequest");
        assertRefused(TYPE, field("", "").repeat(100_000), "MaxPostPreDataLengthExceeded");
    }
}
