package dev.mayfly.billing.ingest;

import dev.mayfly.billing.BillingSettings;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.Invocation;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.contracts.usage.UsageEvent.StorageChange;
import java.time.Clock;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.EnumFeature;

/** Reads usage events, and refuses those that cannot be true. What is money is read strictly. */
@Component
class UsageReading {
    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");
    private static final int MAX_ID = 200;
    private static final int MAX_RESOURCE = 255;
    private static final int MAX_NAME = 128;
    private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
    private static final int MAX_MEMORY_MB = 1 << 20;
    private static final long MAX_MICROS = 1_000_000_000_000L;
    /** The largest object S3 knows; one request moves no more. */
    private static final long MAX_REQUEST_BYTES = 5L << 40;

    private static final long MAX_STORED_BYTES = 1L << 60;
    private static final long MAX_OBJECTS = 1L << 40;

    /** An event that the ledger must not hold. The message is the reason. */
    static final class UnusableEventException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableEventException(String reason) {
            super(reason);
        }
    }

    private final ObjectReader reader = Json.mapper()
            .rebuild()
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .build()
            .readerFor(UsageEvent.class);

    private final Clock clock;
    private final BillingSettings.Billing settings;

    UsageReading(Clock clock, BillingSettings settings) {
        this.clock = clock;
        this.settings = settings.billing();
    }

    /** @throws UnusableEventException when {@code json} is no usage event, or claims what cannot be */
    UsageEvent read(byte @Nullable [] json) throws UnusableEventException {
        if (json == null || json.length == 0) {
            throw new UnusableEventException("empty");
        }
        UsageEvent event;
        try {
            event = reader.readValue(json);
        } catch (JacksonException e) {
            throw new UnusableEventException("unreadable: " + e.getOriginalMessage());
        }
        if (event == null) {
            throw new UnusableEventException("empty");
        }
        checkCommon(event);
        switch (event) {
            case Invocation invocation -> check(invocation);
            case ObjectRequest request -> check(request);
            case StorageChange change -> check(change);
        }
        return event;
    }

    private void checkCommon(UsageEvent event) throws UnusableEventException {
        text("id", event.id(), MAX_ID);
        text("resource", event.resource(), MAX_RESOURCE);
        String account = event.accountId();
        if (account == null || !ACCOUNT.matcher(account).matches()) {
            throw new UnusableEventException("accountId is not 12 digits");
        }
        Instant time = event.time();
        if (time == null) {
            throw new UnusableEventException("time is missing");
        }
        if (time.isAfter(clock.instant().plus(settings.maxFuture()))) {
            throw new UnusableEventException("time " + time + " is in the future");
        }
        if (time.isBefore(EARLIEST)) {
            throw new UnusableEventException("time " + time + " is before " + EARLIEST);
        }
    }

    private void check(Invocation invocation) throws UnusableEventException {
        text("version", invocation.version(), MAX_NAME);
        text("requestId", invocation.requestId(), MAX_ID);
        present("isolation", invocation.isolation());
        present("start", invocation.start());
        present("status", invocation.status());
        range("attempt", invocation.attempt(), 1, Integer.MAX_VALUE);
        range("memoryMb", invocation.memoryMb(), 1, MAX_MEMORY_MB);
        range("billedMillis", invocation.billedMillis(), 0, settings.maxBilled().toMillis());
        range("initMillis", invocation.initMillis(), 0, settings.maxBilled().toMillis());
        range("cpuMicros", invocation.cpuMicros(), 0, MAX_MICROS);
        range("peakMemoryBytes", invocation.peakMemoryBytes(), 0, MAX_STORED_BYTES);
        range("bytesIn", invocation.bytesIn(), 0, MAX_REQUEST_BYTES);
        range("bytesOut", invocation.bytesOut(), 0, MAX_REQUEST_BYTES);
    }

    private static void check(ObjectRequest request) throws UnusableEventException {
        text("operation", request.operation(), MAX_NAME);
        present("requestClass", request.requestClass());
        range("status", request.status(), 100, 599);
        range("bytesIn", request.bytesIn(), 0, MAX_REQUEST_BYTES);
        range("bytesOut", request.bytesOut(), 0, MAX_REQUEST_BYTES);
    }

    private static void check(StorageChange change) throws UnusableEventException {
        range("bytes", change.bytes(), -MAX_STORED_BYTES, MAX_STORED_BYTES);
        range("objects", change.objects(), -MAX_OBJECTS, MAX_OBJECTS);
    }

    private static void text(String name, @Nullable String value, int max) throws UnusableEventException {
        if (value == null || value.isBlank()) {
            throw new UnusableEventException(name + " is missing");
        }
        if (value.length() > max) {
            throw new UnusableEventException(name + " is longer than " + max + " characters");
        }
        if (value.chars().anyMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c))) {
            throw new UnusableEventException(name + " has characters that no name has");
        }
    }

    private static void present(String name, @Nullable Object value) throws UnusableEventException {
        if (value == null) {
            throw new UnusableEventException(name + " is missing");
        }
    }

    private static void range(String name, long value, long min, long max) throws UnusableEventException {
        if (value < min || value > max) {
            throw new UnusableEventException(name + " " + value + " is not within " + min + " and " + max);
        }
    }
}
