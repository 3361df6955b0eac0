package dev.mayfly.objects.policy;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a condition compares, without the prefixes and suffixes that all operators may carry. */
enum ConditionOperator {
    STRING_EQUALS("StringEquals", false),
    STRING_NOT_EQUALS("StringNotEquals", true),
    STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", false),
    STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", true),
    STRING_LIKE("StringLike", false),
    STRING_NOT_LIKE("StringNotLike", true),
    NUMERIC_EQUALS("NumericEquals", false),
    NUMERIC_NOT_EQUALS("NumericNotEquals", true),
    NUMERIC_LESS_THAN("NumericLessThan", false),
    NUMERIC_LESS_THAN_EQUALS("NumericLessThanEquals", false),
    NUMERIC_GREATER_THAN("NumericGreaterThan", false),
    NUMERIC_GREATER_THAN_EQUALS("NumericGreaterThanEquals", false),
    DATE_EQUALS("DateEquals", false),
    DATE_NOT_EQUALS("DateNotEquals", true),
    DATE_LESS_THAN("DateLessThan", false),
    DATE_LESS_THAN_EQUALS("DateLessThanEquals", false),
    DATE_GREATER_THAN("DateGreaterThan", false),
    DATE_GREATER_THAN_EQUALS("DateGreaterThanEquals", false),
    BOOL("Bool", false),
    BINARY_EQUALS("BinaryEquals", false),
    IP_ADDRESS("IpAddress", false),
    NOT_IP_ADDRESS("NotIpAddress", true),
    ARN_EQUALS("ArnEquals", false),
    ARN_LIKE("ArnLike", false),
    ARN_NOT_EQUALS("ArnNotEquals", true),
    ARN_NOT_LIKE("ArnNotLike", true),
    /** Whether the key is absent. */
    NULL("Null", false);

    private static final int ARN_PARTS = 6;
    private static final int INCOMPARABLE = 9;
    private static final Map<String, ConditionOperator> BY_TITLE = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static {
        for (ConditionOperator operator : values()) {
            BY_TITLE.put(operator.title, operator);
        }
    }

    private final String title;
    private final boolean negated;

    ConditionOperator(String title, boolean negated) {
        this.title = title;
        this.negated = negated;
    }

    static @Nullable ConditionOperator of(String title) {
        return BY_TITLE.get(title);
    }

    /** Whether it holds when none of its values match. */
    boolean isNegated() {
        return negated;
    }

    /** Whether a policy may compare with that value at all. */
    boolean takes(String value) {
        return switch (this) {
            case NUMERIC_EQUALS,
                    NUMERIC_NOT_EQUALS,
                    NUMERIC_LESS_THAN,
                    NUMERIC_LESS_THAN_EQUALS,
                    NUMERIC_GREATER_THAN,
                    NUMERIC_GREATER_THAN_EQUALS -> number(value) != null;
            case DATE_EQUALS,
                    DATE_NOT_EQUALS,
                    DATE_LESS_THAN,
                    DATE_LESS_THAN_EQUALS,
                    DATE_GREATER_THAN,
                    DATE_GREATER_THAN_EQUALS -> date(value) != null;
            case BOOL, NULL -> value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
            case IP_ADDRESS, NOT_IP_ADDRESS -> AddressRange.parse(value) != null;
            default -> true;
        };
    }

    /** Whether one value of the request matches one of the policy; a negated operator as if it were not. */
    boolean matches(String actual, Template wanted, PolicyContext context) {
        return switch (this) {
            case STRING_EQUALS, STRING_NOT_EQUALS, BINARY_EQUALS -> wanted.is(actual, context, false);
            case STRING_EQUALS_IGNORE_CASE, STRING_NOT_EQUALS_IGNORE_CASE, BOOL -> wanted.is(actual, context, true);
            case STRING_LIKE, STRING_NOT_LIKE -> wanted.like(actual, context);
            case ARN_EQUALS, ARN_LIKE, ARN_NOT_EQUALS, ARN_NOT_LIKE -> arn(actual, wanted, context);
            case IP_ADDRESS, NOT_IP_ADDRESS -> address(actual, wanted);
            case NULL -> false;
            case NUMERIC_EQUALS, NUMERIC_NOT_EQUALS -> numbers(actual, wanted) == 0;
            case NUMERIC_LESS_THAN -> numbers(actual, wanted) == -1;
            case NUMERIC_LESS_THAN_EQUALS -> numbers(actual, wanted) <= 0;
            case NUMERIC_GREATER_THAN -> numbers(actual, wanted) == 1;
            case NUMERIC_GREATER_THAN_EQUALS -> atLeast(numbers(actual, wanted));
            case DATE_EQUALS, DATE_NOT_EQUALS -> dates(actual, wanted) == 0;
            case DATE_LESS_THAN -> dates(actual, wanted) == -1;
            case DATE_LESS_THAN_EQUALS -> dates(actual, wanted) <= 0;
            case DATE_GREATER_THAN -> dates(actual, wanted) == 1;
            case DATE_GREATER_THAN_EQUALS -> atLeast(dates(actual, wanted));
        };
    }

    private static boolean atLeast(int order) {
        return order == 0 || order == 1;
    }

    private static int numbers(String actual, Template wanted) {
        return compared(number(actual), number(wanted.source()));
    }

    private static int dates(String actual, Template wanted) {
        return compared(date(actual), date(wanted.source()));
    }

    private static <T extends Comparable<? super T>> int compared(@Nullable T first, @Nullable T second) {
        return first == null || second == null ? INCOMPARABLE : Integer.signum(first.compareTo(second));
    }

    private static @Nullable BigDecimal number(String text) {
        try {
            return text.length() > 40 ? null : new BigDecimal(text.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** ISO 8601, or seconds since 1970. */
    private static @Nullable Instant date(String text) {
        try {
            if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Instant.ofEpochSecond(Long.parseLong(text));
            }
            return text.length() == "2026-01-01".length()
                    ? Instant.parse(text + "T00:00:00Z")
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException | NumberFormatException e) {
            return null;
        }
    }

    private static boolean address(String actual, Template wanted) {
        AddressRange range = AddressRange.parse(wanted.source());
        AddressRange address = AddressRange.parse(actual);
        return range != null && address != null && range.holds(address);
    }

    /** Part by part: a wildcard does not reach over a colon, but in the last part. */
    private static boolean arn(String actual, Template wanted, PolicyContext context) {
        String text = wanted.text(context);
        if (text == null) {
            return false;
        }
        String[] pattern = text.split(":", ARN_PARTS);
        String[] parts = actual.split(":", ARN_PARTS);
        if (pattern.length != ARN_PARTS || parts.length != ARN_PARTS) {
            return text.equals("*");
        }
        for (int i = 0; i < ARN_PARTS; i++) {
            if (!Template.like(pattern[i], parts[i])) {
                return false;
            }
        }
        return true;
    }
}
