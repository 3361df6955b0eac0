package dev.mayfly.billing;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.usage.UsageEvent.Invocation;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import dev.mayfly.contracts.usage.UsageEvent.StorageChange;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Usage events for tests. */
public final class Events {
    private static final AtomicLong ACCOUNTS = new AtomicLong(100_000_000_000L);

    private Events() {}

    /** An account that no other test uses. */
    public static String newAccount() {
        return Long.toString(ACCOUNTS.incrementAndGet());
    }

    public static Invocation invocation(
            String account,
            Instant time,
            String function,
            Isolation tier,
            int memoryMb,
            long billedMillis,
            Status status) {
        String request = UUID.randomUUID().toString();
        return new Invocation(
                Invocation.idOf(request, 1),
                account,
                time,
                function,
                "$LATEST",
                request,
                1,
                tier,
                memoryMb,
                billedMillis,
                0,
                1_000,
                30 << 20,
                2,
                3,
                Start.WARM,
                status);
    }

    /** {@code event} with another beginning. */
    public static Invocation startedAs(Start start, long initMillis, Invocation event) {
        return new Invocation(
                event.id(),
                event.accountId(),
                event.time(),
                event.resource(),
                event.version(),
                event.requestId(),
                event.attempt(),
                event.isolation(),
                event.memoryMb(),
                event.billedMillis(),
                initMillis,
                event.cpuMicros(),
                event.peakMemoryBytes(),
                event.bytesIn(),
                event.bytesOut(),
                start,
                event.status());
    }

    public static Invocation invocation(String account, Instant time, String function) {
        return invocation(account, time, function, Isolation.CONTAINER, 128, 5, Status.SUCCESS);
    }

    public static ObjectRequest request(
            String account,
            Instant time,
            String bucket,
            String operation,
            RequestClass requestClass,
            long out,
            int status) {
        return new ObjectRequest(
                ObjectRequest.idOf(UUID.randomUUID().toString()),
                account,
                time,
                bucket,
                operation,
                requestClass,
                0,
                out,
                status);
    }

    public static StorageChange change(String account, Instant time, String bucket, long bytes) {
        return new StorageChange(UUID.randomUUID().toString(), account, time, bucket, bytes, Long.signum(bytes));
    }
}
