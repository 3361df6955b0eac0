package dev.mayfly.observability.logs;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.logs.LogLine;
import dev.mayfly.observability.ObservabilitySettings;
import dev.mayfly.observability.projection.Projection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Takes {@code function.logs} in. */
@Component
class LogProjection implements Projection {
    private static final Logger log = LoggerFactory.getLogger(LogProjection.class);
    private static final Duration MAX_FUTURE = Duration.ofHours(2);

    private final LogLines lines;
    private final LogStreams streams;
    private final Clock clock;
    private final Duration retention;

    LogProjection(LogLines lines, LogStreams streams, Clock clock, ObservabilitySettings settings) {
        this.lines = lines;
        this.streams = streams;
        this.clock = clock;
        this.retention = settings.observability().logRetention();
    }

    @Override
    public String name() {
        return "logs";
    }

    @Override
    public Topics topic() {
        return Topics.FUNCTION_LOGS;
    }

    @Override
    public void apply(List<ConsumerRecord<String, byte[]>> received) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant oldest = oldestDay().atStartOfDay(ZoneOffset.UTC).toInstant();
        var taken = new ArrayList<LogLine>(received.size());
        for (var one : received) {
            try {
                LogLine line = LogLine.from(one);
                if (!line.time().isBefore(oldest) && line.time().isBefore(now.plus(MAX_FUTURE))) {
                    taken.add(line);
                }
            } catch (IllegalArgumentException | NullPointerException | StringIndexOutOfBoundsException e) {
                log.warn("Skipped {}-{}: {}", one.topic(), one.offset(), e.getMessage());
            }
        }
        if (!taken.isEmpty()) {
            taken.sort(Comparator.comparing(LogLine::time));
            lines.append(taken, now);
            streams.grow(taken, now);
        }
    }

    @Override
    public void tidy() {
        LocalDate oldest = oldestDay();
        lines.dropBefore(oldest);
        streams.forgetBefore(oldest.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    private LocalDate oldestDay() {
        return LocalDate.ofInstant(clock.instant().minus(retention), ZoneOffset.UTC);
    }
}
