package dev.mayfly.billing.ledger;

import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.Invocation;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.contracts.usage.UsageEvent.StorageChange;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Which part of an event goes into which column of {@code ledger_line}. */
final class LedgerColumns {
    private static final String TEXT = "text";
    private static final String INT = "int4";
    private static final String LONG = "int8";

    /** @param value what the column holds for an event; null where the event's kind has no such thing */
    record Column(String name, String type, Function<UsageEvent, @Nullable Object> value) {}

    static final List<Column> ALL = List.of(
            new Column("event_id", TEXT, UsageEvent::id),
            new Column("account_id", TEXT, UsageEvent::accountId),
            new Column("kind", TEXT, event -> kind(event)),
            new Column("resource", TEXT, UsageEvent::resource),
            new Column(
                    "time",
                    "timestamptz",
                    event -> event.time().truncatedTo(ChronoUnit.MICROS).toString()),
            invocation("version", TEXT, Invocation::version),
            invocation("request_id", TEXT, Invocation::requestId),
            invocation("attempt", INT, Invocation::attempt),
            invocation("tier", TEXT, event -> event.isolation().tagValue()),
            invocation("memory_mb", INT, Invocation::memoryMb),
            invocation("billed_millis", LONG, Invocation::billedMillis),
            invocation("init_millis", LONG, Invocation::initMillis),
            invocation("cpu_micros", LONG, Invocation::cpuMicros),
            invocation("peak_memory_bytes", LONG, Invocation::peakMemoryBytes),
            invocation("start", TEXT, event -> event.start().name()),
            invocation("status", TEXT, event -> event.status().name()),
            request("operation", TEXT, ObjectRequest::operation),
            request("request_class", TEXT, event -> event.requestClass().name()),
            request("http_status", INT, ObjectRequest::status),
            new Column("bytes_in", LONG, event -> switch (event) {
                case Invocation invocation -> invocation.bytesIn();
                case ObjectRequest request -> request.bytesIn();
                case StorageChange change -> null;
            }),
            new Column("bytes_out", LONG, event -> switch (event) {
                case Invocation invocation -> invocation.bytesOut();
                case ObjectRequest request -> request.bytesOut();
                case StorageChange change -> null;
            }),
            change("storage_bytes", StorageChange::bytes),
            change("storage_objects", StorageChange::objects));

    /** Takes one array for each column: one statement whatever the number of lines. */
    static final String INSERT = "INSERT INTO ledger_line ("
            + ALL.stream().map(Column::name).collect(Collectors.joining(", ")) + ") SELECT * FROM unnest("
            + ALL.stream().map(column -> "?::" + column.type() + "[]").collect(Collectors.joining(", "))
            + ") ON CONFLICT (event_id) DO NOTHING";

    private LedgerColumns() {}

    static @Nullable Object[][] arrays(List<UsageEvent> events) {
        return ALL.stream()
                .map(column -> IntStream.range(0, events.size())
                        .mapToObj(row -> column.value().apply(events.get(row)))
                        .toArray())
                .toArray(Object[][]::new);
    }

    private static String kind(UsageEvent event) {
        return switch (event) {
            case Invocation invocation -> LedgerLine.INVOCATION;
            case ObjectRequest request -> LedgerLine.OBJECT_REQUEST;
            case StorageChange change -> LedgerLine.STORAGE_CHANGE;
        };
    }

    private static Column invocation(String name, String type, Function<Invocation, Object> value) {
        return new Column(name, type, event -> event instanceof Invocation invocation ? value.apply(invocation) : null);
    }

    private static Column request(String name, String type, Function<ObjectRequest, Object> value) {
        return new Column(name, type, event -> event instanceof ObjectRequest request ? value.apply(request) : null);
    }

    private static Column change(String name, Function<StorageChange, Object> value) {
        return new Column(name, LONG, event -> event instanceof StorageChange change ? value.apply(change) : null);
    }
}
