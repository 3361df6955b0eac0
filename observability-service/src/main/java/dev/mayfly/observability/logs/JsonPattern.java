package dev.mayfly.observability.logs;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.observability.logs.FilterPattern.InvalidPatternException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A pattern over the members of a message that is JSON. A message that is none does not match. */
final class JsonPattern {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(&&|\\|\\||\\(|\\)|!=|<=|>=|=|<|>|\"(?:[^\"\\\\]|\\\\.)*\"|\\$[A-Za-z0-9_.\\-\\[\\]]*|[^\\s()&|=<>!\"]+)");
    private static final int MAX_DEPTH = 20;

    private final List<String> tokens;
    private int at;
    private int depth;

    private JsonPattern(List<String> tokens) {
        this.tokens = tokens;
    }

    static Predicate<String> of(String pattern) {
        if (!pattern.endsWith("}")) {
            throw new InvalidPatternException("the brace is never closed");
        }
        String inner = pattern.substring(1, pattern.length() - 1).strip();
        var tokens = new ArrayList<String>();
        var matcher = TOKEN.matcher(inner);
        int end = 0;
        while (end < inner.length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw new InvalidPatternException("'" + inner.substring(end) + "' cannot be read");
            }
            tokens.add(matcher.group(1));
            end = matcher.end();
        }
        var parsing = new JsonPattern(tokens);
        Predicate<JsonNode> condition = parsing.any();
        if (parsing.at < tokens.size()) {
            throw new InvalidPatternException("'" + tokens.get(parsing.at) + "' was not expected");
        }
        return message -> matches(condition, message);
    }

    private static boolean matches(Predicate<JsonNode> condition, String message) {
        if (!message.stripLeading().startsWith("{")) {
            return false;
        }
        try {
            return condition.test(Json.mapper().readTree(message));
        } catch (JacksonException e) {
            return false;
        }
    }

    private Predicate<JsonNode> any() {
        Predicate<JsonNode> left = all();
        while (next("||")) {
            left = left.or(all());
        }
        return left;
    }

    private Predicate<JsonNode> all() {
        Predicate<JsonNode> left = one();
        while (next("&&")) {
            left = left.and(one());
        }
        return left;
    }

    private Predicate<JsonNode> one() {
        if (next("(")) {
            if (++depth > MAX_DEPTH) {
                throw new InvalidPatternException("parentheses are nested too deeply");
            }
            Predicate<JsonNode> inner = any();
            depth--;
            if (!next(")")) {
                throw new InvalidPatternException("a parenthesis is never closed");
            }
            return inner;
        }
        String selector = take();
        if (!selector.startsWith("$.")) {
            throw new InvalidPatternException("a condition begins with a selector such as $.level, not " + selector);
        }
        String pointer = pointer(selector);
        String operator = take().toUpperCase(Locale.ROOT);
        return switch (operator) {
            case "IS" -> is(pointer, take().toUpperCase(Locale.ROOT));
            case "NOT" -> notExists(pointer, take().toUpperCase(Locale.ROOT));
            case "=" -> equal(pointer, take());
            case "!=" -> {
                Predicate<JsonNode> equal = equal(pointer, take());
                yield root -> !root.at(pointer).isMissingNode() && !equal.test(root);
            }
            case "<", "<=", ">", ">=" -> compared(pointer, operator, take());
            default -> throw new InvalidPatternException("'" + operator + "' is no operator");
        };
    }

    private static String pointer(String selector) {
        String path = selector.substring(1).replaceAll("\\[([0-9]+)]", ".$1");
        if (path.indexOf('[') >= 0 || path.indexOf(']') >= 0) {
            throw new InvalidPatternException("'" + selector + "' is no selector");
        }
        return path.replace('.', '/');
    }

    private static Predicate<JsonNode> is(String pointer, String what) {
        return switch (what) {
            case "NULL" -> root -> root.at(pointer).isNull();
            case "TRUE" ->
                root -> root.at(pointer).isBoolean() && root.at(pointer).booleanValue();
            case "FALSE" ->
                root -> root.at(pointer).isBoolean() && !root.at(pointer).booleanValue();
            default -> throw new InvalidPatternException("IS stands before NULL, TRUE or FALSE");
        };
    }

    private static Predicate<JsonNode> notExists(String pointer, String what) {
        if (!what.equals("EXISTS")) {
            throw new InvalidPatternException("NOT stands before EXISTS");
        }
        return root -> root.at(pointer).isMissingNode();
    }

    private static Predicate<JsonNode> equal(String pointer, String value) {
        if (value.startsWith("%")) {
            throw new InvalidPatternException("regular expressions (%...%) are not supported");
        }
        if (!value.startsWith("\"") && isNumber(value)) {
            return compared(pointer, "=", value);
        }
        String text =
                value.startsWith("\"") ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
        return root -> {
            JsonNode node = root.at(pointer);
            return node.isValueNode() && !node.isNull() && Wildcard.matches(text, node.asString());
        };
    }

    private static boolean isNumber(String value) {
        return value.matches("[+-]?[0-9]{1,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?");
    }

    private static Predicate<JsonNode> compared(String pointer, String operator, String value) {
        if (!isNumber(value)) {
            throw new InvalidPatternException("'" + operator + "' stands before a number, not " + value);
        }
        double wanted = new BigDecimal(value).doubleValue();
        return root -> {
            JsonNode node = root.at(pointer);
            if (!node.isNumber()) {
                return false;
            }
            int order = Double.compare(node.doubleValue(), wanted);
            return switch (operator) {
                case "<" -> order < 0;
                case "<=" -> order <= 0;
                case ">" -> order > 0;
                case ">=" -> order >= 0;
                default -> order == 0;
            };
        };
    }

    private boolean next(String token) {
        if (at < tokens.size() && tokens.get(at).equals(token)) {
            at++;
            return true;
        }
        return false;
    }

    private String take() {
        if (at >= tokens.size()) {
            throw new InvalidPatternException("it ends too early");
        }
        return tokens.get(at++);
    }
}
