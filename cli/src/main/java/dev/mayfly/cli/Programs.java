package dev.mayfly.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The programs that sandboxes need, and how to get those that are missing. */
final class Programs {
    /** @param debianPackage where it comes from on Debian and Ubuntu */
    record Program(String name, String debianPackage, String neededFor) {}

    static final List<Program> ALL = List.of(
            new Program("runc", "runc", "tier container"),
            new Program("python3", "python3", "runtimes python3.x"),
            new Program("node", "nodejs", "runtimes nodejs"));

    private final Context context;

    Programs(Context context) {
        this.context = context;
    }

    List<Program> missing() {
        return ALL.stream().filter(program -> find(program.name()).isEmpty()).toList();
    }

    /** Where a program is that can be run. */
    static Optional<Path> find(String name) {
        var folders = new ArrayList<>(
                List.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(File.pathSeparator)));
        folders.addAll(List.of("/usr/local/sbin", "/usr/sbin", "/sbin"));
        return folders.stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** Installs what is missing where that is possible; else says how. Never a reason not to start. */
    void provide() throws IOException, InterruptedException {
        List<Program> missing = missing();
        if (missing.isEmpty() || !System.getProperty("os.name").equals("Linux")) {
            return;
        }
        String names = String.join(", ", missing.stream().map(Program::name).toList());
        List<String> packages = missing.stream().map(Program::debianPackage).toList();
        boolean canInstall = context.settings().installPrograms()
                && System.getProperty("user.name").equals("root")
                && find("apt-get").isPresent();
        if (canInstall && install(names, packages)) {
            return;
        }
        context.console().note("Missing: " + names + ". Functions that need them cannot run. " + advice(packages));
    }

    static String advice(List<String> packages) {
        return "Install with: sudo apt-get install -y " + String.join(" ", packages)
                + " (or your system's package manager), then ./mayfly down && ./mayfly up";
    }

    private boolean install(String names, List<String> packages) throws IOException, InterruptedException {
        Path log = context.home().log("install");
        context.home().create();
        context.console().note("Installing " + names + " with apt-get (log: " + log + ") ...");
        var command = new ArrayList<>(List.of("apt-get", "install", "-y", "--no-install-recommends"));
        command.addAll(packages);
        return run(command, log) || (run(List.of("apt-get", "update"), log) && run(command, log));
    }

    private static boolean run(List<String> command, Path log) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        return builder.start().waitFor() == 0;
    }
}
