package dev.mayfly.billing.ingest;

import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How fresh the ledger is. Thread-safe. */
@Component
public class IngestStatus {
    /**
     * A moment's freshness.
     *
     * @param consuming whether Kafka and PostgreSQL were both there at the last look
     * @param asOf usage that reached Kafka before this is in the ledger; null when nothing is known yet
     * @param lag records that are on Kafka and not in the ledger yet; empty while that is unknown
     * @param trouble why nothing is consumed; null while it is
     */
    public record Freshness(
            boolean consuming,
            @Nullable Instant asOf,
            OptionalLong lag,
            @Nullable String trouble) {}

    private volatile Freshness freshness = new Freshness(false, null, OptionalLong.empty(), "starting");

    public Freshness freshness() {
        return freshness;
    }

    void consuming(Instant asOf, long lag) {
        Instant before = freshness.asOf();
        Instant latest = before != null && before.isAfter(asOf) ? before : asOf;
        freshness = new Freshness(true, latest, OptionalLong.of(lag), null);
    }

    void waiting(String trouble) {
        freshness = new Freshness(false, freshness.asOf(), OptionalLong.empty(), trouble);
    }
}
