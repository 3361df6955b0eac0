package dev.mayfly.contracts.identity;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.Isolation;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The accounts' minimum isolation, held in memory as {@code identity.accounts} tells it. Thread-safe. */
public final class AccountMinimums implements AutoCloseable {
    private final ConcurrentHashMap<String, Isolation> minimums = new ConcurrentHashMap<>();
    private volatile @Nullable TopicTail tail;

    /** Begins to listen. The topic must exist. */
    public void listen(String kafka) {
        tail = new TopicTail(kafka, Topics.ACCOUNTS, TopicTail.From.BEGINNING, this::accept);
    }

    /** Whether all that there was to know at the start is known. */
    public boolean isComplete() {
        TopicTail current = tail;
        return current != null && current.isCaughtUp();
    }

    /** The weakest tier that the account's functions may run in; empty when any will do. */
    public Optional<Isolation> of(String accountId) {
        return Optional.ofNullable(minimums.get(accountId));
    }

    void accept(ConsumerRecord<String, byte[]> received) {
        Isolation minimum = received.value() == null
                ? null
                : Json.read(received.value(), AccountRecord.class).minimumIsolation();
        if (minimum == null) {
            minimums.remove(received.key());
        } else {
            minimums.put(received.key(), minimum);
        }
    }

    @Override
    public void close() {
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
    }
}
