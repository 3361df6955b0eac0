package dev.mayfly.billing.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.billing.Events;
import dev.mayfly.billing.RunningBilling;
import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.Invocation;
import dev.mayfly.testing.TestKafka;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageIngestTest {
    private static RunningBilling billing;

    @BeforeAll
    static void start() {
        billing = RunningBilling.start("billing_ingest", FailingTransactions.Installed.class);
    }

    @AfterAll
    static void stop() {
        billing.close();
    }

    private static List<Invocation> invocations(String account, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Events.invocation(account, Instant.now(), "f"))
                .toList();
    }

    private static double counted(String outcome) {
        return billing.bean(MeterRegistry.class)
                .get("mayfly.billing.events")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private static void awaitAllTakenIn() {
        Instant now = Instant.now();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            var freshness = billing.bean(IngestStatus.class).freshness();
            return freshness.asOf() != null
                    && freshness.asOf().isAfter(now)
                    && freshness.lag().orElse(1) == 0;
        });
    }

    @Test
    void redeliveredAndReorderedEventsHaveOneLineEach() {
        String account = Events.newAccount();
        var events = new ArrayList<UsageEvent>(invocations(account, 500));
        var delivered = new ArrayList<>(events);
        delivered.addAll(events);
        delivered.addAll(events.subList(100, 300));
        Collections.shuffle(delivered, new Random(1));
        double duplicates = counted("duplicate");

        billing.publish(delivered);
        awaitAllTakenIn();

        assertThat(billing.linesOf(account)).isEqualTo(500);
        assertThat(counted("duplicate") - duplicates).isEqualTo(700);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeathAroundTheCommitNeitherLosesNorDoubles(boolean beforeCommit) {
        String account = Events.newAccount();
        var failing = billing.bean(FailingTransactions.class);
        failing.next(3, beforeCommit);

        billing.publish(invocations(account, 300));
        awaitAllTakenIn();

        assertThat(failing.left()).isLessThan(3);
        assertThat(billing.linesOf(account)).isEqualTo(300);
    }

    @Test
    void connectionsThatPostgresEndsAreMadeAgain() {
        String account = Events.newAccount();
        for (int round = 0; round < 5; round++) {
            billing.publish(invocations(account, 200));
            billing.ownSql()
                    .sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                            + " WHERE usename = current_user AND pid <> pg_backend_pid()")
                    .query(Long.class)
                    .single();
        }
        awaitAllTakenIn();
        assertThat(billing.linesOf(account)).isEqualTo(1000);
    }

    @Test
    void aServiceThatStartsAgainGoesOnWhereItsLedgerStands() {
        String account = Events.newAccount();
        billing.publish(invocations(account, 50));
        billing.awaitLines(account, 50);
        billing.stop();
        billing.publish(invocations(account, 50));
        billing.start();
        double duplicates = counted("duplicate");
        awaitAllTakenIn();
        assertThat(billing.linesOf(account)).isEqualTo(100);
        assertThat(counted("duplicate")).isEqualTo(duplicates);
    }

    @Test
    void lostOffsetsCostARereadAndNothingElse() {
        String account = Events.newAccount();
        billing.publish(invocations(account, 20));
        billing.awaitLines(account, 20);
        long before = billing.sql()
                .sql("SELECT count(*) FROM ledger_line")
                .query(Long.class)
                .single();
        billing.sql().sql("DELETE FROM consumed_offset").update();
        billing.stop();
        billing.start();
        awaitAllTakenIn();
        assertThat(billing.sql()
                        .sql("SELECT count(*) FROM ledger_line")
                        .query(Long.class)
                        .single())
                .isEqualTo(before);
    }

    @Test
    void theLedgerRefusesToBeChanged() {
        String account = Events.newAccount();
        billing.publish(invocations(account, 1));
        billing.awaitLines(account, 1);
        for (String change : List.of(
                "UPDATE ledger_line SET billed_millis = 0",
                "DELETE FROM ledger_line",
                "DELETE FROM ledger_line WHERE false",
                "TRUNCATE ledger_line")) {
            assertThatThrownBy(() -> billing.sql().sql(change).update())
                    .as(change)
                    .hasMessageContaining("append-only");
        }
        assertThat(billing.linesOf(account)).isEqualTo(1);
    }

    @Test
    void whatCannotBeTrueIsPutAsideWithItsReasonAndHoldsUpNothing() throws Exception {
        String account = Events.newAccount();
        String good = Json.text(Events.invocation(account, Instant.now(), "f"));
        Map<String, String> bad = Map.ofEntries(
                Map.entry("no json", "unreadable"),
                Map.entry("", "empty"),
                Map.entry("null", "empty"),
                Map.entry("[]", "unreadable"),
                Map.entry("{\"kind\":\"teleport\",\"id\":\"x\"}", "unreadable"),
                Map.entry("{\"kind\":\"invocation\"}", "unreadable"),
                Map.entry(good.replace("\"billedMillis\":5", "\"billedMillis\":-5"), "billedMillis -5"),
                Map.entry(good.replace("\"billedMillis\":5", "\"billedMillis\":9000000000"), "billedMillis 9000000000"),
                Map.entry(good.replace("\"billedMillis\":5", "\"billedMillis\":5.5"), "unreadable"),
                Map.entry(good.replace("\"billedMillis\":5", "\"billedMillis\":\"5\""), "unreadable"),
                Map.entry(good.replace("\"billedMillis\":5", "\"billedMillis\":99999999999999999999"), "unreadable"),
                Map.entry(good.replace("\"billedMillis\":5,", ""), "unreadable"),
                Map.entry(good.replace("\"memoryMb\":128", "\"memoryMb\":0"), "memoryMb 0"),
                Map.entry(good.replace("\"isolation\":\"CONTAINER\"", "\"isolation\":\"BUNKER\""), "unreadable"),
                Map.entry(good.replace("\"isolation\":\"CONTAINER\"", "\"isolation\":null"), "isolation is missing"),
                Map.entry(good.replace("\"resource\":\"f\"", "\"resource\":\"a\\u0000b\""), "resource has characters"),
                Map.entry(
                        good.replace("\"resource\":\"f\"", "\"resource\":\"" + "x".repeat(300) + "\""), "longer than"),
                Map.entry(good.replace(account, "mayfly-system"), "accountId"),
                Map.entry(good.replaceAll("\"time\":\"[^\"]*\"", "\"time\":\"2999-01-01T00:00:00Z\""), "in the future"),
                Map.entry(good.replaceAll("\"time\":\"[^\"]*\"", "\"time\":\"1999-01-01T00:00:00Z\""), "before"));
        double dead = counted("dead");
        bad.keySet().forEach(value -> billing.publishRaw(account, value));
        billing.publishRaw(account, good);
        billing.awaitLines(account, 1);

        assertThat(counted("dead") - dead).isEqualTo(bad.size());
        var reasons = new ConcurrentHashMap<String, String>();
        try (var tail = new TopicTail(
                TestKafka.bootstrapServers(), Topics.DEAD_USAGE_EVENTS, TopicTail.From.BEGINNING, received -> {
                    var event = CloudEvent.from(received);
                    reasons.put(
                            new String(event.data(), StandardCharsets.UTF_8),
                            event.extensions().get("reason"));
                })) {
            assertThat(tail.awaitCaughtUp(Duration.ofSeconds(30))).isTrue();
        }
        bad.forEach((value, reason) -> assertThat(reasons.get(value)).as(value).contains(reason));
    }

    @Test
    void anEventThatTheDatabaseRefusesDoesNotHoldUpItsBatch() {
        String account = Events.newAccount();
        billing.sql()
                .sql("ALTER TABLE ledger_line ADD CONSTRAINT no_such_name CHECK (resource <> 'refuse-me') NOT VALID")
                .update();
        var events = new ArrayList<UsageEvent>(invocations(account, 10));
        events.add(5, Events.invocation(account, Instant.now(), "refuse-me"));
        double dead = counted("dead");

        billing.publish(events);
        billing.awaitLines(account, 10);
        awaitAllTakenIn();

        billing.sql()
                .sql("ALTER TABLE ledger_line DROP CONSTRAINT no_such_name")
                .update();
        assertThat(billing.linesOf(account)).isEqualTo(10);
        assertThat(counted("dead") - dead).isEqualTo(1);
    }
}
