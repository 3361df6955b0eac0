package dev.mayfly.registry.rules;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.aliases.Aliases;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.publication.Announced;
import dev.mayfly.registry.publication.Announcement;
import dev.mayfly.registry.publication.Outbox;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Assembles {@link InvocationRules} from what the registry knows of a function, and announces them. */
@Component
public class RulesPublication implements Announced {
    private static final String CHANGED = "dev.mayfly.function.rules.changed";
    private static final int PAGE = 200;
    private static final UUID FIRST = new UUID(0, 0);

    private final JdbcClient database;
    private final Aliases aliases;
    private final List<RulesPart> parts;
    private final Outbox outbox;
    private final String region;
    private final long largest;

    RulesPublication(
            JdbcClient database, Aliases aliases, List<RulesPart> parts, Outbox outbox, RegistryProperties properties) {
        this.database = database;
        this.aliases = aliases;
        this.parts = parts;
        this.outbox = outbox;
        this.region = properties.region();
        this.largest = properties.limits().rules().toBytes();
    }

    private record Function(
            UUID id,
            String accountId,
            String name,
            @Nullable String latestPublished) {}

    /**
     * Within the transaction that changed anything these rules are made of, after the changes were flushed. Of two
     * transactions that change the same function's rules, the second waits here for the first to end.
     */
    public void changed(String accountId, String name) {
        lock(accountId, name);
        find(accountId, name).ifPresent(rules -> outbox.add(announcement(rules)));
    }

    /**
     * Within the transaction that added to what these rules are made of.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException {@code refusal} when they have become larger than
     *     {@link RegistryProperties.Limits#rules}: one record carries them all
     */
    public void requireRoom(String accountId, String name, LambdaError refusal) {
        find(accountId, name).map(rules -> Json.bytes(rules).length).ifPresent(size -> {
            if (size > largest) {
                throw refusal.with("The aliases, policies, event invoke configurations and provisioned concurrency of "
                        + arn(accountId, name) + " and all its qualifiers take " + size
                        + " bytes together, which is more"
                        + " than the limit (" + largest + ").");
            }
        });
    }

    /** Within the transaction that deleted the function. */
    public void deleted(String accountId, String name) {
        lock(accountId, name);
        String key = InvocationRules.key(accountId, name);
        outbox.add(Announcement.deletion(Topics.FUNCTION_RULES, key, CHANGED, arn(accountId, name)));
    }

    /** The rules of a function; empty when there is no such function. */
    public Optional<InvocationRules> find(String accountId, String name) {
        return database.sql("""
                        select id, account_id, name, nullif(last_version, 0) as latest_published from functions
                        where account_id = :account and name = :name""")
                .param("account", accountId)
                .param("name", name)
                .query(RulesPublication::function)
                .optional()
                .map(this::rules);
    }

    @Override
    public void forEach(Consumer<Announcement> consumer) {
        UUID last = FIRST;
        List<Function> page;
        do {
            page = database.sql("""
                            select id, account_id, name, nullif(last_version, 0) as latest_published from functions
                            where id > :last order by id limit :page""")
                    .param("last", last)
                    .param("page", PAGE)
                    .query(RulesPublication::function)
                    .list();
            page.forEach(function -> consumer.accept(announcement(rules(function))));
            last = page.isEmpty() ? last : page.getLast().id();
        } while (page.size() == PAGE);
    }

    private static Function function(ResultSet row, int number) throws SQLException {
        return new Function(
                row.getObject("id", UUID.class),
                row.getString("account_id"),
                row.getString("name"),
                row.getString("latest_published"));
    }

    private InvocationRules rules(Function function) {
        var draft = new RulesDraft(
                function.accountId(), function.name(), function.latestPublished(), aliases.of(function.id()));
        parts.forEach(part -> part.addTo(draft, function.id()));
        return draft.rules();
    }

    private Announcement announcement(InvocationRules rules) {
        return Announcement.of(
                Topics.FUNCTION_RULES, rules.key(), CHANGED, arn(rules.accountId(), rules.name()), rules);
    }

    private String arn(String accountId, String name) {
        return "arn:aws:lambda:" + region + ":" + accountId + ":function:" + name;
    }

    private void lock(String accountId, String name) {
        database.sql("select 1 from pg_advisory_xact_lock(hashtextextended(:key, 2))")
                .param("key", InvocationRules.key(accountId, name))
                .query(Integer.class)
                .single();
    }
}
