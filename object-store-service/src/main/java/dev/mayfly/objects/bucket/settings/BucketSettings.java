package dev.mayfly.objects.bucket.settings;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The table of settings, cached by bucket and revision: who has the bucket's row mostly has its settings. */
@Repository
public class BucketSettings {
    private static final int CACHED_BUCKETS = 10_000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Cache<Revision, Documents> cache =
            Caffeine.newBuilder().maximumSize(CACHED_BUCKETS).build();

    private record Revision(long bucketId, long number) {}

    /** @param parsed by name, filled as they are asked for */
    private record Documents(Map<String, String> texts, Map<String, Object> parsed) {}

    BucketSettings(JdbcClient jdbc, PlatformTransactionManager manager) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(manager);
    }

    /** What the bucket has set, parsed. */
    @SuppressWarnings("unchecked")
    public <T> Optional<T> find(Bucket bucket, Setting<T> setting) {
        if (bucket.settingsRevision() == 0) {
            return Optional.empty();
        }
        Documents documents = cache.get(new Revision(bucket.id(), bucket.settingsRevision()), this::load);
        String text = documents.texts.get(setting.name());
        if (text == null) {
            return Optional.empty();
        }
        return Optional.of((T) documents.parsed.computeIfAbsent(setting.name(), name -> setting.read(text)));
    }

    private Documents load(Revision revision) {
        var texts = new HashMap<String, String>();
        jdbc.sql("SELECT name, document FROM bucket_setting WHERE bucket_id = ?")
                .param(revision.bucketId)
                .query(row -> {
                    texts.put(row.getString("name"), row.getString("document"));
                });
        return new Documents(texts, new ConcurrentHashMap<>());
    }

    /** @throws S3Exception NoSuchBucket when it was deleted meanwhile */
    public <T> void put(Bucket bucket, Setting<T> setting, T value) {
        String text = setting.text(value);
        change(
                bucket,
                () -> jdbc.sql("""
                        INSERT INTO bucket_setting (bucket_id, name, document) VALUES (?, ?, ?)
                        ON CONFLICT (bucket_id, name) DO UPDATE SET document = excluded.document""").params(bucket.id(), setting.name(), text).update());
    }

    /** As {@link #put}; nothing happens when it is not set. */
    public void delete(Bucket bucket, Setting<?> setting) {
        change(
                bucket,
                () -> jdbc.sql("DELETE FROM bucket_setting WHERE bucket_id = ? AND name = ?")
                        .params(bucket.id(), setting.name())
                        .update());
    }

    /** Raising the revision first locks the bucket's row, so that changes happen one after the other. */
    private void change(Bucket bucket, Runnable change) {
        transaction.executeWithoutResult(status -> {
            int found = jdbc.sql("UPDATE bucket SET settings_revision = settings_revision + 1 WHERE id = ?")
                    .param(bucket.id())
                    .update();
            if (found == 0) {
                throw new S3Exception(S3Error.NO_SUCH_BUCKET);
            }
            change.run();
        });
    }
}
