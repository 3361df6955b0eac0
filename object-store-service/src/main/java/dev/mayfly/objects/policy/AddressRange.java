package dev.mayfly.objects.policy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Addresses with a common prefix.
 *
 * @param address 4 or 16 bytes
 * @param prefix how many bits are common
 */
record AddressRange(byte[] address, int prefix) {
    private static final Pattern LITERAL = Pattern.compile("[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** {@code 10.0.0.0/8}, {@code 10.1.2.3}, {@code 2001:db8::/32}; null when it is none of these. */
    static @Nullable AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        if (!LITERAL.matcher(host).matches()) {
            return null;
        }
        try {
            // A literal: nothing is looked up.
            byte[] address = InetAddress.getByName(host).getAddress();
            int bits = address.length * Byte.SIZE;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            return prefix < 0 || prefix > bits ? null : new AddressRange(address, prefix);
        } catch (UnknownHostException | NumberFormatException e) {
            return null;
        }
    }

    boolean holds(AddressRange other) {
        if (other.address.length != address.length || other.prefix < prefix) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> (bit % Byte.SIZE);
            if ((address[bit / Byte.SIZE] & mask) != (other.address[bit / Byte.SIZE] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is so wide that S3 takes it for everybody. */
    boolean isBroad() {
        return prefix < (address.length == 4 ? 8 : 32);
    }
}
