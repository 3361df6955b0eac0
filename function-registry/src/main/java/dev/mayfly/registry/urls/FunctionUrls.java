package dev.mayfly.registry.urls;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.rules.QualifierRemoval;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The URLs of all functions. Invokers do not hear of them: nothing serves them yet. */
@Component
class FunctionUrls implements QualifierRemoval {
    private final JdbcClient database;

    FunctionUrls(JdbcClient database) {
        this.database = database;
    }

    Optional<FunctionUrl> find(UUID functionId, String qualifier) {
        return database.sql("select * from function_urls where function_id = :function and qualifier = :qualifier")
                .param("function", functionId)
                .param("qualifier", qualifier)
                .query(FunctionUrls::url)
                .optional();
    }

    /** In the order of their ids, which never change. */
    List<FunctionUrl> list(UUID functionId, String after, int most) {
        return database.sql("""
                        select * from function_urls where function_id = :function and url_id > :after
                        order by url_id limit :most""")
                .param("function", functionId)
                .param("after", after)
                .param("most", most)
                .query(FunctionUrls::url)
                .list();
    }

    void put(UUID functionId, FunctionUrl url) {
        removed(functionId, url.qualifier());
        database.sql("""
                        insert into function_urls (
                            function_id, qualifier, url_id, auth_type, invoke_mode, cors, created_at, last_modified)
                        values (:function, :qualifier, :urlId, :authType, :mode, :cors, :created, :modified)""")
                .param("function", functionId)
                .param("qualifier", url.qualifier())
                .param("urlId", url.urlId())
                .param("authType", url.authType())
                .param("mode", url.invokeMode())
                .param("cors", url.cors() == null ? null : Json.text(url.cors()), Types.VARCHAR)
                .param("created", url.createdAt().atOffset(ZoneOffset.UTC))
                .param("modified", url.lastModified().atOffset(ZoneOffset.UTC))
                .update();
    }

    @Override
    public void removed(UUID functionId, String qualifier) {
        database.sql("delete from function_urls where function_id = :function and qualifier = :qualifier")
                .param("function", functionId)
                .param("qualifier", qualifier)
                .update();
    }

    private static FunctionUrl url(ResultSet row, int number) throws SQLException {
        @Nullable String cors = row.getString("cors");
        return new FunctionUrl(
                row.getString("qualifier"),
                row.getString("url_id"),
                row.getString("auth_type"),
                row.getString("invoke_mode"),
                cors == null ? null : Json.read(cors.getBytes(StandardCharsets.UTF_8), Cors.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("last_modified", OffsetDateTime.class).toInstant());
    }
}
