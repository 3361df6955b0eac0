package dev.mayfly.standalone.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a supervisor tells about its suite, in a file that it replaces at every change.
 *
 * @param supervisor who wrote it; when that process is gone, so is the suite
 * @param message empty, or what the person who started it should read
 * @param readyAt when all components were ready for the first time; {@link Instant#EPOCH} before
 * @param components in the order of their start
 */
public record SuiteState(
        Phase phase,
        String supervisor,
        String endpoint,
        String region,
        Instant startedAt,
        Instant readyAt,
        String message,
        List<ComponentState> components) {

    /** How far the suite is. */
    public enum Phase {
        STARTING,
        READY,
        STOPPING,
        FAILED
    }

    private static final int COMPONENT_FIELDS = 8;
    private static final int SUITE_FIELDS = 8;

    public void write(Path file) throws IOException {
        var lines = new ArrayList<String>();
        lines.add(line(
                "suite",
                phase.name(),
                supervisor,
                endpoint,
                region,
                startedAt.toString(),
                readyAt.toString(),
                message));
        for (ComponentState c : components) {
            lines.add(line(
                    "component",
                    c.name(),
                    c.condition().name(),
                    Long.toString(c.pid()),
                    Integer.toString(c.port()),
                    Integer.toString(c.restarts()),
                    c.since().toString(),
                    c.detail()));
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, lines);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Empty when there is none, or none that this version understands. */
    public static Optional<SuiteState> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String[] suite = lines.getFirst().split("\t", -1);
        if (suite.length != SUITE_FIELDS) {
            return Optional.empty();
        }
        var components = new ArrayList<ComponentState>();
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split("\t", -1);
            if (fields.length != COMPONENT_FIELDS) {
                return Optional.empty();
            }
            components.add(new ComponentState(
                    fields[1],
                    ComponentState.Condition.valueOf(fields[2]),
                    Long.parseLong(fields[3]),
                    Integer.parseInt(fields[4]),
                    Integer.parseInt(fields[5]),
                    Instant.parse(fields[6]),
                    fields[7]));
        }
        return Optional.of(new SuiteState(
                Phase.valueOf(suite[1]),
                suite[2],
                suite[3],
                suite[4],
                Instant.parse(suite[5]),
                Instant.parse(suite[6]),
                suite[7].replace("\\n", "\n"),
                List.copyOf(components)));
    }

    private static String line(String... fields) {
        var line = new StringBuilder();
        for (String field : fields) {
            if (!line.isEmpty()) {
                line.append('\t');
            }
            line.append(field.replace('\t', ' ').replace("\n", "\\n"));
        }
        return line.toString();
    }
}
