package dev.mayfly.objects.policy;

import java.util.List;

/**
 * One line of a condition block: an operator, a key, and the values of which one must match.
 *
 * @param key in lower case
 * @param ifExists holds also when the request has no such key
 */
record Condition(
        ConditionOperator operator, Quantifier quantifier, boolean ifExists, String key, List<Template> values) {
    /** What is asked of a key with several values. */
    enum Quantifier {
        /** One is enough; for a negated operator none may match. */
        PLAIN,
        /** One must. */
        ANY,
        /** All must, if there are any. */
        ALL
    }

    boolean holds(PolicyContext context) {
        List<String> actual = context.values(key);
        if (operator == ConditionOperator.NULL) {
            return values.stream().anyMatch(value -> Boolean.parseBoolean(value.source()) == actual.isEmpty());
        }
        if (actual.isEmpty()) {
            return ifExists || quantifier == Quantifier.ALL || quantifier == Quantifier.PLAIN && operator.isNegated();
        }
        return switch (quantifier) {
            case PLAIN -> operator.isNegated() != actual.stream().anyMatch(one -> matchesAny(one, context));
            case ANY -> actual.stream().anyMatch(one -> operator.isNegated() != matchesAny(one, context));
            case ALL -> actual.stream().allMatch(one -> operator.isNegated() != matchesAny(one, context));
        };
    }

    private boolean matchesAny(String actual, PolicyContext context) {
        return values.stream().anyMatch(value -> operator.matches(actual, value, context));
    }
}
