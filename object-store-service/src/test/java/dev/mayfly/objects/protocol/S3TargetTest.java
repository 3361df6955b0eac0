package dev.mayfly.objects.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3TargetTest {
    @ParameterizedTest
    @CsvSource({
        "/b/k,k",
        "/b/a%20b+c,a b+c",
        "/b/../x/./y,../x/./y",
        "/b//a//,/a//",
        "/b/%2F%2e%2E,/..",
        "/b/%F0%9F%A6%8B,\uD83E\uDD8B",
        "/b/a;b=c,a;b=c"
    })
    void keysAreNeverNormalised(String raw, String key) {
        assertThat(S3Target.parse(raw).key()).isEqualTo(key);
        assertThat(S3Target.parse(raw).bucket()).isEqualTo("b");
    }

    @Test
    void queriesAreDecoded() {
        S3Target target = S3Target.parse("/b?list-type=2&prefix=a%2Fb+c&uploads&delimiter=%2F&prefix=later");
        assertThat(target.get("prefix")).isEqualTo("a/b c");
        assertThat(target.has("uploads")).isTrue();
        assertThat(target.key()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/b/%", "/b/%4", "/b/%zz", "/b/%ff", "/b/%ed%a0%80", "/b?x=%c3"})
    void whatIsNoUtf8IsRefused(String raw) {
        assertThatThrownBy(() -> S3Target.parse(raw))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.error()).isEqualTo(S3Error.INVALID_URI));
    }

    @Test
    void keysEndAt1024Bytes() {
        assertThat(S3Target.parse("/b/" + "%C3%BC".repeat(512)).key()).hasSize(512);
        assertThatThrownBy(() -> S3Target.parse("/b/" + "%C3%BC".repeat(512) + "x"))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.error()).isEqualTo(S3Error.KEY_TOO_LONG));
    }

    @ParameterizedTest
    @CsvSource({"PATCH,/b", "POST,/b/k", "DELETE,/"})
    void otherMethodsAreNotAllowed(String method, String raw) {
        assertThatThrownBy(() -> S3Router.route(method, S3Target.parse(raw), false))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.error()).isEqualTo(S3Error.METHOD_NOT_ALLOWED));
    }
}
