package dev.mayfly.billing.report;

import dev.mayfly.contracts.events.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** What a {@code nextToken} stands for: the same question, behind a row. It grants nothing. */
record Page(Instant from, Instant to, List<Dimension> groupBy, List<@Nullable String> after) {
    String token() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(this));
    }

    static Page of(String token) {
        try {
            Page page = Json.read(Base64.getUrlDecoder().decode(token.getBytes(StandardCharsets.US_ASCII)), Page.class);
            if (page.from() != null
                    && page.to() != null
                    && page.from().isBefore(page.to())
                    && page.groupBy() != null
                    && !page.groupBy().isEmpty()
                    && page.after() != null
                    && page.after().size() == page.groupBy().size()) {
                return page;
            }
        } catch (IllegalArgumentException | JacksonException e) {
            throw unknown();
        }
        throw unknown();
    }

    private static Problem unknown() {
        return Problem.badRequest(
                "This nextToken was not given out by Mayfly. Ask without one to begin with the first page.");
    }
}
