package dev.mayfly.contracts.function;

import org.jspecify.annotations.Nullable;

/**
 * What an invoker tells the registry about an event source.
 *
 * @param revision of the event source that this is about
 * @param result the last result of processing as users see it, or null when nothing is new
 */
public record SourceReport(
        long revision, Phase phase, @Nullable String result) {
    /** How far it is. */
    public enum Phase {
        /** It is read. */
        READING,
        /** It is not read any more, as it was told. */
        STOPPED,
        /** It should be read, and cannot be. */
        TROUBLED,
        /** The function that it is to invoke does not exist. */
        FUNCTION_GONE
    }

    /** Where the registry takes reports about the event source {@code id}. */
    public static String path(String id) {
        return "/internal/event-sources/" + id + "/reports";
    }
}
