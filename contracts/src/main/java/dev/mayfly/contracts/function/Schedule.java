package dev.mayfly.contracts.function;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Invokes a function asynchronously at the times that an expression names.
 *
 * @param name unique within the account
 * @param expression {@code rate(...)}, {@code cron(...)} or {@code at(...)}
 * @param timeZone an IANA name; cron and at are read in it
 * @param since times up to this are none of it; {@code rate} counts from it
 * @param input the event as JSON, or null for AWS's Scheduled Event
 */
public record Schedule(
        String id,
        String accountId,
        long revision,
        EventSource.Target function,
        boolean enabled,
        String name,
        String expression,
        String timeZone,
        Instant since,
        @Nullable String input)
        implements EventSource {

    /** The ARN, as events name it. */
    public String arn(String region) {
        return "arn:aws:scheduler:" + region + ":" + accountId + ":schedule/default/" + name;
    }
}
