package dev.mayfly.autoscaler.decisions;

import dev.mayfly.autoscaler.rules.LoadHistory;
import dev.mayfly.autoscaler.rules.ScalingRule;
import dev.mayfly.autoscaler.rules.ScalingSettings;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.scaling.FunctionLoad;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of every function, and what was decided for it. A function that was decided to have sandboxes before this
 * process began, and of which nothing is heard since, goes to zero a keep-alive after that decision or after this start,
 * whichever is later: its last use may have gone unheard. Thread-safe.
 */
public final class Autoscaler {
    /** What stands where nothing was decided: any decision differs from it. */
    private static final int UNDECIDED = -1;

    private final ScalingSettings settings;
    private final ScalingRule rule;
    private final Clock clock;
    private final Instant began;
    private final Map<String, LoadHistory> loads = new HashMap<>();
    private final Map<String, ScalingDecision> decisions = new HashMap<>();
    private final Map<String, Map<String, Integer>> provisioned = new HashMap<>();
    private final Set<String> present = new HashSet<>();

    public Autoscaler(ScalingSettings settings, Clock clock) {
        this.settings = settings;
        this.rule = new ScalingRule(settings);
        this.clock = clock;
        this.began = clock.instant();
    }

    /** A report of an invoker. */
    public synchronized void observe(FunctionLoad load) {
        loads.computeIfAbsent(load.functionKey(), key -> new LoadHistory(settings.stableWindow()))
                .add(load);
    }

    /** A host holds sandboxes. One for which nothing was ever decided must still come to its end. */
    public synchronized void observe(HostStatus host) {
        for (var sandboxes : host.sandboxes()) {
            if (!decisions.containsKey(sandboxes.functionKey())) {
                present.add(sandboxes.functionKey());
                loads.computeIfAbsent(sandboxes.functionKey(), key -> new LoadHistory(settings.stableWindow()))
                        .assumeBusy(clock.instant());
            }
        }
    }

    /** How much of that function is to be kept ready, under whatever names. */
    public synchronized void observe(InvocationRules rules) {
        var wanted = Provisioning.byVersion(rules);
        if (wanted.isEmpty()) {
            provisioned.remove(rules.key());
        } else {
            provisioned.put(rules.key(), wanted);
        }
    }

    /** There are no rules of that function any more. */
    public synchronized void forgetRules(String rulesKey) {
        provisioned.remove(rulesKey);
    }

    private Map<String, Integer> kept() {
        var kept = new HashMap<String, Integer>();
        provisioned.values().forEach(kept::putAll);
        return kept;
    }

    /** A decision as it stands on the topic: of an earlier process, or this one's own coming back. */
    public synchronized void recall(ScalingDecision decision) {
        present.remove(decision.functionKey());
        decisions.merge(
                decision.functionKey(), decision, (known, read) -> read.at().isAfter(known.at()) ? read : known);
    }

    /** The function's decision is gone from the topic. */
    public synchronized void forget(String functionKey) {
        decisions.remove(functionKey);
    }

    /** All decisions that differ from what stands, as of now. They stand once {@link #recall}ed. */
    public synchronized List<ScalingDecision> decide() {
        Instant now = clock.instant();
        for (var standing : decisions.values()) {
            if (standing.desired() > 0) {
                var load =
                        loads.computeIfAbsent(standing.functionKey(), key -> new LoadHistory(settings.stableWindow()));
                // What is only provisioned tells of no use.
                if (standing.desired() > standing.provisioned()) {
                    load.assumeBusy(standing.at().isAfter(began) ? standing.at() : began);
                }
            }
        }
        var kept = kept();
        kept.keySet().forEach(key -> loads.computeIfAbsent(key, of -> new LoadHistory(settings.stableWindow())));
        var changed = new ArrayList<ScalingDecision>();
        for (var entry : loads.entrySet()) {
            LoadHistory load = entry.getValue();
            load.forgetBefore(now);
            ScalingDecision standing = decisions.get(entry.getKey());
            int current = standing == null ? UNDECIDED : standing.desired();
            var desired = rule.decide(load, current, standing == null ? Instant.EPOCH : standing.at(), now);
            boolean nothingToEnd = standing == null && desired.sandboxes() == 0 && !present.contains(entry.getKey());
            int keep = kept.getOrDefault(entry.getKey(), 0);
            int kind = standing == null ? 0 : standing.provisioned();
            if (keep > desired.sandboxes()) {
                desired = new ScalingRule.Desired(keep, "provisioned");
            }
            if ((desired.sandboxes() != current && !(nothingToEnd && keep == 0)) || keep != kind) {
                changed.add(new ScalingDecision(entry.getKey(), desired.sandboxes(), keep, desired.reason(), now));
            }
        }
        loads.entrySet().removeIf(entry -> isOver(entry.getKey(), entry.getValue(), now));
        return changed;
    }

    /** The decisions that stand for one account's functions. */
    public synchronized Collection<ScalingDecision> of(String accountId) {
        String prefix = accountId + ":";
        return decisions.values().stream()
                .filter(decision -> decision.functionKey().startsWith(prefix))
                .sorted(Comparator.comparing(ScalingDecision::functionKey))
                .toList();
    }

    private boolean isIdle(LoadHistory load, Instant now) {
        return !load.lastBusy().plus(settings.keepAlive()).isAfter(now);
    }

    private boolean isOver(String functionKey, LoadHistory load, Instant now) {
        ScalingDecision standing = decisions.get(functionKey);
        boolean zero = standing == null || standing.desired() == 0;
        return zero && isIdle(load, now) && !present.contains(functionKey);
    }
}
