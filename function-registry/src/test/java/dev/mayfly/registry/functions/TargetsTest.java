package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.Zips;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request's path and query may name. */
class TargetsTest extends RegistryFixture {
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final byte[] ZIP = Zips.of("index.js", "exports.handler = () => 1");

    @BeforeEach
    void aFunction() {
        send("POST", FUNCTIONS, createBody("existing", ZIP, "nodejs20.x", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/2015-03-31/functions/existing/",
                "/2015-03-31/functions/existing/configuration/",
                "/2015-03-31/functions/existing/aliases/",
                "/2015-03-31/event-source-mappings/",
                "/2016-08-19/account-settings/",
                "/2018-10-31/layers/",
                "/2020-04-22/code-signing-configs/?MaxItems=1",
            })
    void aSlashAtTheEndIsOfNoAccount(String target) {
        assertThat(send("GET", target, "").statusCode()).isEqualTo(200);
    }

    @Test
    void noFunctionIsTheCopyOfAnotherRegions() {
        RefusalsTest.assertError(
                send("GET", FUNCTIONS + "?MasterRegion=mars", ""), 400, "ValidationException", "masterRegion");
        RefusalsTest.assertError(
                send("GET", FUNCTIONS + "?MasterRegion=us-east-1", ""),
                400,
                "InvalidParameterValueException",
                "FunctionVersion ALL");
        assertThat(send("GET", FUNCTIONS + "?MasterRegion=eu-west-1&FunctionVersion=ALL", "")
                        .body())
                .isEqualTo("{\"Functions\":[]}");
        assertThat(send("GET", FUNCTIONS + "?MasterRegion=ALL&FunctionVersion=ALL", "")
                        .body())
                .contains("existing");
    }

    @Test
    void namesOfOtherAccountsAndRegionsAreRefused() {
        RefusalsTest.assertError(
                send("GET", FUNCTIONS + "/arn:aws:lambda:us-east-1:999999999999:function:existing", ""),
                403,
                "AccessDeniedException",
                "another account");
        RefusalsTest.assertError(
                send("GET", FUNCTIONS + "/arn:aws:lambda:eu-west-1:" + ACCOUNT + ":function:existing", ""),
                404,
                "ResourceNotFoundException",
                "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')");
        RefusalsTest.assertError(
                send("GET", FUNCTIONS + "/existing:7", ""), 404, "ResourceNotFoundException", ARN + "existing:7");
        RefusalsTest.assertError(
                send("GET", FUNCTIONS + "/existing:7?Qualifier=8", ""),
                400,
                "InvalidParameterValueException",
                "The derived qualifier from the function name does not match");
    }
}
