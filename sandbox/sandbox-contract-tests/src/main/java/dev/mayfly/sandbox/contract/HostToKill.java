package dev.mayfly.sandbox.contract;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** A host process that starts sandboxes, says so, and waits to be killed in the middle of an invocation. */
final class HostToKill {
    static final String READY = "sandboxes run";

    private HostToKill() {}

    /**
     * @param arguments class name of the {@link TechnologyUnderTest}, its folder, a folder for code
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        TechnologyUnderTest underTest = (TechnologyUnderTest)
                Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        SandboxTechnology technology = underTest.open(Path.of(arguments[1]));
        FunctionCode code =
                Objects.requireNonNull(underTest.guest(Behaviour.LOOP, Files.createDirectories(Path.of(arguments[2]))));
        for (int i = 0; i < 2; i++) {
            Sandbox sandbox = technology.start(Specs.of(code, _ -> {}));
            if (i == 0) {
                Thread.ofVirtual().start(() -> {
                    try {
                        sandbox.invoke(SandboxContract.request("{}", Duration.ofMinutes(5)));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
        }
        System.out.println(READY);
        Thread.currentThread().join();
    }
}
