package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * QEMU as one runs it by hand: without a jail, its memory private, its state read and written whole. What the isolation
 * benchmark compares with; functions never run in it.
 */
final class PlainQemu implements Driver {
    private static final long MOST_STATE = 16L << 30;

    private final Path program;
    private final GuestImage image;
    private final Qemu qemu;

    PlainQemu(Path program, GuestImage image, Qemu qemu) {
        this.program = program;
        this.image = image;
        this.qemu = qemu;
    }

    @Override
    public String description() {
        return "plain " + qemu.description();
    }

    @Override
    public String snapshotKey() {
        return "plain " + qemu.snapshotKey();
    }

    @Override
    public boolean isHardware() {
        return qemu.isHardware();
    }

    @Override
    public Machine launch(Launch launch) throws IOException, InterruptedException {
        Path own = Files.createDirectories(launch.folder().resolve("vm"));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        List<String> jailed = qemu.arguments(launch.megabytes(), launch.processors(), launch.memory());
        for (int i = 0; i < jailed.size(); i++) {
            String argument = jailed.get(i);
            if (argument.equals("-object") || argument.equals("-sandbox")) {
                i++;
                continue;
            }
            command.add(argument.replace(",memory-backend=ram", "")
                    .replace("/image/", image.directory() + "/")
                    .replace("file=/code,", "file=" + launch.code() + ",")
                    .replace("path=/vm/", "path=" + own + "/"));
        }
        Path state = launch.memory().snapshot().resolve("state");
        return QemuMachine.start(
                launch, new QemuMachine.Invocation(command, Map.of(), own.toString(), "exec:cat " + state, MOST_STATE));
    }
}
