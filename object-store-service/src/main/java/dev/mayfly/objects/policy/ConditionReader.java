package dev.mayfly.objects.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the condition block of a statement. */
final class ConditionReader {
    private static final String IF_EXISTS = "IfExists";
    private static final Pattern KEY = Pattern.compile("(?i:aws|s3):[A-Za-z0-9-]+(?:/.{1,256})?");

    private ConditionReader() {}

    static List<Condition> read(@Nullable JsonNode block, boolean variables) {
        if (block == null) {
            return List.of();
        }
        if (!block.isObject()) {
            throw PolicyReader.malformed("Condition must be an object");
        }
        var conditions = new ArrayList<Condition>();
        for (String title : block.propertyNames()) {
            JsonNode keys = block.get(title);
            if (!keys.isObject()) {
                throw PolicyReader.malformed("Invalid Condition type : " + title);
            }
            for (String key : keys.propertyNames()) {
                conditions.add(condition(title, key, keys.get(key), variables));
            }
        }
        return List.copyOf(conditions);
    }

    private static Condition condition(String title, String key, JsonNode node, boolean variables) {
        String name = title;
        var quantifier = Condition.Quantifier.PLAIN;
        if (name.startsWith("ForAnyValue:")) {
            quantifier = Condition.Quantifier.ANY;
            name = name.substring("ForAnyValue:".length());
        } else if (name.startsWith("ForAllValues:")) {
            quantifier = Condition.Quantifier.ALL;
            name = name.substring("ForAllValues:".length());
        }
        boolean ifExists = name.endsWith(IF_EXISTS);
        ConditionOperator operator =
                ConditionOperator.of(ifExists ? name.substring(0, name.length() - IF_EXISTS.length()) : name);
        if (operator == null || operator == ConditionOperator.NULL && ifExists) {
            throw PolicyReader.malformed("Invalid Condition type : " + title);
        }
        if (!KEY.matcher(key).matches()) {
            throw PolicyReader.malformed("Policy has an invalid condition key");
        }
        var values = new ArrayList<Template>();
        for (JsonNode one : node.isArray() ? List.copyOf(node.values()) : List.of(node)) {
            if (one.isContainer() || one.isNull() || !operator.takes(one.asString())) {
                throw PolicyReader.malformed("Invalid value for condition " + title + " of " + key);
            }
            values.add(new Template(one.asString(), variables));
        }
        return new Condition(operator, quantifier, ifExists, key.toLowerCase(Locale.ROOT), List.copyOf(values));
    }
}
