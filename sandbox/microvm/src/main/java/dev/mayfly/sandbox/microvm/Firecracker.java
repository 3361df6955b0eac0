package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Firecracker in its own jailer, driven over its API socket; the guest's port is a vsock. Needs KVM.
 *
 * <p>This driver has been tested against a stand-in of the API only, as no machine with KVM was at hand.
 */
final class Firecracker implements Driver {
    private static final Pattern VERSION = Pattern.compile("Firecracker v([\\d.]+)");

    private final Path program;
    private final Path jailer;
    private final GuestImage image;
    private final String version;

    private Firecracker(Path program, Path jailer, GuestImage image, String version) {
        this.program = program;
        this.jailer = jailer;
        this.image = image;
        this.version = version;
    }

    /** The driver, when its programs are on the path. */
    static @Nullable Firecracker find(GuestImage image) throws IOException, InterruptedException {
        Path program = Commands.find("firecracker");
        Path jailer = Commands.find("jailer");
        return program == null || jailer == null ? null : of(program, jailer, image);
    }

    static Firecracker of(Path program, Path jailer, GuestImage image) throws IOException, InterruptedException {
        StringBuilder said = new StringBuilder();
        Commands.run(List.of(program.toString(), "--version"), Duration.ofSeconds(10), said::append);
        Matcher matcher = VERSION.matcher(said);
        if (!matcher.find()) {
            throw new IOException(program + " does not say its version");
        }
        return new Firecracker(program, jailer, image, matcher.group(1));
    }

    @Override
    public String description() {
        return "Firecracker " + version + ", KVM: a guest booted with it";
    }

    @Override
    public String snapshotKey() {
        return "firecracker " + version;
    }

    @Override
    public boolean isHardware() {
        return true;
    }

    /** The jailer makes the monitor's root {@code FOLDER/jail/firecracker/ID/root}; what it may see is linked in there. */
    @Override
    public Machine launch(Launch launch) throws IOException, InterruptedException {
        String id = "vm";
        Path base = launch.folder().resolve("jail");
        Path root = Files.createDirectories(
                base.resolve(Objects.requireNonNull(program.toRealPath().getFileName()))
                        .resolve(id)
                        .resolve("root"));
        Memory memory = launch.memory();
        put(image.directory().resolve("vmlinux"), root.resolve("vmlinux"), launch.uid());
        put(image.directory().resolve("initrd.gz"), root.resolve("initrd"), launch.uid());
        put(image.directory().resolve("root.sqfs"), root.resolve("root"), launch.uid());
        put(launch.code(), root.resolve("code"), launch.uid());
        if (!(memory instanceof Memory.Boot)) {
            put(memory.snapshot().resolve("state"), root.resolve("state"), launch.uid());
            put(memory.snapshot().resolve("memory"), root.resolve("memory"), launch.uid());
        }
        List<String> command = new ArrayList<>(List.of(
                jailer.toString(),
                "--id",
                id,
                "--exec-file",
                program.toString(),
                "--uid",
                Integer.toString(launch.uid()),
                "--gid",
                Integer.toString(launch.uid()),
                "--chroot-base-dir",
                base.toString(),
                "--new-pid-ns",
                "--",
                "--api-sock",
                FirecrackerMachine.API));
        return FirecrackerMachine.start(launch, root, command);
    }

    /** A hard link where the file system allows one: the jail holds no other path to it. */
    private static void put(Path from, Path to, int uid) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
            Files.setAttribute(to, "unix:uid", uid);
        }
    }
}
