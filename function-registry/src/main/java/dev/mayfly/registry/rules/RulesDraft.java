package dev.mayfly.registry.rules;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.function.InvocationRules.Alias;
import dev.mayfly.contracts.function.InvocationRules.Asynchronous;
import dev.mayfly.contracts.function.InvocationRules.Grant;
import dev.mayfly.contracts.function.InvocationRules.Provisioned;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rules of one function, while its parts are asked for. */
public final class RulesDraft {
    private final String accountId;
    private final String name;
    private final @Nullable String latestPublished;
    private final List<Alias> aliases;
    private @Nullable Integer reservedConcurrency;
    private final List<Provisioned> provisioned = new ArrayList<>();
    private final List<Asynchronous> asynchronous = new ArrayList<>();
    private final List<Grant> grants = new ArrayList<>();
    private @Nullable String recursiveLoop;

    RulesDraft(String accountId, String name, @Nullable String latestPublished, List<Alias> aliases) {
        this.accountId = accountId;
        this.name = name;
        this.latestPublished = latestPublished;
        this.aliases = aliases;
    }

    public void reserve(int executions) {
        reservedConcurrency = executions;
    }

    public void add(Provisioned kept) {
        provisioned.add(kept);
    }

    public void add(Asynchronous rule) {
        asynchronous.add(rule);
    }

    public void add(Grant grant) {
        grants.add(grant);
    }

    public void recursiveLoop(String allowOrTerminate) {
        recursiveLoop = allowOrTerminate;
    }

    /** With a revision id that follows from the rest, so that announcing the same again changes nothing. */
    InvocationRules rules() {
        byte[] content = Json.bytes(rules(""));
        return rules(UUID.nameUUIDFromBytes(content).toString());
    }

    private InvocationRules rules(String revisionId) {
        return new InvocationRules(
                accountId,
                name,
                revisionId,
                latestPublished,
                aliases,
                reservedConcurrency,
                provisioned,
                asynchronous,
                grants,
                recursiveLoop);
    }
}
