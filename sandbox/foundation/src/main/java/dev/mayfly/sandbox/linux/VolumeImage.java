package dev.mayfly.sandbox.linux;

import dev.mayfly.sandbox.api.Volume;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A volume as a file system of its own in one sparse file, so that its size is the kernel's affair: a full one answers
 * {@code ENOSPC} to its writers and takes nothing from anybody else. One machine may mount it at a time.
 *
 * <pre>
 * FOLDER/image        what it is kept in; as large on disk as what is in it
 * FOLDER/mount        where it is mounted
 * FOLDER/mount/files  what functions see
 * </pre>
 */
public final class VolumeImage {
    private static final Logger log = LoggerFactory.getLogger(VolumeImage.class);
    private static final Set<String> NETWORK_FILE_SYSTEMS = Set.of(
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "ceph",
            "fuse.ceph",
            "glusterfs",
            "fuse.glusterfs",
            "lustre",
            "9p",
            "virtiofs");
    private static final List<String> PROGRAMS =
            List.of("mkfs.ext4", "e2fsck", "resize2fs", "losetup", "mount", "umount");

    /** What {@code e2fsck} ends with when it has found and mended something. */
    private static final int CORRECTED = 1;

    /** The inodes that an empty file system has in use: ten reserved ones, {@code lost+found} and {@code files}. */
    private static final int OWN_FILES = 12;

    private final Path folder;

    private VolumeImage(Path folder) {
        this.folder = folder;
    }

    /** How much is in a volume. */
    public record Usage(long bytes, long files) {}

    /** Why volumes below {@code folder} cannot be kept so; null when they can. */
    public static @Nullable String whyNot(Path folder) throws IOException {
        if (!Linux.isRoot()) {
            return "file systems are mounted by root";
        }
        if (!Files.exists(Path.of("/dev/loop-control"))) {
            return "there are no loop devices: /dev/loop-control is missing";
        }
        for (String program : PROGRAMS) {
            if (!Files.exists(Path.of("/usr/sbin", program)) && !Files.exists(Path.of("/usr/bin", program))) {
                return program + " is missing: apt-get install e2fsprogs mount";
            }
        }
        String type = Files.getFileStore(folder).type();
        return NETWORK_FILE_SYSTEMS.contains(type)
                ? folder + " is on " + type + ", which other machines may share, and an image is for one machine"
                : null;
    }

    /**
     * Mounts the volume of {@code folder}, made when it is not there, and fits its size where that is possible: it grows at any
     * time, and shrinks while it is not mounted, though not below what is in it. Mounted already: only its size is looked at.
     */
    public static VolumeImage mount(Path folder, long bytes) throws IOException, InterruptedException {
        var volume = new VolumeImage(folder.toAbsolutePath());
        Files.createDirectories(volume.mountPoint());
        if (!Files.exists(volume.image())) {
            volume.create(bytes);
        }
        if (volume.isMounted()) {
            volume.grow(bytes);
        } else {
            if (Files.size(volume.image()) != bytes) {
                volume.resize(bytes);
            }
            run(
                    "mount",
                    "-t",
                    "ext4",
                    "-o",
                    "loop,nosuid,nodev,noatime,noinit_itable,discard",
                    volume.image(),
                    volume.mountPoint());
        }
        if (!Files.exists(volume.files())) {
            Files.createDirectory(volume.files());
            Files.setPosixFilePermissions(volume.files(), PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setAttribute(volume.files(), "unix:uid", Volume.OWNER);
            Files.setAttribute(volume.files(), "unix:gid", Volume.OWNER);
        }
        return volume;
    }

    /** What functions see. */
    public Path files() {
        return mountPoint().resolve("files");
    }

    private Path image() {
        return folder.resolve("image");
    }

    private Path mountPoint() {
        return folder.resolve("mount");
    }

    private boolean isMounted() {
        return Mounts.at(mountPoint()).contains(mountPoint());
    }

    private void create(long bytes) throws IOException, InterruptedException {
        Path unfinished = folder.resolve("image.new");
        setLength(unfinished, bytes);
        run(
                "mkfs.ext4",
                "-q",
                "-F",
                "-m",
                "0",
                "-i",
                "65536",
                "-J",
                "size=4",
                "-E",
                "nodiscard,lazy_itable_init=1,lazy_journal_init=1",
                unfinished);
        Files.move(unfinished, image());
    }

    /**
     * Makes a mounted one larger, where the kernel lets this process: it wants CAP_SYS_RESOURCE, which containers may lack.
     *
     * @return false when it grows at its next mount only
     */
    public boolean grow(long bytes) throws IOException, InterruptedException {
        long before = Files.size(image());
        if (before >= bytes) {
            return true;
        }
        String device = run("findmnt", "-n", "-o", "SOURCE", mountPoint()).strip();
        setLength(image(), bytes);
        run("losetup", "-c", device);
        try {
            run("resize2fs", device);
            return true;
        } catch (IOException e) {
            setLength(image(), before);
            run("losetup", "-c", device);
            log.warn("A volume grows at its next mount only: {}", e.getMessage());
            return false;
        }
    }

    private void resize(long bytes) throws IOException, InterruptedException {
        runUpTo(CORRECTED, "e2fsck", "-f", "-p", image());
        if (Files.size(image()) < bytes) {
            setLength(image(), bytes);
            run("resize2fs", image());
            return;
        }
        try {
            run("resize2fs", image(), bytes / 1024 + "K");
            setLength(image(), bytes);
        } catch (IOException e) {
            log.warn("A volume stays as large as it is, for what is in it: {}", e.getMessage());
        }
    }

    private static void setLength(Path file, long bytes) throws IOException {
        try (var opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(bytes);
        }
    }

    /** How much is in it now, exactly. */
    public Usage usage() throws IOException {
        FileSystemUsage now = FileSystemUsage.of(mountPoint());
        return new Usage(now.bytes(), Math.max(0, now.files() - OWN_FILES));
    }

    /** Not mounted: nothing done. */
    public void unmount() throws IOException, InterruptedException {
        if (isMounted()) {
            run("umount", mountPoint());
        }
    }

    private static String run(Object... words) throws IOException, InterruptedException {
        return runUpTo(0, words);
    }

    /** @param worst the highest exit status that is no failure */
    private static String runUpTo(int worst, Object... words) throws IOException, InterruptedException {
        List<String> command = Stream.of(words).map(Object::toString).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() > worst) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
        return said;
    }
}
