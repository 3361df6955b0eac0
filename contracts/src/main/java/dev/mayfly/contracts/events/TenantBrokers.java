package dev.mayfly.contracts.events;

import dev.mayfly.contracts.trust.PublicAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which Kafka brokers Mayfly connects to on behalf of customers: its own, public ones, and those that the operator names.
 * Nothing else in its network, since customers would look around there through it. Blocks while it looks up names.
 */
public final class TenantBrokers {
    private static final int LARGEST_PORT = 65_535;

    private final List<String> own;
    private final Set<String> allowed;
    private final TenantTopics topics;

    /**
     * @param own the bootstrap servers of Mayfly's own broker, {@code host:port,...}
     * @param allowed further {@code host:port} that may be connected to wherever they are
     */
    public TenantBrokers(String own, Collection<String> allowed, TenantTopics topics) {
        this.own = Arrays.stream(own.split(",")).map(String::strip).toList();
        this.allowed = Set.copyOf(allowed);
        this.topics = topics;
    }

    /** Whether one of {@code servers} is Mayfly's own broker, by whatever name. */
    public boolean isOwn(List<String> servers) {
        return servers.stream().anyMatch(this::isOwn);
    }

    /** Why the account may not read that topic there; empty when it may. */
    public Optional<String> refusal(String accountId, List<String> servers, String topic) {
        if (isOwn(servers)) {
            if (!servers.stream().allMatch(this::isOwn)) {
                return Optional.of("The bootstrap servers are of more than one cluster.");
            }
            return topics.mayUse(accountId, topic)
                    ? Optional.empty()
                    : Optional.of("On Mayfly's own broker an account may use the topics whose names begin with its id,"
                            + " here '" + accountId + ".', and those that the operator shares; '" + topic
                            + "' is none of them.");
        }
        if (topics.isForeign(accountId, topic)) {
            return Optional.of("The topic '" + topic + "' belongs to Mayfly or to another account.");
        }
        return servers.stream()
                .map(this::refusal)
                .filter(Optional::isPresent)
                .map(Optional::get)
                .findFirst();
    }

    /** Why {@code server} may not be connected to; empty when it may. */
    public Optional<String> refusal(String server) {
        if (allowed.contains(server)) {
            return Optional.empty();
        }
        Endpoint endpoint = Endpoint.of(server);
        if (endpoint == null) {
            return Optional.of("'" + server + "' is not host:port.");
        }
        var addresses = endpoint.addresses();
        if (addresses.isEmpty()) {
            return Optional.of("The host of '" + server + "' cannot be found.");
        }
        return addresses.stream().allMatch(PublicAddresses::isPublic)
                ? Optional.empty()
                : Optional.of("'" + server + "' is not a public address. Brokers in this network must be named by the"
                        + " operator first (MAYFLY_EVENT_SOURCE_BROKERS).");
    }

    private boolean isOwn(String server) {
        if (own.contains(server)) {
            return true;
        }
        Endpoint named = Endpoint.of(server);
        return named != null
                && own.stream()
                        .map(Endpoint::of)
                        .anyMatch(ours -> ours != null && ours.port() == named.port() && ours.sharesAddress(named));
    }

    private record Endpoint(String host, int port) {
        static @Nullable Endpoint of(String server) {
            int colon = server.lastIndexOf(':');
            if (colon <= 0) {
                return null;
            }
            try {
                int port = Integer.parseInt(server.substring(colon + 1));
                return port > 0 && port <= LARGEST_PORT ? new Endpoint(server.substring(0, colon), port) : null;
            } catch (NumberFormatException e) {
                return null;
            }
        }

        List<InetAddress> addresses() {
            try {
                return List.of(InetAddress.getAllByName(host));
            } catch (UnknownHostException e) {
                return List.of();
            }
        }

        boolean sharesAddress(Endpoint other) {
            var ours = addresses();
            var theirs = new ArrayList<>(other.addresses());
            boolean oursIsHere = ours.stream().anyMatch(Endpoint::isThisMachine);
            return theirs.stream().anyMatch(address -> ours.contains(address) || oursIsHere && isThisMachine(address));
        }

        private static boolean isThisMachine(InetAddress address) {
            try {
                return address.isLoopbackAddress()
                        || address.isAnyLocalAddress()
                        || java.net.NetworkInterface.getByInetAddress(address) != null;
            } catch (java.net.SocketException e) {
                return false;
            }
        }
    }
}
