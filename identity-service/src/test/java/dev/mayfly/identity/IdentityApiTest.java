package dev.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.identity.FormSignature;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityApiTest {
    private static Identity identity;

    @BeforeAll
    static void start() {
        identity = new Identity(
                TestPostgres.url("identity"), TestKafka.bootstrapServers(), "--mayfly.max-keys-per-account=5");
    }

    @AfterAll
    static void stop() {
        identity.close();
    }

    private static String openAccount() throws Exception {
        return identity.call("POST", "/v1/accounts", Identity.OPERATOR, Role.OWNER, "{\"name\":\"Ann\"}")
                .member("accountId");
    }

    private static String createKey(String account, String role) throws Exception {
        return identity.call("POST", "/v1/access-keys", account, Role.OWNER, "{\"role\":\"" + role + "\"}")
                .member("accessKeyId");
    }

    @Test
    void opensAnAccountWithAnOwnerKey() throws Exception {
        var reply = identity.call("POST", "/v1/accounts", Identity.OPERATOR, Role.OWNER, "{\"name\":\"Ann\"}");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.member("accountId")).matches("[1-9][0-9]{11}");
        assertThat(reply.member("accessKeyId")).matches("AKIA[A-Z2-7]{16}");
        assertThat(reply.member("secretAccessKey")).hasSize(40);
        assertThat(reply.member("role")).isEqualTo("owner");

        String id = reply.member("accountId");
        assertThat(identity.call("GET", "/v1/accounts/" + id, id, Role.AUDITOR, null)
                        .body())
                .contains(id);
        assertThat(identity.call("GET", "/v1/accounts", id, Role.OWNER, null).body())
                .contains(id)
                .doesNotContain(Identity.OPERATOR);
        assertThat(identity.call("GET", "/v1/accounts/" + Identity.OPERATOR, id, Role.OWNER, null)
                        .status())
                .isEqualTo(404);
    }

    /** Who holds no secret asks whether a signature is right. */
    @Test
    void tellsSiblingsWhetherASignatureIsRight() throws Exception {
        String account = openAccount();
        var made = identity.call("POST", "/v1/access-keys", account, Role.OWNER, "{\"role\":\"invoker\"}");
        String id = made.member("accessKeyId");
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(made.member("secretAccessKey").getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        String signature = Base64.getEncoder().encodeToString(mac.doFinal("text".getBytes(StandardCharsets.UTF_8)));
        assertThat(check(new FormSignature(id, "text", null, signature)).body()).contains(account, "INVOKER");
        assertThat(check(new FormSignature(id, "other", null, signature)).status())
                .isEqualTo(403);
        assertThat(check(new FormSignature("AKIANOBODY", "text", null, signature))
                        .status())
                .isEqualTo(404);
        identity.call("DELETE", "/v1/access-keys/" + id, account, Role.OWNER, null);
        assertThat(check(new FormSignature(id, "text", null, signature)).status())
                .isEqualTo(404);
        String path = "/internal/access-keys/signatures";
        assertThat(identity.call("POST", path, account, Role.OWNER, "{}").status())
                .isEqualTo(404);
    }

    private static Identity.Reply check(FormSignature signature) throws Exception {
        var voucher = Identity.VOUCHING.issueForService("object-store-service", "mayfly-system");
        String body = new String(Json.bytes(signature), StandardCharsets.UTF_8);
        return identity.send("POST", "/internal/access-keys/signatures", voucher, body, "application/json");
    }

    @ParameterizedTest
    @CsvSource({"000000000000,DEPLOYER", "000000000000,AUDITOR", "123456789012,OWNER"})
    void letsOnlyTheOperatorOpenAccounts(String account, Role role) throws Exception {
        var reply = identity.call("POST", "/v1/accounts", account, role, "{}");
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.contentType()).isEqualTo("application/problem+json");
    }

    @Test
    void listsAccountsInPages() throws Exception {
        openAccount();
        openAccount();
        var first = identity.call("GET", "/v1/accounts?limit=2", Identity.OPERATOR, Role.OWNER, null);
        String next = first.member("nextStartAfter");
        assertThat(first.body()).contains("\"" + Identity.OPERATOR + "\"");
        var second = identity.call("GET", "/v1/accounts?startAfter=" + next, Identity.OPERATOR, Role.OWNER, null);
        assertThat(second.body()).doesNotContain("nextStartAfter").doesNotContain("\"" + next + "\"");
        assertThat(identity.call("GET", "/v1/accounts?limit=0", Identity.OPERATOR, Role.OWNER, null)
                        .status())
                .isEqualTo(400);
        assertThat(identity.call("GET", "/v1/accounts?limit=x", Identity.OPERATOR, Role.OWNER, null)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void anOwnerSetsTheAccountsMinimumIsolation() throws Exception {
        String account = openAccount();
        String path = "/v1/accounts/" + account;
        assertThat(identity.call("GET", path, account, Role.AUDITOR, null).member("minimumIsolation"))
                .isEqualTo("none");
        for (String minimum : List.of("gvisor", "wasm", "microvm", "container", "none")) {
            var set = identity.call("PATCH", path, account, Role.OWNER, "{\"minimumIsolation\":\"" + minimum + "\"}");
            assertThat(set.status()).as(set.body()).isEqualTo(200);
            assertThat(set.member("minimumIsolation")).isEqualTo(minimum);
            assertThat(identity.call("GET", path, account, Role.AUDITOR, null).member("minimumIsolation"))
                    .isEqualTo(minimum);
        }
        var byOperator =
                identity.call("PATCH", path, Identity.OPERATOR, Role.OWNER, "{\"minimumIsolation\":\"gvisor\"}");
        assertThat(byOperator.member("minimumIsolation")).isEqualTo("gvisor");
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"DEPLOYER", "INVOKER", "AUDITOR"})
    void nobodyButAnOwnerSetsTheMinimumIsolation(Role role) throws Exception {
        String account = openAccount();
        String body = "{\"minimumIsolation\":\"none\"}";
        var refused = identity.call("PATCH", "/v1/accounts/" + account, account, role, body);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("owner key");
        assertThat(identity.call("PATCH", "/v1/accounts/" + account, "123456789012", Role.OWNER, body)
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "{\"minimumIsolation\":null}",
                "{\"minimumIsolation\":\"auto\"}",
                "{\"minimumIsolation\":\"GVISOR\"}",
                "{\"minimumIsolation\":[]}",
                "["
            })
    void aMinimumThatIsNoTierIsRefused(String body) throws Exception {
        String account = openAccount();
        var refused = identity.call("PATCH", "/v1/accounts/" + account, account, Role.OWNER, body);
        assertThat(refused.status()).as(refused.body()).isEqualTo(400);
        assertThat(refused.contentType()).isEqualTo("application/problem+json");
    }

    @Test
    void anAccountThatIsNotThereHasNoMinimum() throws Exception {
        assertThat(identity.call(
                                "PATCH",
                                "/v1/accounts/999999999999",
                                Identity.OPERATOR,
                                Role.OWNER,
                                "{\"minimumIsolation\":\"gvisor\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void showsASecretOnceAndStoresItSealed() throws Exception {
        String account = openAccount();
        var made = identity.call("POST", "/v1/access-keys", account, Role.OWNER, "{\"role\":\"deployer\"}");
        assertThat(made.status()).isEqualTo(201);
        String secret = made.member("secretAccessKey");
        assertThat(identity.call("GET", "/v1/access-keys", account, Role.OWNER, null)
                        .body())
                .contains(made.member("accessKeyId"))
                .doesNotContain(secret)
                .doesNotContain("ealed");

        var record = internal(made.member("accessKeyId"));
        assertThat(record.sealedSecret()).doesNotContain(secret);
        assertThat(Identity.MASTER.open(record.sealedSecret(), AccessKeyRecord.sealContext(record.accessKeyId())))
                .isEqualTo(secret.getBytes(StandardCharsets.UTF_8));
        assertThat(record.role()).isEqualTo(Role.DEPLOYER);
        assertThat(record.accountId()).isEqualTo(account);
    }

    private static AccessKeyRecord internal(String id) throws Exception {
        var voucher = Identity.VOUCHING.issueForService("api-gateway", "mayfly-system");
        var reply = identity.send("GET", "/internal/access-keys/" + id, voucher, null, "text/plain");
        return Json.read(reply.body().getBytes(StandardCharsets.UTF_8), AccessKeyRecord.class);
    }

    @Test
    void answersInternalQuestionsToSiblingsOnly() throws Exception {
        var record = internal(Identity.BOOTSTRAP_KEY);
        assertThat(record.role()).isEqualTo(Role.OWNER);
        String path = "/internal/access-keys/";
        assertThat(identity.call("GET", path + Identity.BOOTSTRAP_KEY, Identity.OPERATOR, Role.OWNER, null)
                        .status())
                .isEqualTo(404);
        var voucher = Identity.VOUCHING.issueForService("api-gateway", "mayfly-system");
        assertThat(identity.send("GET", path + "AKIANOBODY", voucher, null, "text/plain")
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/access-keys", "/v1/accounts", "/", "/internal/access-keys/x", "/actuator/env"})
    void refusesRequestsThatNobodyVouchesFor(String path) throws Exception {
        assertThat(identity.send("GET", path, null, null, "text/plain").status())
                .isEqualTo(403);
        assertThat(identity.send("GET", path, "forged", null, "text/plain").status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"DEPLOYER", "INVOKER", "AUDITOR"})
    void letsOnlyOwnersAdministerKeys(Role role) throws Exception {
        for (String[] call : new String[][] {
            {"GET", "/v1/access-keys", null},
            {"POST", "/v1/access-keys", "{\"role\":\"owner\"}"},
            {"PATCH", "/v1/access-keys/" + Identity.BOOTSTRAP_KEY, "{\"active\":false}"},
            {"DELETE", "/v1/access-keys/" + Identity.BOOTSTRAP_KEY, null}
        }) {
            var reply = identity.call(call[0], call[1], Identity.OPERATOR, role, call[2]);
            assertThat(reply.status()).as(call[0]).isEqualTo(403);
            assertThat(reply.body()).contains("owner key");
        }
    }

    @Test
    void keepsAccountsApart() throws Exception {
        String account = openAccount();
        assertThat(identity.call("DELETE", "/v1/access-keys/" + Identity.BOOTSTRAP_KEY, account, Role.OWNER, null)
                        .status())
                .isEqualTo(404);
        assertThat(identity.call("GET", "/v1/access-keys", account, Role.OWNER, null)
                        .body())
                .doesNotContain(Identity.BOOTSTRAP_KEY);
    }

    @Test
    void switchesKeysOffAndDeletesThem() throws Exception {
        String account = openAccount();
        String id = createKey(account, "invoker");
        var off = identity.call("PATCH", "/v1/access-keys/" + id, account, Role.OWNER, "{\"active\":false}");
        assertThat(off.body()).contains("\"active\":false");
        assertThat(internal(id).active()).isFalse();
        assertThat(identity.call("DELETE", "/v1/access-keys/" + id, account, Role.OWNER, null)
                        .status())
                .isEqualTo(204);
        assertThat(identity.call("DELETE", "/v1/access-keys/" + id, account, Role.OWNER, null)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void keepsTheLastActiveOwnerKey() throws Exception {
        String account = openAccount();
        String only = createdOwner(account);
        for (String[] call : new String[][] {{"DELETE", null}, {"PATCH", "{\"active\":false}"}}) {
            var reply = identity.call(call[0], "/v1/access-keys/" + only, account, Role.OWNER, call[1]);
            assertThat(reply.status()).isEqualTo(409);
            assertThat(reply.body()).contains("last active owner key");
        }
        String second = createKey(account, "owner");
        identity.call("PATCH", "/v1/access-keys/" + second, account, Role.OWNER, "{\"active\":false}");
        assertThat(identity.call("DELETE", "/v1/access-keys/" + only, account, Role.OWNER, null)
                        .status())
                .isEqualTo(409);
    }

    private static String createdOwner(String account) throws Exception {
        return identity.call("GET", "/v1/access-keys", account, Role.OWNER, null)
                .member("accessKeyId");
    }

    @Test
    void keepsOneOwnerKeyWhenTwoAreDeletedAtOnce() throws Exception {
        for (int round = 0; round < 10; round++) {
            String account = openAccount();
            List<String> owners = List.of(createdOwner(account), createKey(account, "owner"));
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                var statuses = pool
                        .invokeAll(owners.stream()
                                .map(id -> (Callable<Integer>) () -> identity.call(
                                                "DELETE", "/v1/access-keys/" + id, account, Role.OWNER, null)
                                        .status())
                                .toList())
                        .stream()
                        .map(java.util.concurrent.Future::resultNow)
                        .toList();
                assertThat(statuses).containsExactlyInAnyOrder(204, 409);
            }
        }
    }

    @Test
    void limitsTheKeysOfAnAccount() throws Exception {
        String account = openAccount();
        for (int i = 0; i < 4; i++) {
            createKey(account, "auditor");
        }
        var reply = identity.call("POST", "/v1/access-keys", account, Role.OWNER, "{\"role\":\"auditor\"}");
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.body()).contains("Delete one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "null",
                "{}",
                "{\"role\":\"king\"}",
                "{\"role\":null}",
                "{\"role\":\"OWNER\"}",
                "\u0000"
            })
    void refusesKeysOfNoKnownRole(String body) throws Exception {
        var reply = identity.call("POST", "/v1/access-keys", openAccount(), Role.OWNER, body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.contentType()).isEqualTo("application/problem+json");
    }

    @Test
    void refusesABodyOtherThanTheSignedOneAndOneTooLong() throws Exception {
        var voucher = Identity.voucher(Identity.OPERATOR, Role.OWNER, null, "0".repeat(64));
        assertThat(identity.send("POST", "/v1/accounts", voucher, "{}", "application/json")
                        .status())
                .isEqualTo(401);
        assertThat(identity.call("POST", "/v1/accounts", Identity.OPERATOR, Role.OWNER, "x".repeat(70_000))
                        .status())
                .isEqualTo(413);
        assertThat(identity.call(
                                "POST",
                                "/v1/accounts",
                                Identity.OPERATOR,
                                Role.OWNER,
                                "{\"name\":\"" + "x".repeat(129) + "\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void tellsUsersAndFunctionsWhoTheyAre() throws Exception {
        String form = "Action=GetCallerIdentity&Version=2011-06-15";
        var user = identity.send("POST", "/", sts(null), form, "application/x-www-form-urlencoded; charset=utf-8");
        assertThat(user.status()).isEqualTo(200);
        assertThat(user.body())
                .contains("<Account>123456789012</Account>")
                .contains("<Arn>arn:aws:iam::123456789012:user/AKIACALLER0000000001</Arn>");
        var function = identity.send(
                "GET", "/?" + form, sts("arn:aws:lambda:us-east-1:123456789012:function:f"), null, "text/plain");
        assertThat(function.body()).contains("<Arn>arn:aws:sts::123456789012:assumed-role/mayfly-function/f</Arn>");
        var unknown =
                identity.send("POST", "/", sts(null), "Action=%3CAssumeRole", "application/x-www-form-urlencoded");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.body()).contains("<Code>InvalidAction</Code>").contains("&lt;AssumeRole");
    }

    private static String sts(String functionArn) {
        return Identity.voucher("123456789012", Role.DEPLOYER, functionArn, "UNSIGNED-PAYLOAD");
    }

    @Test
    void isHealthyAndMeasured() throws Exception {
        assertThat(identity.send("GET", "/actuator/health/readiness", null, null, "text/plain")
                        .body())
                .contains("UP");
        assertThat(identity.send("GET", "/actuator/prometheus", null, null, "text/plain")
                        .body())
                .contains("jvm_memory_used_bytes");
    }
}
