package dev.mayfly.gateway.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.gateway.GatewaySettings;
import dev.mayfly.gateway.signature.SigningSecret;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Every access key of the installation, in memory, as {@code identity.access-keys} tells them. A key that is not there
 * (yet) is asked for once at identity-service, and its absence is remembered for a short while.
 */
@Component
public class AccessKeys implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(AccessKeys.class);

    private final Map<String, Credential> active = new ConcurrentHashMap<>();
    private final Cache<String, Optional<Credential>> asked;
    private final Sealer masterKey;
    private final String kafka;
    private final IdentityLookup identity;
    private volatile @Nullable TopicTail tail;
    private volatile @Nullable Thread starter;

    AccessKeys(@Qualifier("masterKey") Sealer masterKey, GatewaySettings settings, IdentityLookup identity) {
        this.masterKey = masterKey;
        this.kafka = settings.kafka();
        this.identity = identity;
        this.asked = Caffeine.newBuilder()
                .maximumSize(10_000)
                .expireAfterWrite(settings.unknownKeyMemory())
                .build();
    }

    /** The key, when it is in memory and active. */
    public @Nullable Credential known(String accessKeyId) {
        return active.get(accessKeyId);
    }

    /** Asks identity-service; empty when there is no such active key. Fails when identity-service does not answer. */
    public Mono<Credential> ask(String accessKeyId) {
        if (!isPlausible(accessKeyId)) {
            return Mono.empty();
        }
        Optional<Credential> answered = asked.getIfPresent(accessKeyId);
        if (answered != null) {
            return Mono.justOrEmpty(answered);
        }
        return identity.find(accessKeyId)
                .map(this::credential)
                .defaultIfEmpty(Optional.empty())
                .doOnNext(found -> asked.put(accessKeyId, found))
                .flatMap(Mono::justOrEmpty);
    }

    /** Whether all keys that Kafka knew at the start are here. */
    public boolean isReady() {
        TopicTail reading = tail;
        return reading != null && reading.isCaughtUp();
    }

    private static boolean isPlausible(String accessKeyId) {
        if (accessKeyId.length() < 16 || accessKeyId.length() > 128) {
            return false;
        }
        for (int i = 0; i < accessKeyId.length(); i++) {
            char c = accessKeyId.charAt(i);
            if (!(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')) {
                return false;
            }
        }
        return true;
    }

    private void accept(ConsumerRecord<String, byte[]> received) {
        String id = received.key();
        Optional<Credential> credential = received.value() == null
                ? Optional.empty()
                : credential(Json.read(received.value(), AccessKeyRecord.class));
        if (credential.isPresent()) {
            active.put(id, credential.get());
        } else {
            active.remove(id);
        }
        asked.invalidate(id);
    }

    private Optional<Credential> credential(AccessKeyRecord key) {
        if (!key.active()) {
            return Optional.empty();
        }
        try {
            byte[] secret = masterKey.open(key.sealedSecret(), AccessKeyRecord.sealContext(key.accessKeyId()));
            return Optional.of(new Credential(
                    key.accessKeyId(),
                    key.accountId(),
                    key.role(),
                    null,
                    null,
                    new SigningSecret(new String(secret, StandardCharsets.UTF_8))));
        } catch (InvalidSealException e) {
            log.error(
                    "The secret of access key {} does not open ({}): is MAYFLY_MASTER_KEY the one it was sealed with?",
                    key.accessKeyId(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void start() {
        starter = Thread.ofVirtual().name("access-keys").start(() -> {
            try {
                TopicCreation.ensureAll(kafka);
            } catch (IllegalStateException e) {
                log.warn("Access keys come from identity-service until Kafka is there: {}", e.getMessage());
            }
            if (starter != null) {
                tail = new TopicTail(kafka, Topics.ACCESS_KEYS, TopicTail.From.BEGINNING, this::accept);
            }
        });
    }

    @Override
    public void stop() {
        Thread starting = starter;
        starter = null;
        if (starting != null) {
            starting.interrupt();
        }
        TopicTail reading = tail;
        if (reading != null) {
            reading.close();
        }
    }

    @Override
    public boolean isRunning() {
        return starter != null;
    }
}
