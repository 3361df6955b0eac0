package dev.mayfly.cli;

/** Ends a command with a message for the person who gave it. */
class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exit;

    CommandFailure(int exit, String message) {
        super(message);
        this.exit = exit;
    }

    int exit() {
        return exit;
    }
}
