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
            if (alias.isPresent()) {
                int left = provisioned.sandboxes();
                for (var other : alias.get().weights().entrySet()) {
                    int part = Math.min(left, (int) Math.round(provisioned.sandboxes() * other.getValue()));
                    add(sandboxes, rules, other.getKey(), part);
                    left -= part;
                }
                add(sandboxes, rules, alias.get().version(), left);
            } else {
                add(sandboxes, rules, provisioned.qualifier(), provisioned.sandboxes());
            }
        }
        return sandboxes;
    }

    private static void add(Map<String, Integer> sandboxes, InvocationRules rules, String version, int count) {
        if (count > 0) {
            sandboxes.merge(FunctionVersion.key(rules.accountId(), rules.name(), version), count, Integer::sum);
        }
    }
}
