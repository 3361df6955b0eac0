package dev.mayfly.contracts.volume;

import java.util.List;

/**
 * What one host knows of the volumes it has, sent to {@link #PATH}; answered by {@link VolumeOrders}.
 *
 * @param hostId for as long as it runs
 */
public record VolumeReport(String hostId, List<Measured> volumes) {
    public static final String PATH = "/internal/volume-reports";

    public VolumeReport {
        volumes = List.copyOf(volumes);
    }

    /**
     * @param bytes in it; below 0 when this host has not looked
     * @param files in it, folders too; below 0 likewise
     * @param sandboxes that have it mounted on this host
     */
    public record Measured(String accountId, String volume, long bytes, long files, int sandboxes) {}
}
