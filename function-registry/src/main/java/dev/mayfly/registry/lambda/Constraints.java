package dev.mayfly.registry.lambda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects what a request's members violate and reports it all at once, in AWS's words. Null members pass. */
public final class Constraints {
    private static final int SHOWN = 1024;

    private final List<String> violations = new ArrayList<>();

    public Constraints required(String member, @Nullable Object value) {
        if (value == null) {
            violations.add("Value null at '" + member + "' failed to satisfy constraint: Member must not be null");
        }
        return this;
    }

    public Constraints between(String member, @Nullable Integer value, int min, int max) {
        if (value != null && value < min) {
            violated(member, value, "Member must have value greater than or equal to " + min);
        } else if (value != null && value > max) {
            violated(member, value, "Member must have value less than or equal to " + max);
        }
        return this;
    }

    /** A share of a whole: 0.0 - 1.0. */
    public Constraints share(String member, @Nullable Double value) {
        if (value != null && !(value >= 0.0)) {
            violated(member, value, "Member must have value greater than or equal to 0.0");
        } else if (value != null && value > 1.0) {
            violated(member, value, "Member must have value less than or equal to 1.0");
        }
        return this;
    }

    public Constraints length(String member, @Nullable String value, int min, int max) {
        if (value != null && value.length() < min) {
            violated(member, value, "Member must have length greater than or equal to " + min);
        } else if (value != null && value.length() > max) {
            violated(member, value, "Member must have length less than or equal to " + max);
        }
        return this;
    }

    public Constraints pattern(String member, @Nullable String value, Pattern pattern) {
        if (value != null && !pattern.matcher(value).matches()) {
            violated(member, value, "Member must satisfy regular expression pattern: " + pattern);
        }
        return this;
    }

    public Constraints oneOf(String member, @Nullable String value, List<String> allowed) {
        if (value != null && !allowed.contains(value)) {
            violated(member, value, "Member must satisfy enum value set: " + allowed);
        }
        return this;
    }

    public Constraints keyPattern(String member, @Nullable Map<String, ?> map, Pattern pattern) {
        if (map != null
                && !map.keySet().stream().allMatch(key -> pattern.matcher(key).matches())) {
            violations.add("Value at '" + member + "' failed to satisfy constraint: Map keys must satisfy constraint:"
                    + " [Member must satisfy regular expression pattern: " + pattern + "]");
        }
        return this;
    }

    public Constraints keyLength(String member, @Nullable Map<String, ?> map, int min, int max) {
        if (map != null && !map.keySet().stream().allMatch(key -> key.length() >= min && key.length() <= max)) {
            violations.add("Value at '" + member + "' failed to satisfy constraint: Map keys must satisfy constraint:"
                    + " [Member must have length between " + min + " and " + max + "]");
        }
        return this;
    }

    public Constraints valueLength(String member, @Nullable Map<String, String> map, int max) {
        if (map != null && map.values().stream().anyMatch(value -> value.length() > max)) {
            violations.add("Value at '" + member + "' failed to satisfy constraint: Map values must satisfy constraint:"
                    + " [Member must have length less than or equal to " + max + "]");
        }
        return this;
    }

    /** @throws LambdaException of type ValidationException, naming every violation, when there is one */
    public void check() {
        if (!violations.isEmpty()) {
            throw LambdaError.VALIDATION.with(violations.size() + " validation error"
                    + (violations.size() == 1 ? "" : "s") + " detected: " + String.join("; ", violations));
        }
    }

    private void violated(String member, Object value, String constraint) {
        String shown = value.toString();
        if (shown.length() > SHOWN) {
            shown = shown.substring(0, SHOWN) + "...";
        }
        violations.add("Value '" + shown + "' at '" + member + "' failed to satisfy constraint: " + constraint);
    }
}
