package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.background.BackgroundWork;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.multipart.UnfinishedUploads;
import dev.mayfly.objects.object.Change;
import dev.mayfly.objects.object.Deletion;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.Origin;
import dev.mayfly.objects.object.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Does what lifecycles say, in rounds over the keys of each bucket that has one. A batch of keys is one transaction, which
 * also notes how far the round is, so that any process goes on from there; one works at a time.
 */
@Component
public class LifecycleWorker extends BackgroundWork {
    private static final long LOCK = 0x6D61_7966_6C63L;
    private static final int KEYS = 50;
    private static final int UPLOADS = 10_000;
    private static final String EVENT = "LifecycleExpiration:Delete";

    private final JdbcClient jdbc;
    private final Buckets buckets;
    private final BucketSettings settings;
    private final VersionScan scan;
    private final ObjectIndex index;
    private final UnfinishedUploads uploads;
    private final Transactions transactions;
    private final ObjectsProperties properties;
    private final Clock clock;

    LifecycleWorker(
            JdbcClient jdbc,
            Buckets buckets,
            BucketSettings settings,
            VersionScan scan,
            ObjectIndex index,
            UnfinishedUploads uploads,
            Transactions transactions,
            ObjectsProperties properties,
            Clock clock,
            MeterRegistry metrics) {
        super("lifecycle", metrics);
        this.jdbc = jdbc;
        this.buckets = buckets;
        this.settings = settings;
        this.scan = scan;
        this.index = index;
        this.uploads = uploads;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    /** Brings all rounds that are due to their end, as far as nobody else does. */
    public void work() {
        while (transactions.run(this::batch)) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    /** Does one bucket's next keys; false when nothing is due, or another process works. */
    private boolean batch() {
        boolean alone = jdbc.sql("SELECT pg_try_advisory_xact_lock(?)")
                .param(LOCK)
                .query(Boolean.class)
                .single();
        Instant now = clock.instant();
        OffsetDateTime time = now.atOffset(ZoneOffset.UTC);
        Optional<Round> due = !alone
                ? Optional.empty()
                : jdbc.sql("""
                        SELECT b.name, r.after FROM bucket_setting s JOIN bucket b ON b.id = s.bucket_id
                        LEFT JOIN lifecycle_round r ON r.bucket_id = b.id
                        WHERE s.name = ? AND coalesce(r.round_at, '-infinity') <= ?
                        ORDER BY r.round_at NULLS FIRST LIMIT 1""")
                        .params(Lifecycle.SETTING.name(), time)
                        .query((row, number) -> new Round(row.getString("name"), row.getBytes("after")))
                        .optional();
        due.flatMap(round -> buckets.find(round.bucket())).ifPresent(bucket -> {
            byte[] after = due.get().after();
            byte[] last = apply(bucket, after == null ? new byte[0] : after, now);
            byte[] reached = last == null ? new byte[0] : last;
            OffsetDateTime next = last == null ? time.plus(interval().dividedBy(2)) : time;
            jdbc.sql("""
                            INSERT INTO lifecycle_round (bucket_id, after, round_at) VALUES (?, ?, ?)
                            ON CONFLICT (bucket_id) DO UPDATE SET after = excluded.after, round_at = excluded.round_at""").params(bucket.id(), reached, next).update();
        });
        return due.isPresent();
    }

    private record Round(String bucket, byte @Nullable [] after) {}

    /** The last key that was looked at; null when there are no more. */
    private byte @Nullable [] apply(Bucket bucket, byte[] after, Instant now) {
        List<LifecycleRule> rules =
                settings.find(bucket, Lifecycle.SETTING).map(Lifecycle::enabled).orElse(List.of());
        if (rules.isEmpty()) {
            return null;
        }
        var change = new Change(bucket, EVENT, UUID.randomUUID().toString(), Origin.STORE);
        if (after.length == 0) {
            abort(change, rules, now);
        }
        VersionScan.Page page = scan.read(bucket, after, KEYS);
        var expiry = new Expiry(rules, properties.lifecycleDay(), now);
        List<Deletion> deletions = page.keys().entrySet().stream()
                .flatMap(key -> expiry.of(key.getKey(), key.getValue()).stream())
                .toList();
        if (!deletions.isEmpty()) {
            index.delete(change, deletions);
        }
        return page.last();
    }

    private void abort(Change change, List<LifecycleRule> rules, Instant now) {
        uploads.abort(
                change,
                (key, initiatedAt) -> rules.stream()
                        .anyMatch(rule -> rule.abortDays() > 0
                                && rule.filter().fits(key)
                                && !LifecycleRule.after(initiatedAt, rule.abortDays(), properties.lifecycleDay())
                                        .isAfter(now)),
                UPLOADS);
    }

    private Duration interval() {
        return properties.lifecycleInterval().compareTo(properties.lifecycleDay()) < 0
                ? properties.lifecycleInterval()
                : properties.lifecycleDay();
    }

    @Override
    protected void begin() {
        repeat(interval(), this::work, "Lifecycles were not applied and will be later");
    }
}
