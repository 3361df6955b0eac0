package dev.mayfly.registry.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.RegistryProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.health.contributor.Status;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** What Kafka does not take, among what it does. */
class OutboxRelayTest extends RegistryFixture {
    private static final String LARGE = InvocationRules.key(ACCOUNT, "too-large");
    private static final Announcement TOO_LARGE = new Announcement(
            Topics.FUNCTION_RULES, LARGE, "dev.mayfly.function.rules.changed", "arn", new byte[3_000_000]);

    @Autowired
    private Outbox outbox;

    @Autowired
    private Commits commits;

    @Autowired
    private TransactionTemplate transactions;

    @Autowired
    private RegistryProperties properties;

    @Autowired
    private JdbcClient database;

    @AfterEach
    void forget() {
        commits.run(() -> outbox.add(Announcement.deletion(Topics.FUNCTION_RULES, LARGE, "deleted", "arn")));
        await().until(() -> lines() == 0);
    }

    private static Announcement small(String name) {
        var rules = InvocationRules.none(ACCOUNT, name);
        return Announcement.of(Topics.FUNCTION_RULES, rules.key(), "dev.mayfly.function.rules.changed", "arn", rules);
    }

    private long lines() {
        return database.sql("select count(*) from outbox where topic_key = :key")
                .param("key", LARGE)
                .query(Long.class)
                .single();
    }

    @Test
    void whatKafkaRefusesIsKeptAndHoldsUpNothingElse() {
        commits.run(() -> {
            outbox.add(TOO_LARGE);
            outbox.add(small("after-the-large"));
        });
        await().until(() -> rules("after-the-large") != null);
        assertThat(database.sql("select refusal from outbox where topic_key = :key")
                        .param("key", LARGE)
                        .query(String.class)
                        .list())
                .singleElement()
                .asString()
                .contains("RecordTooLargeException");

        commits.run(() -> {
            outbox.add(TOO_LARGE);
            outbox.add(small("after-another"));
        });
        await().until(() -> rules("after-another") != null);
        assertThat(lines()).as("one a key").isEqualTo(1);

        commits.run(() -> outbox.add(small("too-large")));
        await().until(() -> rules("too-large") != null);
        await().until(() -> lines() == 0);
    }

    @Test
    void aLineOfATopicThatANewerReleaseKnowsIsLeftToIt() {
        database.sql("insert into outbox (topic, topic_key, type, subject) values ('TO_COME', :key, 'new', 'arn')")
                .param("key", LARGE)
                .update();
        commits.run(() -> outbox.add(small("after-the-new")));
        await().until(() -> rules("after-the-new") != null);
        assertThat(lines()).isEqualTo(1);
        database.sql("delete from outbox where topic_key = :key")
                .param("key", LARGE)
                .update();
    }

    @Test
    void aStartIsNotHeldUpEither() {
        var metrics = new SimpleMeterRegistry();
        Announced all = consumer -> {
            consumer.accept(TOO_LARGE);
            consumer.accept(small("at-the-start"));
        };
        var relay = new OutboxRelay(outbox, List.of(all), transactions, properties, Clock.systemUTC(), metrics);
        relay.start();
        try {
            await().until(() -> relay.health().getStatus().equals(Status.UP));
            await().until(() -> rules("at-the-start") != null);
            assertThat(metrics.counter("mayfly.registry.announcements.refused", "topic", "function.rules")
                            .count())
                    .isEqualTo(1);
        } finally {
            relay.stop();
        }
    }
}
