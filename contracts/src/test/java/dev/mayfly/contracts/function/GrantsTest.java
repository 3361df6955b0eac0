package dev.mayfly.contracts.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.Grants.Principal;
import dev.mayfly.contracts.function.InvocationRules.Grant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrantsTest {
    private static final String INVOKE = "lambda:InvokeFunction";
    private static final Principal FRIEND = new Principal.Account("111111111111");

    private static Grant grant(@Nullable String qualifier, String action, String principal) {
        return new Grant("s", qualifier, action, principal, null, null, null, null, null);
    }

    private static Grant from(String principal, @Nullable String arn, @Nullable String account) {
        return new Grant("s", null, INVOKE, principal, arn, account, null, null, null);
    }

    private static boolean allows(Grant grant, @Nullable String qualifier, Principal principal) {
        var rules = new InvocationRules(
                "000000000000", "f", "", null, List.of(), null, List.of(), List.of(), List.of(grant), null);
        return Grants.allow(rules, qualifier, INVOKE, principal);
    }

    @ParameterizedTest
    @CsvSource({
        "111111111111, lambda:InvokeFunction, true",
        "arn:aws:iam::111111111111:root, lambda:InvokeFunction, true",
        "*, lambda:InvokeFunction, true",
        "*, lambda:*, true",
        "*, *, true",
        "*, lambda:Invoke*, true",
        "*, LAMBDA:invokefunction, true",
        "*, lambda:InvokeFunctio?, true",
        "*, lambda:InvokeFunctionUrl, false",
        "*, lambda:GetFunction, false",
        "*, s3:*, false",
        "222222222222, lambda:InvokeFunction, false",
        "arn:aws:iam::222222222222:root, lambda:InvokeFunction, false",
        "arn:aws:iam::111111111111:user/somebody, lambda:InvokeFunction, false",
        "s3.amazonaws.com, lambda:InvokeFunction, false"
    })
    void principalAndActionDecide(String principal, String action, boolean allowed) {
        assertThat(allows(grant(null, action, principal), null, FRIEND)).isEqualTo(allowed);
    }

    @Test
    void aGrantIsForTheQualifierThatItNames() {
        assertThat(allows(grant("live", INVOKE, "*"), "live", FRIEND)).isTrue();
        assertThat(allows(grant("live", INVOKE, "*"), null, FRIEND)).isFalse();
        assertThat(allows(grant("live", INVOKE, "*"), "1", FRIEND)).isFalse();
        assertThat(allows(grant(null, INVOKE, "*"), "live", FRIEND)).isFalse();
        assertThat(allows(grant(null, INVOKE, "*"), "$LATEST", FRIEND)).isTrue();
    }

    @Test
    void sourcesAreForServices() {
        var bucket = new Principal.Service("s3.amazonaws.com", "arn:aws:s3:::photos", "000000000000");
        assertThat(allows(from("s3.amazonaws.com", "arn:aws:s3:::ph*s", "000000000000"), null, bucket))
                .isTrue();
        assertThat(allows(from("s3.amazonaws.com", null, null), null, bucket)).isTrue();
        assertThat(allows(from("s3.amazonaws.com", "arn:aws:s3:::others", null), null, bucket))
                .isFalse();
        assertThat(allows(from("s3.amazonaws.com", null, "111111111111"), null, bucket))
                .isFalse();
        assertThat(allows(from("events.amazonaws.com", null, null), null, bucket))
                .isFalse();
        assertThat(allows(from("*", "arn:aws:s3:::photos", null), null, FRIEND)).isFalse();
        assertThat(allows(from("111111111111", null, "111111111111"), null, FRIEND))
                .isFalse();
    }
}
