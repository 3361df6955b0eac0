package dev.mayfly.objects;

import dev.mayfly.objects.acl.Ownership;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The object store's tunables: {@code mayfly.objects.*}.
 *
 * @param blobs where larger bytes lie: {@code directory} (the default; under {@code mayfly.data}) or {@code s3}
 * @param inlineLimit objects up to so many bytes are kept in their row; default 16384
 * @param sweepInterval how often released blobs are looked at; default 1 minute
 * @param sweepGrace how long a blob that nothing names is kept, so that downloads of it can end; default 1 hour. No upload
 *     may pause, and no download take, longer than this
 * @param orphanInterval how often the store is searched for blobs that the index never knew, and for unfinished writes;
 *     default 1 hour
 * @param patience an upload for whose bytes so long is waited in all, without {@code slowest} of them in each second on average, ends
 *     with {@code RequestTimeout}; default 1 minute
 * @param slowest bytes a second that an upload must bring; default 1 KB
 * @param scrubRate how much of the stored bytes the scrub reads in a second, to find what has changed where it lies; default
 *     16 MB, 0 turns it off
 * @param scrubRest how long the scrub rests between two rounds over all blobs; default 1 day
 * @param masterKey Base64, 32 bytes: seals the keys of accounts, which seal those of encrypted objects ({@code ./mayfly up} makes
 *     one); without it, encryption by the store (SSE-S3) is refused
 * @param formerMasterKeys master keys that were replaced: what they sealed is sealed anew at the start
 * @param relayInterval how long the outbox may rest when it was empty; default 100 ms
 * @param relayBatch changes relayed in one transaction; default 500
 * @param shipInterval how often the usage journal is shipped; default 1 second
 * @param ownership who owns what others write to a bucket without ownership controls, and so whether it has access control
 *     lists: {@code bucket-owner-enforced} (the default: it has none), {@code bucket-owner-preferred} or {@code object-writer}
 * @param lifecycleInterval how long lifecycles rest after a round over a bucket; default 1 hour, and at most a day of theirs
 * @param lifecycleDay how long a day of lifecycles is, for tests; default 1 day, which ends at midnight UTC
 * @param s3 the store behind {@code blobs=s3}
 */
@ConfigurationProperties("mayfly.objects")
public record ObjectsProperties(
        @DefaultValue("directory") Blobs blobs,
        @DefaultValue("16384") int inlineLimit,
        @DefaultValue("1m") Duration sweepInterval,
        @DefaultValue("1h") Duration sweepGrace,
        @DefaultValue("1h") Duration orphanInterval,
        @DefaultValue("1m") Duration patience,
        @DefaultValue("1KB") DataSize slowest,
        @DefaultValue("16MB") DataSize scrubRate,
        @DefaultValue("1d") Duration scrubRest,
        @Nullable String masterKey,
        @DefaultValue List<String> formerMasterKeys,
        @DefaultValue("100ms") Duration relayInterval,
        @DefaultValue("500") int relayBatch,
        @DefaultValue("1s") Duration shipInterval,
        @DefaultValue("bucket-owner-enforced") Ownership ownership,
        @DefaultValue("1h") Duration lifecycleInterval,
        @DefaultValue("1d") Duration lifecycleDay,
        @Nullable S3 s3) {

    /** The adapters of the blob port. */
    public enum Blobs {
        /** Files. */
        DIRECTORY,
        /** Objects of MinIO, or of any other S3. */
        S3
    }

    /**
     * An S3 that holds the blobs.
     *
     * @param endpoint URL
     * @param bucket made when missing; nobody else may write to it
     * @param region default us-east-1
     */
    public record S3(
            String endpoint,
            String accessKey,
            String secretKey,
            @DefaultValue("mayfly-blobs") String bucket,
            @DefaultValue("us-east-1") String region) {}
}
