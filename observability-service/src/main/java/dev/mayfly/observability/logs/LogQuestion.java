package dev.mayfly.observability.logs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which lines are meant.
 *
 * @param groups log groups of the account; none means nothing
 * @param function only this function's lines, or null
 * @param streams only these streams; empty for all
 * @param streamPrefix only streams that begin so, or null
 * @param requestId only this invocation's lines, or null
 * @param from in milliseconds since 1970, inclusive
 * @param until in milliseconds since 1970, exclusive
 */
record LogQuestion(
        String account,
        List<String> groups,
        @Nullable String function,
        List<String> streams,
        @Nullable String streamPrefix,
        @Nullable String requestId,
        long from,
        long until) {

    /** PostgreSQL's timestamps end later; no line is that late. */
    static final long FOREVER = 253_402_300_800_000L;

    /** The same of other groups. */
    LogQuestion in(List<String> others) {
        return new LogQuestion(account, others, function, streams, streamPrefix, requestId, from, until);
    }
}
