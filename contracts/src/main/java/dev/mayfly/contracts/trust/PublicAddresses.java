package dev.mayfly.contracts.trust;

import java.net.InetAddress;

/** Tells addresses that a customer may make Mayfly connect to from those in the operator's network. */
public final class PublicAddresses {
    private PublicAddresses() {}

    /** Whether it is nobody's but a machine's on the internet: not this machine's, this network's, the cloud's metadata service's. */
    public static boolean isPublic(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        if (bytes.length == 4) {
            boolean carrierNat = first == 100 && second >= 64 && second < 128;
            boolean reserved = first == 0 || first >= 224 || first == 192 && second == 0 && bytes[2] == 0;
            return !carrierNat && !reserved;
        }
        boolean uniqueLocal = (first & 0xfe) == 0xfc;
        boolean translated = first == 0 && second == 0x64 || first == 0x20 && second == 0x02 || isEmbedded(bytes);
        return !uniqueLocal && !translated;
    }

    /** {@code ::a.b.c.d}: an IPv4 address in the oldest of its disguises. */
    private static boolean isEmbedded(byte[] bytes) {
        for (int i = 0; i < 12; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
