package dev.mayfly.registry.sources;

import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.lambda.FunctionRef;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Says whether there is a function that event sources are to invoke. */
@Component
class Targets {
    private final JdbcClient database;

    Targets(JdbcClient database) {
        this.database = database;
    }

    boolean exists(String accountId, Target target) {
        return database.sql("""
                        select count(*) from functions f
                        where f.account_id = :account and f.name = :name and (:qualifier in ('', '$LATEST')
                            or exists (select 1 from published_versions v
                                       where v.function_id = f.id and v.number::text = :qualifier)
                            or exists (select 1 from aliases a where a.function_id = f.id and a.name = :qualifier))""")
                        .param("account", accountId)
                        .param("name", target.name())
                        .param("qualifier", target.qualifier() == null ? "" : target.qualifier())
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /**
     * What {@code ref} means.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException ResourceNotFoundException when there is no such function
     */
    Target existing(FunctionRef ref, String region) {
        @Nullable String qualifier = FunctionVersion.LATEST.equals(ref.qualifier()) ? null : ref.qualifier();
        var target = new Target(ref.name(), qualifier);
        if (!exists(ref.accountId(), target)) {
            throw ref.notFound(region);
        }
        return target;
    }
}
