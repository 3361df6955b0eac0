package dev.mayfly.invoker.functions;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.trust.Vouching;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * All function versions and the rules of their invocation, held in memory as {@code function.versions} and
 * {@code function.rules} tell them. What was not heard of is asked for at the registry: a function that was created, or an
 * alias that was repointed, an instant ago may be invoked before Kafka brought the news. Thread-safe.
 */
public final class FunctionDirectory implements AutoCloseable {
    /** Is told whenever a function's rules change. */
    @FunctionalInterface
    public interface RulesListener {
        /** @param now the rules from now on; {@link InvocationRules#none} when there are none any more */
        void changed(InvocationRules now);
    }

    private final ConcurrentHashMap<String, FunctionVersion> versions = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, InvocationRules> rules = new ConcurrentHashMap<>();
    private final List<RulesListener> listeners = new CopyOnWriteArrayList<>();
    private final RegistryClient registry;
    private final DoubleSupplier random;
    private volatile @Nullable TopicTail versionsTail;
    private volatile @Nullable TopicTail rulesTail;

    /** @param random evenly spread in [0, 1): where the weights of an alias send an invocation */
    public FunctionDirectory(URI registry, Vouching vouching, DoubleSupplier random) {
        this.registry = new RegistryClient(registry, vouching, Ticker.systemTicker());
        this.random = random;
    }

    /**
     * What a qualifier means.
     *
     * @param function the version that is to run
     * @param rules all that is said about the function's invocation
     */
    public record Resolved(FunctionVersion function, InvocationRules rules) {}

    /** Begins to listen. */
    public void listen(String kafka) {
        rulesTail = new TopicTail(kafka, Topics.FUNCTION_RULES, TopicTail.From.BEGINNING, this::acceptRules);
        versionsTail = new TopicTail(kafka, Topics.FUNCTION_VERSIONS, TopicTail.From.BEGINNING, this::acceptVersion);
    }

    /** {@code listener} hears of every change from now on. */
    public void onRules(RulesListener listener) {
        listeners.add(listener);
    }

    /** Whether all functions and rules that there were at the start are known. */
    public boolean isComplete() {
        return isCaughtUp(versionsTail) && isCaughtUp(rulesTail);
    }

    /**
     * The function version of that account, name and version.
     *
     * @param version {@code $LATEST} or a number
     * @throws RegistryUnreachableException when it is not known here and the registry does not answer
     */
    public Optional<FunctionVersion> find(String accountId, String name, String version)
            throws RegistryUnreachableException {
        var known = versions.get(FunctionVersion.key(accountId, name, version));
        return known != null ? Optional.of(known) : registry.version(accountId, name, version);
    }

    /** The rules as far as they were heard of; never asks. */
    public InvocationRules rules(String accountId, String name) {
        var known = rules.get(InvocationRules.key(accountId, name));
        return known == null ? InvocationRules.none(accountId, name) : known;
    }

    /**
     * The rules as the registry has them now: for what the known ones do not answer.
     *
     * @throws RegistryUnreachableException when the registry does not answer
     */
    public InvocationRules latestRules(String accountId, String name) throws RegistryUnreachableException {
        return registry.rules(accountId, name).orElseGet(() -> InvocationRules.none(accountId, name));
    }

    /**
     * The version that {@code qualifier} means now; of an alias with weights, another one each time. Empty when there is no
     * such function, version or alias.
     *
     * @param qualifier a version, an alias, {@code $LATEST}, or null for {@code $LATEST}
     * @throws RegistryUnreachableException when it is not known here and the registry does not answer
     */
    public Optional<Resolved> resolve(String accountId, String name, @Nullable String qualifier)
            throws RegistryUnreachableException {
        var known = rules(accountId, name);
        if (qualifier == null || !Qualifiers.isAlias(qualifier)) {
            String version = qualifier == null ? FunctionVersion.LATEST : qualifier;
            return find(accountId, name, version).map(function -> new Resolved(function, known));
        }
        var resolved = throughAlias(known, qualifier);
        // An alias may be new, or point to a version that was deleted since: the registry knows better than what was
        // heard.
        return resolved.isPresent() ? resolved : throughAlias(latestRules(accountId, name), qualifier);
    }

    /**
     * As {@link #resolve}, asking the registry where an alias points: for when the version it was heard to point to turned
     * out to be gone.
     *
     * @throws RegistryUnreachableException when the registry does not answer
     */
    public Optional<Resolved> resolveAfresh(String accountId, String name, @Nullable String qualifier)
            throws RegistryUnreachableException {
        return qualifier != null && Qualifiers.isAlias(qualifier)
                ? askWhereItPoints(accountId, name, qualifier)
                : resolve(accountId, name, qualifier);
    }

    private Optional<Resolved> askWhereItPoints(String accountId, String name, String alias)
            throws RegistryUnreachableException {
        var now = latestRules(accountId, name);
        var resolved = throughAlias(now, alias);
        if (resolved.isEmpty()
                && now.aliases().stream().anyMatch(known -> known.name().equals(alias))) {
            // It was repointed, and the version deleted, between the two answers.
            return throughAlias(latestRules(accountId, name), alias);
        }
        return resolved;
    }

    private Optional<Resolved> throughAlias(InvocationRules rules, String alias) throws RegistryUnreachableException {
        String version = Qualifiers.version(rules, alias, random);
        return version == null
                ? Optional.empty()
                : find(rules.accountId(), rules.name(), version).map(function -> new Resolved(function, rules));
    }

    void acceptVersion(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            versions.remove(received.key());
        } else {
            versions.put(received.key(), Json.read(received.value(), FunctionVersion.class));
            registry.heardOf(received.key());
        }
    }

    void acceptRules(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            var ended = rules.remove(received.key());
            if (ended != null) {
                tell(InvocationRules.none(ended.accountId(), ended.name()));
            }
        } else {
            var now = Json.read(received.value(), InvocationRules.class);
            rules.put(received.key(), now);
            registry.heardOf(received.key());
            tell(now);
        }
    }

    private void tell(InvocationRules now) {
        listeners.forEach(listener -> listener.changed(now));
    }

    private static boolean isCaughtUp(@Nullable TopicTail tail) {
        return tail != null && tail.isCaughtUp();
    }

    @Override
    public void close() {
        for (TopicTail tail : new TopicTail[] {versionsTail, rulesTail}) {
            if (tail != null) {
                tail.close();
            }
        }
        registry.close();
    }
}
