package dev.mayfly.registry.layers;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.CodeLayer;
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

/** The layers of all accounts. */
@Component
class LayerVersions {
    private static final String SELECT = """
            select v.*, l.name from layer_versions v join layers l on l.id = v.layer_id
            where l.account_id = :account""";
    private static final String SUITS = """

            and (cast(:runtime as text) is null or v.compatible_runtimes like '%"' || :runtime || '"%')
             and (cast(:architecture as text) is null
                  or v.compatible_architectures like '%"' || :architecture || '"%')""";

    private final JdbcClient database;

    LayerVersions(JdbcClient database) {
        this.database = database;
    }

    /**
     * @param runtime only what says that it suits this one, or null
     * @param architecture likewise
     */
    record Filter(@Nullable String runtime, @Nullable String architecture) {}

    private record Layer(UUID id, long number) {}

    /** The version with the next number; {@code version} has none yet. */
    LayerVersion add(LayerVersion version) {
        Layer layer = database.sql("""
                        insert into layers (id, account_id, name, last_version) values (:id, :account, :name, 1)
                        on conflict (account_id, name) do update set last_version = layers.last_version + 1
                        returning id, last_version""")
                .param("id", UUID.randomUUID())
                .param("account", version.accountId())
                .param("name", version.name())
                .query((row, number) -> new Layer(row.getObject(1, UUID.class), row.getLong(2)))
                .single();
        database.sql("""
                        insert into layer_versions (id, layer_id, account_id, number, description, license_info,
                            compatible_runtimes, compatible_architectures, code_sha256, code_size, unzipped_size,
                            created_at)
                        values (:id, :layer, :account, :number, :description, :license, :runtimes, :architectures,
                            :sha256, :size, :unzipped, :created)""")
                .param("id", version.id())
                .param("layer", layer.id())
                .param("account", version.accountId())
                .param("number", layer.number())
                .param("description", version.description())
                .param("license", version.licenseInfo(), Types.VARCHAR)
                .param("runtimes", Json.text(version.runtimes()))
                .param("architectures", Json.text(version.architectures()))
                .param("sha256", version.code().sha256())
                .param("size", version.code().size())
                .param("unzipped", version.unzipped())
                .param("created", version.createdAt().atOffset(ZoneOffset.UTC))
                .update();
        return find(new LayerRef.Version(new LayerRef(version.accountId(), version.name()), layer.number()))
                .orElseThrow();
    }

    Optional<LayerVersion> find(LayerRef.Version version) {
        return database.sql(SELECT + " and l.name = :name and v.number = :number")
                .param("account", version.layer().accountId())
                .param("name", version.layer().name())
                .param("number", version.number())
                .query(LayerVersions::version)
                .optional();
    }

    /** Newest first, those with numbers less than {@code before}. */
    List<LayerVersion> before(LayerRef layer, Filter filter, long before, int limit) {
        return database.sql(SELECT + " and l.name = :name and v.number < :before" + SUITS
                        + " order by v.number desc limit :limit")
                .param("account", layer.accountId())
                .param("name", layer.name())
                .param("before", before)
                .param("runtime", filter.runtime(), Types.VARCHAR)
                .param("architecture", filter.architecture(), Types.VARCHAR)
                .param("limit", limit)
                .query(LayerVersions::version)
                .list();
    }

    /** The newest version of each layer that suits, in the order of names after {@code name}. */
    List<LayerVersion> newest(String accountId, Filter filter, String name, int limit) {
        return database.sql("select distinct on (l.name) v.*, l.name from layer_versions v join layers l"
                        + " on l.id = v.layer_id where l.account_id = :account and l.name > :name" + SUITS
                        + " order by l.name, v.number desc limit :limit")
                .param("account", accountId)
                .param("name", name)
                .param("runtime", filter.runtime(), Types.VARCHAR)
                .param("architecture", filter.architecture(), Types.VARCHAR)
                .param("limit", limit)
                .query(LayerVersions::version)
                .list();
    }

    /** Returns what was deleted. */
    Optional<LayerVersion> delete(LayerRef.Version version) {
        Optional<LayerVersion> found = find(version);
        found.ifPresent(known -> database.sql("delete from layer_versions where id = :id")
                .param("id", known.id())
                .update());
        return found;
    }

    private static LayerVersion version(ResultSet row, int number) throws SQLException {
        return new LayerVersion(
                row.getObject("id", UUID.class),
                row.getString("account_id"),
                row.getString("name"),
                row.getLong("number"),
                row.getString("description"),
                row.getString("license_info"),
                List.of(Json.mapper().readValue(row.getString("compatible_runtimes"), String[].class)),
                List.of(Json.mapper().readValue(row.getString("compatible_architectures"), String[].class)),
                new CodeLayer(row.getString("code_sha256"), row.getLong("code_size")),
                row.getLong("unzipped_size"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("policy_revision", UUID.class));
    }
}
