package dev.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.identity.AccountMinimums;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PublicationTest {
    private static final String NO_KAFKA = "127.0.0.1:1";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<String, AccessKeyRecord> told = new ConcurrentHashMap<>();
    private final Set<String> tombstones = ConcurrentHashMap.newKeySet();

    private TopicTail listen() {
        return new TopicTail(TestKafka.bootstrapServers(), Topics.ACCESS_KEYS, TopicTail.From.BEGINNING, received -> {
            if (received.value() == null) {
                told.remove(received.key());
                tombstones.add(received.key());
            } else {
                told.put(received.key(), Json.read(received.value(), AccessKeyRecord.class));
            }
        });
    }

    @Test
    void losesNothingWhileKafkaIsAway() throws Exception {
        String url = TestPostgres.url("publication");
        String kept;
        String deleted;
        try (var _ = listen();
                var identity = new Identity(url, TestKafka.bootstrapServers())) {
            kept = create(identity);
            deleted = create(identity);
            Awaitility.await().atMost(PATIENCE).until(() -> told.keySet().containsAll(Set.of(kept, deleted)));
            assertThat(told.get(Identity.BOOTSTRAP_KEY).role()).isEqualTo(Role.OWNER);
        }
        String made;
        try (var identity = new Identity(url, NO_KAFKA)) {
            made = create(identity);
            identity.call("DELETE", "/v1/access-keys/" + deleted, Identity.OPERATOR, Role.OWNER, null);
            var off = identity.call(
                    "PATCH", "/v1/access-keys/" + kept, Identity.OPERATOR, Role.OWNER, "{\"active\":false}");
            assertThat(off.status()).isEqualTo(200);
        }
        try (var _ = listen();
                var _ = new Identity(url, TestKafka.bootstrapServers())) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> told.containsKey(made)
                            && tombstones.contains(deleted)
                            && !told.get(kept).active());
        }
    }

    @Test
    void tellsWhatAccountsDemandAndLosesNothingWhileKafkaIsAway() throws Exception {
        String url = TestPostgres.url("minimums");
        String account;
        try (var minimums = new AccountMinimums()) {
            TopicCreation.ensureAll(TestKafka.bootstrapServers());
            minimums.listen(TestKafka.bootstrapServers());
            try (var identity = new Identity(url, TestKafka.bootstrapServers())) {
                account = identity.call("POST", "/v1/accounts", Identity.OPERATOR, Role.OWNER, "{}")
                        .member("accountId");
                demand(identity, account, "gvisor");
                Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> minimums.of(account).equals(Optional.of(Isolation.GVISOR)));
                demand(identity, account, "none");
                Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> minimums.of(account).isEmpty());
            }
            try (var identity = new Identity(url, NO_KAFKA)) {
                demand(identity, account, "microvm");
            }
            try (var _ = new Identity(url, TestKafka.bootstrapServers())) {
                Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> minimums.of(account).equals(Optional.of(Isolation.MICROVM)));
            }
        }
    }

    private static void demand(Identity identity, String account, String minimum) throws Exception {
        var answer = identity.call(
                "PATCH", "/v1/accounts/" + account, account, Role.OWNER, "{\"minimumIsolation\":\"" + minimum + "\"}");
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void doesNotBringADeletedFirstKeyBack() throws Exception {
        String url = TestPostgres.url("firstkey");
        try (var identity = new Identity(url, NO_KAFKA)) {
            identity.call("POST", "/v1/access-keys", Identity.OPERATOR, Role.OWNER, "{\"role\":\"owner\"}");
            var gone = identity.call(
                    "DELETE", "/v1/access-keys/" + Identity.BOOTSTRAP_KEY, Identity.OPERATOR, Role.OWNER, null);
            assertThat(gone.status()).isEqualTo(204);
        }
        try (var identity = new Identity(url, NO_KAFKA)) {
            assertThat(identity.call("GET", "/v1/access-keys", Identity.OPERATOR, Role.OWNER, null)
                            .body())
                    .doesNotContain(Identity.BOOTSTRAP_KEY)
                    .contains("AKIA");
        }
    }

    private static String create(Identity identity) throws Exception {
        return identity.call("POST", "/v1/access-keys", Identity.OPERATOR, Role.OWNER, "{\"role\":\"deployer\"}")
                .member("accessKeyId");
    }
}
