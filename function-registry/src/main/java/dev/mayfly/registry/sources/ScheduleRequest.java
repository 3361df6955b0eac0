package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.triggers.ScheduleExpression;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a client says of a schedule: every member has the form that it must have, or is absent. */
final class ScheduleRequest {
    private static final Pattern NAME = Pattern.compile("[0-9a-zA-Z-_.]{1,64}");
    private static final int LARGEST_INPUT = 262_144;
    private static final int LONGEST_DESCRIPTION = 512;
    private static final int LONGEST_EXPRESSION = 256;
    private static final Set<String> MEMBERS =
            Set.of("name", "function", "expression", "timeZone", "enabled", "input", "description");

    private final JsonNode body;

    /** @throws ScheduleProblem when it has members that schedules do not have */
    ScheduleRequest(JsonNode body) {
        this.body = body;
        for (String member : body.propertyNames()) {
            if (!MEMBERS.contains(member)) {
                throw ScheduleProblem.invalid("A schedule has no member '" + member + "'; it has "
                        + MEMBERS.stream().sorted().toList() + ".");
            }
        }
    }

    static String requireName(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw ScheduleProblem.invalid("name: 1 - 64 letters, digits, '-', '_' and '.' are a schedule's name.");
        }
        return name;
    }

    Optional<String> text(String member) {
        JsonNode value = body.get(member);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw ScheduleProblem.invalid(member + ": a string is expected.");
        }
        return Optional.of(value.stringValue());
    }

    String required(String member) {
        return text(member).orElseThrow(() -> ScheduleProblem.invalid(member + ": needed, and not there."));
    }

    Optional<Boolean> enabled() {
        JsonNode value = body.get("enabled");
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw ScheduleProblem.invalid("enabled: true or false is expected.");
        }
        return Optional.of(value.booleanValue());
    }

    Optional<String> description() {
        return text("description").map(text -> {
            if (text.length() > LONGEST_DESCRIPTION || text.indexOf('\0') >= 0) {
                throw ScheduleProblem.invalid(
                        "description: at most " + LONGEST_DESCRIPTION + " characters, and no NUL, are expected.");
            }
            return text;
        });
    }

    boolean namesInput() {
        return body.has("input");
    }

    /** The input as JSON; null when it is absent or null. */
    @Nullable
    String input() {
        JsonNode value = body.get("input");
        if (value == null || value.isNull()) {
            return null;
        }
        String json = Json.text(value);
        if (json.getBytes(StandardCharsets.UTF_8).length > LARGEST_INPUT || json.contains("\\u0000")) {
            throw ScheduleProblem.invalid(
                    "input: at most " + LARGEST_INPUT + " bytes of JSON, without NUL, are expected.");
        }
        return json;
    }

    /** @throws ScheduleProblem when the expression cannot be understood, or names no time after {@code now} */
    static void check(String expression, String timeZone, Instant now) {
        if (expression.length() > LONGEST_EXPRESSION) {
            throw ScheduleProblem.invalid("expression: at most " + LONGEST_EXPRESSION + " characters are expected.");
        }
        try {
            if (ScheduleExpression.parse(expression, timeZone, now)
                    .firstAfter(now)
                    .isEmpty()) {
                throw ScheduleProblem.invalid("expression: " + expression + " names no time that is still to come.");
            }
        } catch (ScheduleExpression.InvalidExpressionException e) {
            throw ScheduleProblem.invalid("expression: " + e.getMessage());
        }
    }
}
