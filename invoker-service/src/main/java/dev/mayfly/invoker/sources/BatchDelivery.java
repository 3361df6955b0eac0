package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.function.EventSource.KafkaTopic;
import dev.mayfly.contracts.function.SourceReport;
import dev.mayfly.invoker.sources.FunctionCalls.Outcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the batches of one mapping to its function: again when it fails, in halves or from the first record that failed
 * where that is wished, and to the on-failure destination in the end. Returns only when nothing is left to do for a batch.
 */
final class BatchDelivery {
    private static final Logger log = LoggerFactory.getLogger(BatchDelivery.class);
    private static final int LARGEST_EVENT = 6_291_556;
    private static final Duration GONE_PAUSE = Duration.ofSeconds(5);

    /** AWS: with a destination and no limit of one's own. */
    private static final int RETRIES_WITH_DESTINATION = 10;

    private final KafkaTopic source;
    private final FunctionCalls calls;
    private final FailureDestination destination;
    private final SourceReports reports;
    private final SourceMetrics metrics;
    private final SourceSettings settings;
    private final Clock clock;

    BatchDelivery(
            KafkaTopic source,
            FunctionCalls calls,
            FailureDestination destination,
            SourceReports reports,
            SourceMetrics metrics,
            SourceSettings settings,
            Clock clock) {
        this.source = source;
        this.calls = calls;
        this.destination = destination;
        this.reports = reports;
        this.metrics = metrics;
        this.settings = settings;
        this.clock = clock;
    }

    /** How the tries of one batch stand. */
    private static final class Tries {
        private final Instant begun;
        private int failures;
        private int putOffs;
        private Outcome.@Nullable Failed last;

        Tries(Instant begun) {
            this.begun = begun;
        }
    }

    /**
     * Delivers {@code batch}, or gives it up.
     *
     * @throws Stopping.StoppedException when that is not done and shall not go on
     */
    void deliver(List<ConsumerRecord<byte[], byte[]>> batch, Stopping stopping) throws Stopping.StoppedException {
        var left = batch;
        var tries = new Tries(clock.instant());
        while (!left.isEmpty()) {
            stopping.check();
            int aged = aged(left);
            if (aged > 0) {
                giveUp(left.subList(0, aged), "RecordAgeExceeded", tries, stopping);
                left = left.subList(aged, left.size());
                continue;
            }
            byte[] event = KafkaRecords.event(source.bootstrapServers(), left);
            if (event.length > LARGEST_EVENT) {
                if (left.size() == 1) {
                    giveUp(left, "MaximumPayloadSizeExceeded", tries, stopping);
                    return;
                }
                halves(left, stopping);
                return;
            }
            switch (calls.call(source.accountId(), source.function(), event)) {
                case Outcome.Answered answered -> {
                    OptionalInt failed = source.failures().itemsReported()
                            ? KafkaRecords.firstFailed(answered.answer(), left)
                            : OptionalInt.empty();
                    if (failed.isEmpty()) {
                        metrics.delivered(source.id(), left.size());
                        report("OK");
                        return;
                    }
                    if (failed.getAsInt() > 0) {
                        left = left.subList(failed.getAsInt(), left.size());
                        tries = new Tries(clock.instant());
                    }
                    if (failedOnce(left, tries, null, stopping)) {
                        return;
                    }
                }
                case Outcome.Failed failed -> {
                    if (failedOnce(left, tries, failed, stopping)) {
                        return;
                    }
                }
                case Outcome.NotNow later -> {
                    report("PROBLEM: " + later.why());
                    stopping.pause(settings.backOff(tries.putOffs++));
                }
                case Outcome.Gone gone -> {
                    reports.say(source, SourceReport.Phase.FUNCTION_GONE, "PROBLEM: The function does not exist");
                    stopping.pause(GONE_PAUSE);
                }
            }
        }
    }

    /** Whether nothing is left to do after this failure. Waits when there is. */
    private boolean failedOnce(
            List<ConsumerRecord<byte[], byte[]>> left, Tries tries, Outcome.@Nullable Failed failed, Stopping stopping)
            throws Stopping.StoppedException {
        metrics.failed(source.id());
        report("PROBLEM: Function call failed");
        tries.failures++;
        tries.last = failed;
        if (source.failures().bisect() && left.size() > 1) {
            stopping.pause(settings.backOff());
            halves(left, stopping);
            return true;
        }
        if (isExhausted(tries)) {
            giveUp(left, "RetryAttemptsExhausted", tries, stopping);
            return true;
        }
        stopping.pause(settings.backOff(tries.failures - 1));
        return false;
    }

    private void halves(List<ConsumerRecord<byte[], byte[]>> batch, Stopping stopping)
            throws Stopping.StoppedException {
        int half = batch.size() / 2;
        deliver(batch.subList(0, half), stopping);
        deliver(batch.subList(half, batch.size()), stopping);
    }

    private boolean isExhausted(Tries tries) {
        Integer most = source.failures().maxRetries();
        if (most == null && source.failures().onFailure() != null) {
            most = RETRIES_WITH_DESTINATION;
        }
        return most != null ? tries.failures > most : clock.instant().isAfter(tries.begun.plus(settings.giveUpAfter()));
    }

    /** How many records at the beginning are older than they may be. */
    private int aged(List<ConsumerRecord<byte[], byte[]>> batch) {
        Integer most = source.failures().maxAgeSeconds();
        if (most == null) {
            return 0;
        }
        long oldest = clock.millis() - most * 1000L;
        int aged = 0;
        while (aged < batch.size() && batch.get(aged).timestamp() < oldest) {
            aged++;
        }
        return aged;
    }

    private void giveUp(List<ConsumerRecord<byte[], byte[]>> batch, String condition, Tries tries, Stopping stopping)
            throws Stopping.StoppedException {
        var first = batch.getFirst();
        log.warn(
                "Event source {}: gave up {} records of {}-{} from offset {}: {}",
                source.id(),
                batch.size(),
                first.topic(),
                first.partition(),
                first.offset(),
                condition);
        metrics.givenUp(source.id(), batch.size());
        var failed = new FailedBatch(source, batch, condition, tries.failures, tries.last);
        int before = 0;
        while (true) {
            stopping.check();
            try {
                destination.take(failed);
                return;
            } catch (FailureDestination.RefusedException e) {
                log.warn("Event source {}: its on-failure destination is none: {}", source.id(), e.getMessage());
                report("PROBLEM: The on-failure destination does not take records: " + e.getMessage());
                return;
            } catch (IOException e) {
                log.warn("Event source {}: its on-failure destination is away: {}", source.id(), e.toString());
                stopping.pause(settings.backOff(before++));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Stopping.StoppedException();
            }
        }
    }

    /** Says that something broke which never should, so that whoever owns the mapping sees it. */
    void broke() {
        metrics.failed(source.id());
        report("PROBLEM: An internal error occurred; the records are tried again");
    }

    private void report(String result) {
        reports.say(source, SourceReport.Phase.READING, result);
    }
}
