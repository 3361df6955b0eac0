package dev.mayfly.cli;

import dev.mayfly.standalone.home.Home;
import dev.mayfly.standalone.home.InvalidSettingException;
import dev.mayfly.standalone.home.Settings;
import dev.mayfly.standalone.home.SuiteState;
import dev.mayfly.standalone.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What every command works on.
 *
 * @param root folder of the repository
 */
record Context(Path root, Console console) {
    Settings settings() {
        try {
            return Settings.from(System.getenv());
        } catch (InvalidSettingException e) {
            throw new CommandFailure(Exit.USAGE, String.valueOf(e.getMessage()));
        }
    }

    Home home() {
        return new Home(settings().home());
    }

    /** What the suite's supervisor tells, if there is one. */
    Optional<SuiteState> running() throws IOException {
        return SuiteState.read(home().state()).filter(state -> supervisor(state).isPresent());
    }

    SuiteState needRunning() throws IOException {
        return running()
                .orElseThrow(() -> new CommandFailure(
                        Exit.NOT_RUNNING, "Mayfly is not running. Start it with: ./mayfly up --detach"));
    }

    static Optional<ProcessHandle> supervisor(SuiteState state) {
        return ProcessIdentity.parse(state.supervisor()).flatMap(ProcessIdentity::process);
    }

    /** What a build made. */
    Path distribution() {
        return root.resolve("standalone/target/dist");
    }
}
