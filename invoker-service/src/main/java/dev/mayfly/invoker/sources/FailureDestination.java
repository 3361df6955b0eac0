package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.TenantBrokers;
import dev.mayfly.contracts.function.Destination;
import dev.mayfly.contracts.function.EventSource.KafkaTopic;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.objects.Buckets;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Puts what was given up where its mapping says: into a bucket, or a topic of the same cluster. Thread-safe; blocks. */
final class FailureDestination implements AutoCloseable {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy/MM/dd/yyyy-MM-dd'T'HH.mm.ss").withZone(ZoneOffset.UTC);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String region;
    private final TenantBrokers brokers;
    private final Clock clock;
    private final Buckets buckets;

    FailureDestination(URI objects, String region, Vouching vouching, TenantBrokers brokers, Clock clock) {
        this.region = region;
        this.buckets = new Buckets(objects, vouching, PATIENCE);
        this.brokers = brokers;
        this.clock = clock;
    }

    /** The destination does not take it, and never will. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Returns when the destination has the batch.
     *
     * @throws RefusedException when there is no such destination
     * @throws IOException when it may work later
     */
    void take(FailedBatch batch) throws RefusedException, IOException, InterruptedException {
        String named = batch.source().failures().onFailure();
        if (named == null) {
            return;
        }
        switch (Destination.parse(named).orElse(null)) {
            case Destination.OfBucket bucket -> put(bucket.bucket(), batch);
            case Destination.OfTopic topic -> produce(topic.topic(), batch);
            case null, default -> throw new RefusedException(named + " is no bucket or topic");
        }
    }

    private void put(String bucket, FailedBatch batch) throws RefusedException, IOException, InterruptedException {
        String account = batch.source().accountId();
        Instant now = clock.instant();
        var first = batch.records().getFirst();
        String id = UUID.randomUUID().toString();
        String key = "aws/lambda/" + batch.source().id() + "/" + first.topic() + "-" + first.partition() + "/"
                + DAY.format(now) + "-" + id;
        int status =
                buckets.put(new Buckets.Document(account, id, bucket, key, Map.of(), batch.document(region, now, id)));
        if (status >= 400 && status < 500) {
            throw new RefusedException("The bucket " + bucket + " answered " + status);
        }
        if (status != 200) {
            throw new IOException("The object store answered " + status);
        }
    }

    private void produce(String topic, FailedBatch batch) throws RefusedException, IOException, InterruptedException {
        KafkaTopic source = batch.source();
        var refusal = brokers.refusal(source.accountId(), source.bootstrapServers(), topic);
        if (refusal.isPresent()) {
            throw new RefusedException(refusal.get());
        }
        try (var producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        source.bootstrapServers(),
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        8 << 20,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        PATIENCE.toMillis(),
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        5_000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        10_000),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            var sent = new ArrayList<Future<?>>();
            for (var one : batch.records()) {
                byte[] document = batch.document(
                        region, clock.instant(), UUID.randomUUID().toString(), one);
                sent.add(producer.send(new ProducerRecord<>(topic, one.key(), document)));
            }
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (ExecutionException | org.apache.kafka.common.KafkaException e) {
            throw new IOException("The topic " + topic + " did not take it", e);
        }
    }

    @Override
    public void close() {
        buckets.close();
    }
}
