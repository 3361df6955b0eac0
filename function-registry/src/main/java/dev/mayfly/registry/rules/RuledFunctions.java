package dev.mayfly.registry.rules;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.publication.Commits;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds what a request is about, and makes changes to what is said about it, one at a time for each function. */
@Component
public class RuledFunctions {
    private final JdbcClient database;
    private final Commits commits;
    private final RulesPublication rules;
    private final String region;

    RuledFunctions(JdbcClient database, Commits commits, RulesPublication rules, RegistryProperties properties) {
        this.database = database;
        this.commits = commits;
        this.rules = rules;
        this.region = properties.region();
    }

    /**
     * What a request that only reads names by its path and its {@code Qualifier}.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException when the caller may not, or there is no such thing
     */
    public RuledFunction reading(String name, HttpServletRequest http, String operation) {
        Caller caller = Caller.of(http);
        caller.mayRead(operation);
        return existing(FunctionRef.of(name, http.getParameter("Qualifier"), caller, region));
    }

    /** As {@link #reading}, for a request that changes something. */
    public RuledFunction changing(String name, HttpServletRequest http, String operation) {
        Caller caller = Caller.of(http);
        caller.mayChange(operation);
        return existing(FunctionRef.of(name, http.getParameter("Qualifier"), caller, region));
    }

    /** As {@link #reading}, for what is said about whole functions only. */
    public RuledFunction readingWhole(String name, HttpServletRequest http, String operation) {
        Caller caller = Caller.of(http);
        caller.mayRead(operation);
        return existing(whole(name, caller));
    }

    /** As {@link #changing}, for what is said about whole functions only. */
    public RuledFunction changingWhole(String name, HttpServletRequest http, String operation) {
        Caller caller = Caller.of(http);
        caller.mayChange(operation);
        return existing(whole(name, caller));
    }

    private FunctionRef whole(String name, Caller caller) {
        FunctionRef ref = FunctionRef.of(name, null, caller, region);
        if (ref.qualifier() != null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "This operation is permitted on Lambda functions only. Aliases"
                            + " and versions do not support this operation. Please specify either a function name or an"
                            + " unqualified function ARN.");
        }
        return ref;
    }

    /** @throws dev.mayfly.registry.lambda.LambdaException ResourceNotFoundException */
    public RuledFunction existing(FunctionRef ref) {
        var function = database.sql("select id from functions where account_id = :account and name = :name")
                .param("account", ref.accountId())
                .param("name", ref.name())
                .query(UUID.class)
                .optional()
                .map(id -> new RuledFunction(id, ref))
                .orElseThrow(() -> ref.notFound(region));
        if (!ref.isLatest() && version(function.id(), function.qualifier()).isEmpty()) {
            throw ref.notFound(region);
        }
        return function;
    }

    /** The version that a published version or an alias means; empty when there is no such thing. */
    public Optional<String> version(UUID functionId, String qualifier) {
        if (isNumber(qualifier)) {
            return database.sql("select 1 from published_versions where function_id = :id and number::text = :number")
                    .param("id", functionId)
                    .param("number", qualifier)
                    .query(Integer.class)
                    .optional()
                    .map(found -> qualifier);
        }
        return database.sql("""
                        select coalesce(version::text, '$LATEST') from aliases
                        where function_id = :id and name = :name""")
                .param("id", functionId)
                .param("name", qualifier)
                .query(String.class)
                .optional();
    }

    /** Whether a qualifier is a version's number, which no alias can be. */
    public static boolean isNumber(String qualifier) {
        return !qualifier.isEmpty() && qualifier.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /**
     * Within a change that added something: whether all that is said about the function still fits into one record.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException {@code refusal} when it does not
     */
    public void requireRoom(RuledFunction function, LambdaError refusal) {
        rules.requireRoom(function.ref().accountId(), function.ref().name(), refusal);
    }

    /** A change that all functions of its account take turns for, since there is a limit over all of them. */
    public <T extends @Nullable Object> T changeInTurn(RuledFunction function, Supplier<T> work) {
        return change(function, () -> {
            database.sql("select 1 from pg_advisory_xact_lock(hashtextextended(:account, 3))")
                    .param("account", function.ref().accountId())
                    .query(Integer.class)
                    .single();
            return work.get();
        });
    }

    /** Runs {@code work} in a transaction that holds the function, and tells the invokers of what came of it. */
    public <T extends @Nullable Object> T change(RuledFunction function, Supplier<T> work) {
        FunctionRef ref = function.ref();
        return commits.commit(() -> {
            if (database.sql("select id from functions where id = :id for update")
                    .param("id", function.id())
                    .query(UUID.class)
                    .list()
                    .isEmpty()) {
                throw ref.notFound(region);
            }
            existing(ref);
            T result = work.get();
            rules.changed(ref.accountId(), ref.name());
            return result;
        });
    }
}
