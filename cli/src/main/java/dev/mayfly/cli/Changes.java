package dev.mayfly.cli;

import dev.mayfly.standalone.home.ComponentState;
import dev.mayfly.standalone.home.SuiteState;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Tells what changed between two looks at a running suite. */
final class Changes {
    private final Console console;
    private final Map<String, ComponentState> last = new HashMap<>();

    Changes(Console console) {
        this.console = console;
    }

    void show(SuiteState state) {
        for (ComponentState component : state.components()) {
            ComponentState before = last.put(component.name(), component);
            if (before != null && before.condition() != component.condition()) {
                LocalTime time =
                        component.since().atZone(ZoneId.systemDefault()).toLocalTime();
                console.note("%s %s %s %s"
                        .formatted(
                                time.truncatedTo(ChronoUnit.SECONDS),
                                component.name(),
                                component.condition().name().toLowerCase(Locale.ROOT),
                                component.detail())
                        .stripTrailing());
            }
        }
    }
}
