package dev.mayfly.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a build made: the jars of the suite, those of Kafka, and PostgreSQL's archive.
 *
 * @param root absolute
 */
public record Distribution(Path root) {
    private static final List<String> PARTS = List.of("lib", "kafka", "postgres");

    /** All jars of the suite, side by side. */
    public Path lib() {
        return root.resolve("lib");
    }

    /** All jars of the Kafka broker. */
    public Path kafka() {
        return root.resolve("kafka");
    }

    /** The archive with PostgreSQL for this kind of machine. */
    public Path postgresArchive() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("postgres"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("No PostgreSQL in " + root + ". Build again: ./mayfly build"));
        }
    }

    /** The jar of a module of the suite, when it was built. */
    public Optional<Path> module(String name) {
        return jars(lib()).stream()
                .filter(jar ->
                        jar.getFileName().toString().matches(java.util.regex.Pattern.quote(name) + "-\\d.*\\.jar"))
                .findFirst();
    }

    /** The jars of a folder, in the order of their names. */
    static List<Path> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + folder + " cannot be read", e);
        }
    }

    /**
     * Makes {@code target} the same, so that a suite that runs from there does not notice the next build. What did not
     * change is left alone. Nothing may run from {@code target}.
     */
    public Distribution copyTo(Path target) throws IOException {
        for (String part : PARTS) {
            Path from = root.resolve(part);
            Path to = target.resolve(part);
            Files.createDirectories(to);
            Set<Path> names = new HashSet<>();
            for (Path jar : jars(from)) {
                names.add(jar.getFileName());
                copyIfChanged(jar, to.resolve(jar.getFileName()));
            }
            for (Path old : jars(to)) {
                if (!names.contains(old.getFileName())) {
                    Files.delete(old);
                }
            }
        }
        return new Distribution(target);
    }

    private static void copyIfChanged(Path from, Path to) throws IOException {
        if (Files.exists(to)
                && Files.size(from) == Files.size(to)
                && Files.getLastModifiedTime(from).equals(Files.getLastModifiedTime(to))) {
            return;
        }
        Path fresh = to.resolveSibling(to.getFileName() + ".new");
        Files.copy(from, fresh, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
