package dev.mayfly.contracts.volume;

import java.util.List;

/** What hosts are to do with the volumes they reported: those that are not named stay as they are. */
public record VolumeOrders(List<Order> orders) {
    public VolumeOrders {
        orders = List.copyOf(orders);
    }

    /**
     * @param quotaBytes what it may hold
     * @param deleted whether all that is in it is to go; its host then sends {@code DELETE} to its {@link VolumeGrant#PATH}
     */
    public record Order(String accountId, String volume, long quotaBytes, boolean deleted) {}
}
