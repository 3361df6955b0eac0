package dev.mayfly.autoscaler.decisions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import java.util.HashMap;
import java.util.Map;

/** What provisioned concurrency means for function versions. */
final class Provisioning {
    private Provisioning() {}

    /** How many sandboxes of each version, by function key; those of an alias as its weights divide its invocations. */
    static Map<String, Integer> byVersion(InvocationRules rules) {
        var sandboxes = new HashMap<String, Integer>();
        for (var provisioned : rules.provisioned()) {
            var alias = rules.aliases().stream()
                    .filter(one -> one.name().equals(provisioned.qualifier()))
                    .findFirst();
            alias.map(one -> one.divide(provisioned.sandboxes()))
                    .orElseGet(() -> Map.of(provisioned.qualifier(), provisioned.sandboxes()))
                    .forEach((version, count) -> sandboxes.merge(
                            FunctionVersion.key(rules.accountId(), rules.name(), version), count, Integer::sum));
        }
        return sandboxes;
    }
}
