package dev.mayfly.contracts.triggers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.MachineComplexityEvaluator;

/** Tells by event patterns, as EventBridge and Lambda have them, which events pass. Thread-safe. */
public final class EventFilter {
    /** What matching costs at most: states of the machine that one character may lead to. Amazon's own suggestion. */
    private static final int MOST_COMPLEX = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Machine machine;
    private final boolean passesAll;

    private EventFilter(Machine machine, boolean passesAll) {
        this.machine = machine;
        this.passesAll = passesAll;
    }

    /** A pattern that is none. The message is for whoever wrote it. */
    public static final class InvalidPatternException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidPatternException(String message) {
            super(message);
        }
    }

    /**
     * A filter that lets pass what one of {@code patterns} matches, or everything when there are none.
     *
     * @throws InvalidPatternException when one of them is no event pattern, or would cost too much
     */
    public static EventFilter of(List<String> patterns) throws InvalidPatternException {
        var machine = new Machine();
        for (String pattern : patterns) {
            try {
                machine.addRule(pattern, pattern);
            } catch (IOException | IllegalArgumentException | IllegalStateException | StackOverflowError e) {
                throw new InvalidPatternException(
                        String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            }
        }
        if (machine.evaluateComplexity(new MachineComplexityEvaluator(MOST_COMPLEX)) >= MOST_COMPLEX) {
            throw new InvalidPatternException("Rule is too complex: use fewer wildcards");
        }
        return new EventFilter(machine, patterns.isEmpty());
    }

    /** Whether everything passes, so that nobody needs to ask. */
    public boolean passesAll() {
        return passesAll;
    }

    /**
     * Whether {@code event} passes.
     *
     * @param event a JSON object; what cannot be read as one does not pass
     */
    public boolean passes(String event) {
        if (passesAll) {
            return true;
        }
        try {
            return !machine.rulesForJSONEvent(JSON.readTree(event)).isEmpty();
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return false;
        }
    }
}
