package dev.mayfly.registry.aliases;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The aliases of all functions. */
@Component
public class Aliases {
    private final JdbcClient database;

    Aliases(JdbcClient database) {
        this.database = database;
    }

    /** A function's aliases, by name, as those who invoke it need them. */
    public List<InvocationRules.Alias> of(UUID functionId) {
        return database.sql("""
                        select name, version, additional_version, additional_weight from aliases
                        where function_id = :function order by name""")
                .param("function", functionId)
                .query(Aliases::rule)
                .list();
    }

    private static InvocationRules.Alias rule(ResultSet row, int number) throws SQLException {
        @Nullable String version = row.getString("version");
        @Nullable String additional = row.getString("additional_version");
        return new InvocationRules.Alias(
                row.getString("name"),
                version == null ? FunctionVersion.LATEST : version,
                additional == null ? Map.of() : Map.of(additional, row.getDouble("additional_weight")));
    }
}
