package dev.mayfly.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The programs that sandboxes need, and how to get those that are missing. The script installs them where it may. */
final class Programs {
    private static final String LIST = "programs.txt";

    /**
     * @param name what is looked for in the usual folders, or the absolute path of a file
     * @param debianPackage where it comes from on Debian and Ubuntu
     * @param neededFor a tier's name, or the runtimes
     */
    record Program(String name, String debianPackage, String neededFor) {
        Optional<Path> find() {
            return name.startsWith("/") ? Optional.of(Path.of(name)).filter(Files::exists) : Programs.find(name);
        }
    }

    private Programs() {}

    /** All of them, whether they are there or not. */
    static List<Program> all() throws IOException {
        try (InputStream list = Objects.requireNonNull(Programs.class.getResourceAsStream(LIST), LIST)) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" ", 3))
                    .map(fields -> new Program(fields[0], fields[1], fields[2]))
                    .toList();
        }
    }

    /** Those that {@code what} needs and that are not here. */
    static List<Program> missingFor(String what) throws IOException {
        return all().stream()
                .filter(program -> program.neededFor().equals(what))
                .filter(program -> program.find().isEmpty())
                .toList();
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

    /** The command that installs {@code missing}. */
    static String command(List<Program> missing) {
        return "sudo apt-get install -y "
                + String.join(
                        " ",
                        missing.stream().map(Program::debianPackage).distinct().toList());
    }
}
