package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.contract.Behaviour;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import dev.mayfly.sandbox.contract.guests.Guests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Virtual machines, with what they leave on this one. */
abstract class MicrovmsUnderTest implements TechnologyUnderTest {
    private final Guests guests;

    MicrovmsUnderTest(Guests guests) {
        this.guests = guests;
    }

    static MicrovmSettings settings(Path folder) {
        return MicrovmSettings.of(folder).withShellMemory(0);
    }

    @Override
    public final SandboxTechnology open(Path folder) {
        return new MicrovmTechnology(settings(folder));
    }

    @Override
    public final @Nullable FunctionCode guest(Behaviour behaviour, Path folder) throws IOException {
        return guests.guest(behaviour, folder);
    }

    @Override
    public List<String> traces(Path folder) throws IOException {
        VmHome home = new VmHome(settings(folder));
        List<String> traces = new ArrayList<>();
        for (Path directory : List.of(home.machines(), home.code(), home.snapshots())) {
            if (Files.isDirectory(directory)) {
                try (Stream<Path> children = Files.list(directory)) {
                    children.filter(path -> directory.equals(home.machines())
                                    || path.getFileName().toString().startsWith("."))
                            .map(Path::toString)
                            .forEach(traces::add);
                }
            }
        }
        Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .filter(line -> line.contains(home.machines().toString()))
                .forEach(traces::add);
        for (Path hierarchy : hierarchies()) {
            Path parent = hierarchy.resolve(home.cgroup().substring(1));
            if (Files.isDirectory(parent)) {
                try (Stream<Path> children = Files.list(parent)) {
                    children.filter(Files::isDirectory).map(Path::toString).forEach(traces::add);
                }
            }
        }
        processes(folder).stream().map(process -> "process " + process.pid()).forEach(traces::add);
        return traces;
    }

    @Override
    public List<ProcessHandle> processes(Path folder) {
        String cgroup = new VmHome(settings(folder)).cgroup();
        return ProcessHandle.allProcesses()
                .filter(process ->
                        cgroupOf(Path.of("/proc", Long.toString(process.pid()))).contains(cgroup))
                .toList();
    }

    private static List<Path> hierarchies() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" "))
                .filter(fields -> fields[2].startsWith("cgroup"))
                .map(fields -> Path.of(fields[1]))
                .toList();
    }

    private static String cgroupOf(Path process) {
        try {
            if (Files.readString(process.resolve("stat")).contains(") Z ")) {
                return ""; // it has ended; init has not collected it yet
            }
            return Files.readString(process.resolve("cgroup"));
        } catch (IOException e) {
            return ""; // it ended meanwhile
        }
    }

    @Override
    public boolean keepsState() {
        return true;
    }

    @Override
    public boolean hasInit() {
        return true;
    }

    /** Not under software emulation, which is all that the machines of these tests may be expected to have. */
    @Override
    public boolean limitsCpu() {
        return false;
    }

    @Override
    public boolean hasOwnKernel() {
        return true;
    }
}
