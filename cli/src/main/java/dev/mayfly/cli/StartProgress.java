package dev.mayfly.cli;

import dev.mayfly.standalone.home.ComponentState;
import dev.mayfly.standalone.home.ComponentState.Condition;
import dev.mayfly.standalone.home.SuiteState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells how far a start is: one line that changes on a terminal, a line for each component that got ready elsewhere. */
final class StartProgress {
    private final Console console;
    private final Set<String> told = new HashSet<>();

    StartProgress(Console console) {
        this.console = console;
    }

    void show(SuiteState state) {
        List<String> waiting = state.components().stream()
                .filter(component -> component.condition() != Condition.READY)
                .map(ComponentState::name)
                .toList();
        int ready = state.components().size() - waiting.size();
        if (console.terminal()) {
            console.progress("Starting %d/%d%s"
                    .formatted(
                            ready,
                            state.components().size(),
                            waiting.isEmpty() ? "" : console.dim("  waiting for " + String.join(", ", waiting))));
        }
        for (ComponentState component : state.components()) {
            if (component.condition() == Condition.CRASHED && told.add(component.name() + component.restarts())) {
                console.progressDone();
                console.note(component.name() + " " + component.detail());
            } else if (component.condition() == Condition.READY && told.add(component.name()) && !console.terminal()) {
                console.note("%s ready (%d/%d)"
                        .formatted(component.name(), ready, state.components().size()));
            }
        }
    }

    void done() {
        console.progressDone();
    }
}
