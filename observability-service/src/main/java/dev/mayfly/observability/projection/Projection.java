package dev.mayfly.observability.projection;

import dev.mayfly.contracts.events.Topics;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What is made of one topic. Declared as a bean, it is fed for as long as the service runs. */
public interface Projection {
    /** Names it in health, logs and in the table of offsets. */
    String name();

    Topics topic();

    /**
     * Writes what {@code received} says, within the transaction that also moves the offsets. Records of one partition come in
     * their order; a batch comes again when its transaction failed.
     */
    void apply(List<ConsumerRecord<String, byte[]>> received);

    /** Called about once a minute, in a transaction of its own: to throw away what is too old. */
    default void tidy() {}
}
