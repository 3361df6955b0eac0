package dev.mayfly.registry.functions;

import dev.mayfly.contracts.events.Json;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The published versions of all functions. */
@Component
class PublishedVersions {
    private static final int PAGE = 100;

    private final JdbcClient database;

    PublishedVersions(JdbcClient database) {
        this.database = database;
    }

    void add(UUID functionId, FunctionSnapshot version) {
        database.sql("""
                        insert into published_versions (function_id, number, code_size, snapshot)
                        values (:function, :number, :size, :snapshot)""")
                .param("function", functionId)
                .param("number", Long.parseLong(version.number()))
                .param("size", version.code().size())
                .param("snapshot", Json.text(version))
                .update();
    }

    void replace(UUID functionId, FunctionSnapshot version) {
        database.sql("""
                        update published_versions set snapshot = :snapshot
                        where function_id = :function and number = :number""")
                .param("function", functionId)
                .param("number", Long.parseLong(version.number()))
                .param("snapshot", Json.text(version))
                .update();
    }

    boolean delete(UUID functionId, long number) {
        return database.sql("delete from published_versions where function_id = :function and number = :number")
                        .param("function", functionId)
                        .param("number", number)
                        .update()
                > 0;
    }

    Optional<FunctionSnapshot> find(UUID functionId, long number) {
        return database.sql(
                        "select snapshot from published_versions where function_id = :function and number = :number")
                .param("function", functionId)
                .param("number", number)
                .query(String.class)
                .optional()
                .map(PublishedVersions::read);
    }

    Optional<FunctionSnapshot> newest(UUID functionId) {
        return database.sql("""
                        select snapshot from published_versions where function_id = :function
                        order by number desc limit 1""")
                .param("function", functionId)
                .query(String.class)
                .optional()
                .map(PublishedVersions::read);
    }

    /** Those with numbers greater than {@code number}, in order. */
    List<FunctionSnapshot> after(UUID functionId, long number, int limit) {
        return database
                .sql("""
                        select snapshot from published_versions where function_id = :function and number > :number
                        order by number limit :limit""")
                .param("function", functionId)
                .param("number", number)
                .param("limit", limit)
                .query(String.class)
                .list()
                .stream()
                .map(PublishedVersions::read)
                .toList();
    }

    /** All of a function's, a page in memory at a time. */
    void forEach(UUID functionId, Consumer<FunctionSnapshot> consumer) {
        long last = 0;
        List<FunctionSnapshot> page;
        do {
            page = after(functionId, last, PAGE);
            page.forEach(consumer);
            last = page.isEmpty() ? last : Long.parseLong(page.getLast().number());
        } while (page.size() == PAGE);
    }

    private static FunctionSnapshot read(String json) {
        return Json.mapper().readValue(json, FunctionSnapshot.class);
    }
}
