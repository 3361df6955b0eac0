package dev.mayfly.observability.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * CloudWatch Logs' filter patterns: terms ({@code ERROR "of course" -debug ?this ?that}) and JSON
 * ({@code { $.level = "ERROR" && $.status >= 500 }}).
 */
final class FilterPattern {
    static final int MAX_LENGTH = 1024;

    /** The pattern cannot be read; the message says where. */
    static final class InvalidPatternException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InvalidPatternException(String message) {
            super(message);
        }
    }

    private FilterPattern() {}

    /** @throws InvalidPatternException when it is none */
    static Predicate<String> of(String pattern) {
        String trimmed = pattern.strip();
        if (trimmed.isEmpty()) {
            return message -> true;
        }
        if (trimmed.length() > MAX_LENGTH) {
            throw new InvalidPatternException("it has more than " + MAX_LENGTH + " characters");
        }
        if (trimmed.startsWith("{")) {
            return JsonPattern.of(trimmed);
        }
        if (trimmed.startsWith("[")) {
            throw new InvalidPatternException("patterns of space-delimited fields are not supported");
        }
        return terms(trimmed);
    }

    private static Predicate<String> terms(String pattern) {
        var required = new ArrayList<String>();
        var excluded = new ArrayList<String>();
        var optional = new ArrayList<String>();
        int at = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
                continue;
            }
            List<String> into = c == '-' ? excluded : c == '?' ? optional : required;
            int from = into == required ? at : at + 1;
            if (from >= pattern.length()) {
                throw new InvalidPatternException("'" + c + "' stands before no term");
            }
            if (pattern.charAt(from) == '%') {
                throw new InvalidPatternException("regular expressions (%...%) are not supported");
            }
            at = pattern.charAt(from) == '"' ? quoted(pattern, from, into) : plain(pattern, from, into);
        }
        return message -> required.stream().allMatch(message::contains)
                && excluded.stream().noneMatch(message::contains)
                && (optional.isEmpty()
                        || !required.isEmpty()
                        || optional.stream().anyMatch(message::contains));
    }

    private static int quoted(String pattern, int from, List<String> into) {
        var term = new StringBuilder();
        for (int at = from + 1; at < pattern.length(); at++) {
            char c = pattern.charAt(at);
            if (c == '"') {
                into.add(term.toString());
                return at + 1;
            }
            boolean escape = c == '\\' && at + 1 < pattern.length();
            term.append(escape ? pattern.charAt(++at) : c);
        }
        throw new InvalidPatternException("a quotation mark is never closed");
    }

    private static int plain(String pattern, int from, List<String> into) {
        int end = from;
        while (end < pattern.length() && !Character.isWhitespace(pattern.charAt(end))) {
            char c = pattern.charAt(end);
            if (!Character.isLetterOrDigit(c) && c != '_') {
                throw new InvalidPatternException(
                        "the term '" + pattern.substring(from, end + 1) + "' has a '" + c + "': quote it (\"...\")");
            }
            end++;
        }
        into.add(pattern.substring(from, end));
        return end;
    }
}
