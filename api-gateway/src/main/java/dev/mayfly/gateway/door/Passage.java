package dev.mayfly.gateway.door;

import dev.mayfly.contracts.trust.Voucher;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which headers pass through the gateway. */
final class Passage {
    private static final String OWN = "x-mayfly-";
    private static final String HOST = "X-Mayfly-Host";
    private static final String SOURCE_IP = "X-Mayfly-Source-Ip";

    /** Of one connection, not of the message (RFC 9110, 7.6.1). */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** Settled here: the host, the wish for a go-ahead, and everything that proves who sent it. */
    private static final Set<String> NOT_FORWARDED =
            Set.of("host", "expect", "authorization", "x-amz-security-token", "forwarded");

    private Passage() {}

    /**
     * Copies a client's headers for the service, and attaches the voucher.
     *
     * @param client where the request came from, or null when that is not known
     */
    static void toService(HttpHeaders from, HttpHeaders to, String voucher, @Nullable InetSocketAddress client) {
        @Nullable String connection = from.get("connection");
        Iterator<Map.Entry<CharSequence, CharSequence>> headers = from.iteratorCharSequence();
        while (headers.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = headers.next();
            String name = header.getKey().toString().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(name)
                    && !NOT_FORWARDED.contains(name)
                    && !name.startsWith(OWN)
                    && !isNamed(connection, name)) {
                to.add(name, header.getValue());
            }
        }
        to.set(Voucher.HEADER, voucher);
        @Nullable String host = from.get("host");
        if (host != null) {
            to.set(HOST, host);
        }
        if (client != null && client.getAddress() != null) {
            to.set(SOURCE_IP, client.getAddress().getHostAddress());
        }
    }

    /** Copies a service's headers for the client. */
    static void toClient(HttpHeaders from, HttpHeaders to) {
        Iterator<Map.Entry<CharSequence, CharSequence>> headers = from.iteratorCharSequence();
        while (headers.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = headers.next();
            String name = header.getKey().toString().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(name) && !name.startsWith(OWN)) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    private static boolean isNamed(@Nullable String connection, String name) {
        if (connection == null || connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close")) {
            return false;
        }
        for (String named : connection.split(",", -1)) {
            if (named.strip().equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
