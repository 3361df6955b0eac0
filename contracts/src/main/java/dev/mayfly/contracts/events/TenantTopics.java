package dev.mayfly.contracts.events;

import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which topics customers may read and write. On Mayfly's own broker these are the ones that begin with their account's id
 * and a dot, and those that the operator shares; what Mayfly or Kafka itself keeps there is nobody's.
 *
 * @param shared topics of Mayfly's own broker that every account may use
 */
public record TenantTopics(Set<String> shared) {
    private static final Set<String> OWN =
            Arrays.stream(Topics.values()).map(Topics::topic).collect(Collectors.toUnmodifiableSet());
    private static final Pattern OF_AN_ACCOUNT = Pattern.compile("\\d{12}\\..*");

    public TenantTopics {
        shared = shared.stream().filter(topic -> !isInternal(topic)).collect(Collectors.toUnmodifiableSet());
    }

    public static TenantTopics sharing(Collection<String> topics) {
        return new TenantTopics(Set.copyOf(topics));
    }

    /** Whether the account may read and write {@code topic} on Mayfly's own broker. */
    public boolean mayUse(String accountId, String topic) {
        return !isInternal(topic) && (topic.startsWith(accountId + ".") || shared.contains(topic));
    }

    /**
     * Whether {@code topic} is what somebody names only to get at what is not theirs, on whatever broker they say it is:
     * a broker may send its clients on to another one.
     */
    public boolean isForeign(String accountId, String topic) {
        return isInternal(topic) || OF_AN_ACCOUNT.matcher(topic).matches() && !topic.startsWith(accountId + ".");
    }

    private static boolean isInternal(String topic) {
        return topic.startsWith("__") || OWN.contains(topic);
    }
}
