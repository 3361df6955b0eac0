package dev.mayfly.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

@Command(
        name = "test",
        description = {
            "Builds everything and runs all tests; needs Maven.",
            "Further arguments go to Maven, e.g. ./mayfly test -pl contracts"
        },
        mixinStandardHelpOptions = true)
final class TestCommand implements SuiteCommand {
    @Unmatched
    private String[] arguments = {};

    TestCommand(Context context) {
        if (!context.root().isAbsolute()) {
            throw new IllegalArgumentException("A relative root: " + context.root());
        }
    }

    @Override
    public Integer call() {
        // The script runs Maven itself: this program may be what is being built.
        throw new CommandFailure(
                Exit.USAGE, "Run the tests through the script: ./mayfly test " + String.join(" ", arguments));
    }
}
