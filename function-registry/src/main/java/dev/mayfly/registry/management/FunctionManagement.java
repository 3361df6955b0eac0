package dev.mayfly.registry.management;

import dev.mayfly.registry.rules.QualifierRemoval;
import dev.mayfly.registry.rules.RulesDraft;
import dev.mayfly.registry.rules.RulesPart;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What is kept as it was said, for all functions. */
@Component
class FunctionManagement implements QualifierRemoval, RulesPart {
    private static final String TERMINATE = "Terminate";
    private static final String AUTO = "Auto";

    private final JdbcClient database;

    FunctionManagement(JdbcClient database) {
        this.database = database;
    }

    String recursiveLoop(UUID functionId) {
        return saidOfLoops(functionId).orElse(TERMINATE);
    }

    private Optional<String> saidOfLoops(UUID functionId) {
        return database.sql("select recursive_loop from recursion_configs where function_id = :function")
                .param("function", functionId)
                .query(String.class)
                .optional();
    }

    @Override
    public void addTo(RulesDraft draft, UUID functionId) {
        saidOfLoops(functionId).ifPresent(draft::recursiveLoop);
    }

    void recursiveLoop(UUID functionId, String recursiveLoop) {
        database.sql("""
                        insert into recursion_configs (function_id, recursive_loop) values (:function, :loop)
                        on conflict (function_id) do update set recursive_loop = excluded.recursive_loop""")
                .param("function", functionId)
                .param("loop", recursiveLoop)
                .update();
    }

    String updateRuntimeOn(UUID functionId, String qualifier) {
        return database.sql("""
                        select update_on from runtime_management
                        where function_id = :function and qualifier = :qualifier""")
                .param("function", functionId)
                .param("qualifier", qualifier)
                .query(String.class)
                .optional()
                .orElse(AUTO);
    }

    void updateRuntimeOn(UUID functionId, String qualifier, String updateOn) {
        database.sql("""
                        insert into runtime_management (function_id, qualifier, update_on)
                        values (:function, :qualifier, :on)
                        on conflict (function_id, qualifier) do update set update_on = excluded.update_on""")
                .param("function", functionId)
                .param("qualifier", qualifier)
                .param("on", updateOn)
                .update();
    }

    @Override
    public void removed(UUID functionId, String qualifier) {
        database.sql("delete from runtime_management where function_id = :function and qualifier = :qualifier")
                .param("function", functionId)
                .param("qualifier", qualifier)
                .update();
    }
}
