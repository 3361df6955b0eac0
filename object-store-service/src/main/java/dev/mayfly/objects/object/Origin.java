package dev.mayfly.objects.object;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.objects.protocol.S3Request;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Who made a change, for those who are told of it.
 *
 * @param principal an account, or {@code s3.amazonaws.com} where the store acts by itself
 * @param address the client's IP address, where it is known
 * @param function the ARN of the function whose credentials were used, or null
 * @param trace the trace header that came with the request, with the lineage of functions that ran before; or null
 */
public record Origin(
        String principal,
        @Nullable String address,
        @Nullable String function,
        @Nullable String trace) {
    /** The store itself, as when it expires objects. */
    public static final Origin STORE = new Origin("s3.amazonaws.com", null, null, null);

    private static final String ADDRESS = "X-Mayfly-Source-Ip";

    public static Origin of(S3Request request) {
        String trace = request.header(TraceHeader.NAME);
        return new Origin(
                request.accountId(),
                request.header(ADDRESS),
                request.voucher().functionArn(),
                trace == null || trace.isBlank()
                        ? null
                        : TraceHeader.of(trace.strip()).text());
    }

    /** The address as events name it. */
    public String source() {
        if (address != null) {
            return address;
        }
        return equals(STORE) ? principal : "AWS Internal";
    }

    public String json() {
        return Json.text(this);
    }

    public static Origin read(@Nullable String json) {
        return json == null ? STORE : Json.read(json.getBytes(StandardCharsets.UTF_8), Origin.class);
    }
}
