package dev.mayfly.objects.volume;

import dev.mayfly.contracts.volume.VolumeOrders;
import dev.mayfly.contracts.volume.VolumeReport;
import dev.mayfly.objects.MayflyProperties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The table of volumes. What changes in what they hold is told with the changes of objects, for the bill. */
@Repository
class KeptVolumes {
    /** How the bill names a volume, beside buckets. */
    private static final String RESOURCE = "volume/";

    private static final String SELECT = """
            SELECT v.*, coalesce(v.quota, :quota) AS allowed, coalesce(
                (SELECT sum(u.sandboxes) FROM volume_use u
                 WHERE u.account_id = v.account_id AND u.name = v.name AND u.at > :since), 0) AS sandboxes
            FROM volume v WHERE v.account_id = :account""";

    private final JdbcClient jdbc;
    private final VolumeSettings settings;
    private final MayflyProperties mayfly;
    private final Clock clock;

    KeptVolumes(JdbcClient jdbc, VolumeSettings settings, MayflyProperties mayfly, Clock clock) {
        this.jdbc = jdbc;
        this.settings = settings;
        this.mayfly = mayfly;
        this.clock = clock;
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    /**
     * What a host may mount: a volume that nobody has named before is made.
     *
     * @throws VolumeProblem when it is being deleted, or the account's volumes may not be more
     */
    @Transactional
    long grant(String account, String name) {
        Optional<KeptVolume> known = find(account, name);
        if (known.isEmpty()) {
            lock(account);
            checkSum(account, name, settings.quota().toBytes());
            jdbc.sql("INSERT INTO volume (account_id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                    .params(account, name, now())
                    .update();
            return settings.quota().toBytes();
        }
        if (known.get().state().equals("deleting")) {
            throw new VolumeProblem(HttpStatus.CONFLICT, name + " is being deleted; try again in a minute.");
        }
        return known.get().quotaBytes();
    }

    private void lock(String account) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended('volumes ' || ?, 0))")
                .param(account)
                .query((row, number) -> 0)
                .single();
    }

    private void checkSum(String account, String name, long asked) {
        long others = jdbc.sql("""
                        SELECT coalesce(sum(coalesce(quota, :quota)), 0) FROM volume
                        WHERE account_id = :account AND name <> :name""")
                .param("quota", settings.quota().toBytes())
                .param("account", account)
                .param("name", name)
                .query(Long.class)
                .single();
        long most = settings.accountQuota().toBytes();
        if (asked > most - others) {
            throw new VolumeProblem(
                    HttpStatus.CONFLICT,
                    "The quotas of the account's volumes may be " + most + " bytes together; the others have " + others
                            + ", and this one would have " + asked + ". Lower or delete another.");
        }
    }

    List<KeptVolume> list(String account) {
        return query(account, "", "").list();
    }

    Optional<KeptVolume> find(String account, String name) {
        return query(account, " AND v.name = :name", name).optional();
    }

    private JdbcClient.MappedQuerySpec<KeptVolume> query(String account, String condition, String name) {
        var asked = jdbc.sql(SELECT + condition + " ORDER BY v.name")
                .param("quota", settings.quota().toBytes())
                .param("since", now().minus(settings.inUse()))
                .param("account", account);
        return (condition.isEmpty() ? asked : asked.param("name", name)).query((row, number) -> volume(row));
    }

    private KeptVolume volume(ResultSet row) throws SQLException {
        var measured = row.getObject("measured_at", OffsetDateTime.class);
        return new KeptVolume(
                row.getString("name"),
                "arn:aws:elasticfilesystem:" + mayfly.region() + ":" + row.getString("account_id") + ":access-point/"
                        + row.getString("name"),
                row.getLong("bytes"),
                row.getLong("files"),
                row.getLong("allowed"),
                row.getInt("sandboxes"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                measured == null ? null : measured.toInstant(),
                row.getBoolean("deleted") ? "deleting" : "available");
    }

    /** @throws VolumeProblem when the account's volumes may not hold so much together */
    @Transactional
    void setQuota(String account, String name, long bytes) {
        lock(account);
        checkSum(account, name, bytes);
        jdbc.sql("UPDATE volume SET quota = ? WHERE account_id = ? AND name = ?")
                .params(bytes, account, name)
                .update();
    }

    void markDeleted(String account, String name) {
        jdbc.sql("UPDATE volume SET deleted = true WHERE account_id = ? AND name = ?")
                .params(account, name)
                .update();
    }

    /** Its host has deleted what was in it. */
    @Transactional
    void forget(String account, String name) {
        jdbc.sql("""
                        WITH gone AS (DELETE FROM volume WHERE account_id = ? AND name = ? AND deleted RETURNING *)
                        INSERT INTO outbox (at, account_id, bucket, bytes, objects, request_id)
                        SELECT ?, account_id, ? || name, -bytes, -files, '' FROM gone WHERE bytes <> 0 OR files <> 0""").params(account, name, now(), RESOURCE).update();
    }

    /** Notes what a host says, and answers what it is to do. */
    @Transactional
    VolumeOrders report(VolumeReport report) {
        var orders = new ArrayList<VolumeOrders.Order>();
        for (VolumeReport.Measured each : report.volumes()) {
            Optional<KeptVolume> known = find(each.accountId(), each.volume());
            if (known.isEmpty()) {
                continue;
            }
            if (each.bytes() >= 0) {
                measured(each);
            }
            used(report.hostId(), each);
            orders.add(new VolumeOrders.Order(
                    each.accountId(),
                    each.volume(),
                    known.get().quotaBytes(),
                    known.get().state().equals("deleting")));
        }
        return new VolumeOrders(orders);
    }

    private void measured(VolumeReport.Measured each) {
        jdbc.sql("""
                        WITH changed AS (
                            UPDATE volume SET bytes = :bytes, files = :files, measured_at = :now
                            WHERE account_id = :account AND name = :name AND NOT deleted
                            RETURNING new.bytes - old.bytes AS more_bytes, new.files - old.files AS more_files)
                        INSERT INTO outbox (at, account_id, bucket, bytes, objects, request_id)
                        SELECT :now, :account, :resource, more_bytes, more_files, '' FROM changed
                        WHERE more_bytes <> 0 OR more_files <> 0""")
                .param("bytes", each.bytes())
                .param("files", each.files())
                .param("now", now())
                .param("account", each.accountId())
                .param("name", each.volume())
                .param("resource", RESOURCE + each.volume())
                .update();
    }

    private void used(String host, VolumeReport.Measured each) {
        if (each.sandboxes() == 0) {
            jdbc.sql("DELETE FROM volume_use WHERE account_id = ? AND name = ? AND host_id = ?")
                    .params(each.accountId(), each.volume(), host)
                    .update();
            return;
        }
        jdbc.sql("""
                        INSERT INTO volume_use (account_id, name, host_id, sandboxes, at) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (account_id, name, host_id)
                        DO UPDATE SET sandboxes = excluded.sandboxes, at = excluded.at""")
                .params(each.accountId(), each.volume(), host, each.sandboxes(), now())
                .update();
    }
}
