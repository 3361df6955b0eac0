package dev.mayfly.objects.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Text of a policy, with wildcards and variables such as <code>${aws:username}</code>. */
final class Template {
    private static final int ANY = -1;
    private static final int ONE = -2;

    private final String source;
    private final boolean hasVariables;
    private final int[] constant;

    /** @param variables whether the policy's version knows variables */
    Template(String source, boolean variables) {
        this.source = source;
        this.hasVariables = variables && source.contains("${");
        this.constant = hasVariables ? new int[0] : pattern(source);
    }

    String source() {
        return source;
    }

    boolean hasWildcards() {
        return source.indexOf('*') >= 0 || source.indexOf('?') >= 0;
    }

    boolean hasVariables() {
        return hasVariables;
    }

    /** Whether it stands for {@code value}, wildcards included; false when a variable has no value. */
    boolean like(String value, PolicyContext context) {
        int[] pattern = tokens(context, true);
        return pattern != null && matches(pattern, value);
    }

    /** Whether it is {@code value}, wildcards being ordinary characters. */
    boolean is(String value, PolicyContext context, boolean ignoreCase) {
        String text = text(context);
        return text != null && (ignoreCase ? text.equalsIgnoreCase(value) : text.equals(value));
    }

    /** The text with its variables filled in, or null when one has no value. */
    @Nullable
    String text(PolicyContext context) {
        if (!hasVariables) {
            return source;
        }
        int[] tokens = tokens(context, false);
        return tokens == null ? null : new String(tokens, 0, tokens.length);
    }

    private int @Nullable [] tokens(PolicyContext context, boolean wildcards) {
        if (!hasVariables) {
            return constant;
        }
        int[] out = new int[0];
        int at = 0;
        while (at < source.length()) {
            int start = source.indexOf("${", at);
            int end = start < 0 ? -1 : source.indexOf('}', start);
            if (end < 0) {
                return concat(out, codePoints(source.substring(at), wildcards));
            }
            String value = value(source.substring(start + 2, end), context);
            if (value == null) {
                return null;
            }
            out = concat(out, codePoints(source.substring(at, start), wildcards));
            out = concat(out, codePoints(value, false));
            at = end + 1;
        }
        return out;
    }

    /** The value of {@code aws:username} or of {@code aws:username, 'default'}; of {@code *}, {@code ?} and {@code $}, itself. */
    private static @Nullable String value(String variable, PolicyContext context) {
        if (variable.equals("*") || variable.equals("?") || variable.equals("$")) {
            return variable;
        }
        int comma = variable.indexOf(',');
        String name = (comma < 0 ? variable : variable.substring(0, comma)).strip();
        List<String> values = context.values(name.toLowerCase(Locale.ROOT));
        if (values.size() == 1) {
            return values.getFirst();
        }
        String otherwise = comma < 0 ? "" : variable.substring(comma + 1).strip();
        return otherwise.length() >= 2 && otherwise.startsWith("'") && otherwise.endsWith("'")
                ? otherwise.substring(1, otherwise.length() - 1)
                : null;
    }

    /** Whether {@code pattern}, in which {@code *} and {@code ?} are wildcards, stands for {@code value}. */
    static boolean like(String pattern, String value) {
        return matches(pattern(pattern), value);
    }

    private static int[] pattern(String text) {
        return codePoints(text, true);
    }

    private static int[] codePoints(String text, boolean wildcards) {
        int[] points = text.codePoints().toArray();
        if (wildcards) {
            for (int i = 0; i < points.length; i++) {
                points[i] = points[i] == '*' ? ANY : points[i] == '?' ? ONE : points[i];
            }
        }
        return points;
    }

    private static int[] concat(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** Greedy, with one point to come back to: time is the product of the lengths at most. */
    private static boolean matches(int[] pattern, String text) {
        int[] value = text.codePoints().toArray();
        int p = 0;
        int v = 0;
        int star = -1;
        int resume = 0;
        while (v < value.length) {
            if (p < pattern.length && (pattern[p] == ONE || pattern[p] == value[v])) {
                p++;
                v++;
            } else if (p < pattern.length && pattern[p] == ANY) {
                star = p++;
                resume = v;
            } else if (star >= 0) {
                p = star + 1;
                v = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == ANY) {
            p++;
        }
        return p == pattern.length;
    }
}
