package dev.mayfly.contracts.volume;

/**
 * What a host may mount: the answer to {@code PUT /internal/volumes/ACCOUNT/VOLUME}, which makes a volume that nobody has
 * mounted before.
 *
 * @param quotaBytes what it may hold
 */
public record VolumeGrant(long quotaBytes) {
    public static final String PATH = "/internal/volumes/";
}
