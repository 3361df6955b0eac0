package dev.mayfly.registry.code;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Which blobs of the code bucket may not go yet. A hold that has ended is the reason to look whether anybody still
 * needs the blob ({@link CodeUses}); a lock per blob orders that look against new holds.
 */
@Component
public class CodeHolds {
    private static final Logger log = LoggerFactory.getLogger(CodeHolds.class);
    private static final int BATCH = 100;

    private final JdbcClient database;
    private final TransactionTemplate transactions;
    private final CodeStore store;
    private final Clock clock;

    CodeHolds(JdbcClient database, TransactionTemplate transactions, CodeStore store, Clock clock) {
        this.database = database;
        this.transactions = transactions;
        this.store = store;
        this.clock = clock;
    }

    /** Keeps a blob, stored or about to be, for {@code duration} from now. */
    public void hold(String sha256, Duration duration) {
        transactions.executeWithoutResult(transaction -> {
            lock(sha256);
            database.sql("insert into code_holds (sha256, ends_at) values (:sha256, :ends)")
                    .param("sha256", sha256)
                    .param("ends", now().plus(duration))
                    .update();
        });
    }

    /** Deletes the blobs whose holds have ended and that nobody needs. */
    void sweep() {
        List<String> ended = database.sql(
                        "select distinct sha256 from code_holds where ends_at <= :now order by sha256 limit :batch")
                .param("now", now())
                .param("batch", BATCH)
                .query(String.class)
                .list();
        for (String sha256 : ended) {
            transactions.executeWithoutResult(transaction -> release(sha256));
        }
    }

    private void release(String sha256) {
        lock(sha256);
        boolean used = database.sql("""
                        select exists (select from code_uses where sha256 = :sha256)
                            or exists (select from code_holds where sha256 = :sha256 and ends_at > :now)""")
                .param("sha256", sha256)
                .param("now", now())
                .query(Boolean.class)
                .single();
        if (!used) {
            store.delete(sha256);
            log.info("Deleted the code {}, which nobody uses any more", sha256);
        }
        database.sql("delete from code_holds where sha256 = :sha256 and ends_at <= :now")
                .param("sha256", sha256)
                .param("now", now())
                .update();
    }

    private void lock(String sha256) {
        database.sql("select 1 from pg_advisory_xact_lock(hashtextextended(:sha256, 0))")
                .param("sha256", sha256)
                .query(Integer.class)
                .single();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
