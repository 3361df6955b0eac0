package dev.mayfly.invoker.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** What qualifiers mean. AWS lets no alias look like a version: it has at least one character that is no digit. */
final class Qualifiers {
    private Qualifiers() {}

    static boolean isAlias(String qualifier) {
        return !qualifier.equals(FunctionVersion.LATEST) && !isNumber(qualifier);
    }

    /** The version that the alias means this time; null when there is no such alias. */
    static @Nullable String version(InvocationRules rules, String alias, DoubleSupplier random) {
        for (var candidate : rules.aliases()) {
            if (candidate.name().equals(alias)) {
                return choice(candidate, random);
            }
        }
        return null;
    }

    private static String choice(InvocationRules.Alias alias, DoubleSupplier random) {
        if (alias.weights().isEmpty()) {
            return alias.version();
        }
        double point = random.getAsDouble();
        for (var other : alias.weights().entrySet()) {
            point -= other.getValue();
            if (point < 0) {
                return other.getKey();
            }
        }
        return alias.version();
    }

    private static boolean isNumber(String qualifier) {
        for (int at = 0; at < qualifier.length(); at++) {
            if (qualifier.charAt(at) < '0' || qualifier.charAt(at) > '9') {
                return false;
            }
        }
        return true;
    }
}
