package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.guest.Bootstraps;
import dev.mayfly.sandbox.linux.Mounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that one owner's sandboxes are made of:
 *
 * <pre>
 * /run/mayfly/HASH/root      what a sandbox sees as /: mount points, links, and an /etc of our own making
 * /run/mayfly/HASH/runtime   our bootstraps
 * /run/mayfly/HASH/state     the OCI runtime's own state
 * /run/mayfly/HASH/s/ID      bundle and socket of one sandbox
 * </pre>
 */
final class Home {
    /** In a sandbox's folder: its JVM's ahead-of-time cache, when it has one. */
    static final String CACHE = "function.aot";

    private static final List<String> MOUNT_POINTS =
            List.of("usr", "proc", "dev", "tmp", "opt", "var", "mnt", "run", "etc/ssl/certs");
    private static final List<String> USR_LINKS = List.of("bin", "sbin", "lib", "lib64");
    private static final List<String> COPIED_FILES = List.of(
            "ld.so.cache", "ssl/certs/ca-certificates.crt", "ssl/openssl.cnf", "services", "protocols", "mime.types");
    private static final List<String> COPIED_FOLDERS = List.of("alternatives");
    private static final String GUEST_USER = "sbx_user1051";

    private static final int STICKY_AND_OPEN = 01777;

    private final Path directory;

    Home(OciSettings settings) {
        this.directory = settings.runtimeFolder().resolve(nameOf(settings.folder()));
    }

    private static String nameOf(Path folder) {
        try {
            byte[] path = folder.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(path);
            return HexFormat.of().formatHex(digest, 0, 5);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** Tells this owner from others on the machine. */
    String name() {
        return String.valueOf(directory.getFileName());
    }

    Path directory() {
        return directory;
    }

    Path root() {
        return directory.resolve("root");
    }

    Path runtime() {
        return directory.resolve("runtime");
    }

    Path runtimeState() {
        return directory.resolve("state");
    }

    Path sandboxes() {
        return directory.resolve("s");
    }

    /** The cgroup that all sandboxes' cgroups are in. */
    String cgroup() {
        return "/mayfly/" + name();
    }

    /** Makes it, or brings it up to date with the machine. */
    void create() throws IOException {
        passable(Objects.requireNonNull(directory.getParent()));
        passable(directory);
        passable(sandboxes());
        for (String point : MOUNT_POINTS) {
            Files.createDirectories(root().resolve(point));
        }
        for (Path each = root().resolve("etc/ssl/certs"); !each.equals(directory); each = parent(each)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        for (String each : List.of("var", "usr", "proc", "dev", "opt", "mnt", "run")) {
            Files.setPosixFilePermissions(root().resolve(each), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        // runc gives the file system that it mounts the mode of its mount point.
        Files.setAttribute(root().resolve("tmp"), "unix:mode", STICKY_AND_OPEN);
        write(root().resolve("run/runtime.sock"), "");
        write(root().resolve("run/function.aot"), "");
        for (String link : USR_LINKS) {
            linkOrMountPoint(link);
        }
        createEtc(root().resolve("etc"));
        Bootstraps.writeTo(runtime());
        if (Mounts.at(sandboxes()).isEmpty()) {
            Mounts.share(sandboxes());
        }
    }

    /** Makes the folder of one sandbox: {@code tmp}, {@code opt} and {@code var/task} are mount points. */
    void createSandbox(Path sandbox) throws IOException {
        passable(sandbox);
        Files.createDirectories(sandbox.resolve("tmp"));
        for (String each : List.of("root", "opt", "mnt", "var", "var/task", "var/runtime", "var/lang", "var/tmp")) {
            Path folder = Files.createDirectories(sandbox.resolve(each));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** Takes a sandbox's mounts away and deletes its folder. */
    void deleteSandbox(Path sandbox) throws IOException {
        for (String point : List.of("tmp", "var/task", "opt", "root", CACHE)) {
            Mounts.detach(sandbox.resolve(point));
        }
        detachVolumes(sandbox.resolve("mnt"));
        delete(sandbox);
    }

    /** What is deleted afterwards is never what a volume holds: a mount point that is still one cannot be deleted. */
    private static void detachVolumes(Path mounts) throws IOException {
        if (!Files.isDirectory(mounts)) {
            return;
        }
        try (Stream<Path> points = Files.list(mounts)) {
            for (Path point : points.toList()) {
                Mounts.detach(point);
                Files.delete(point);
            }
        }
    }

    /** Takes every mount of the sandboxes away and deletes all. */
    void delete() throws IOException {
        Mounts.detachAll(directory);
        delete(directory);
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    /** The folders of {@code /} that are not links into {@code /usr} on this machine, and so are mounted too. */
    static List<String> separateFolders() {
        return USR_LINKS.stream()
                .filter(name -> Files.isDirectory(Path.of("/", name), LinkOption.NOFOLLOW_LINKS))
                .toList();
    }

    private void linkOrMountPoint(String name) throws IOException {
        Path original = Path.of("/", name);
        Path here = root().resolve(name);
        if (Files.isSymbolicLink(original)) {
            Files.deleteIfExists(here);
            Files.createSymbolicLink(here, Files.readSymbolicLink(original));
        } else if (Files.isDirectory(original)) {
            Files.createDirectories(here);
        }
    }

    private static void createEtc(Path etc) throws IOException {
        write(
                etc.resolve("passwd"),
                "root:x:0:0:root:/tmp:/usr/sbin/nologin\n"
                        + GUEST_USER + ":x:" + Bundle.GUEST_ID + ":" + Bundle.GUEST_ID + "::/tmp:/usr/sbin/nologin\n"
                        + "nobody:x:65534:65534:nobody:/tmp:/usr/sbin/nologin\n");
        write(etc.resolve("group"), "root:x:0:\n" + GUEST_USER + ":x:" + Bundle.GUEST_ID + ":\nnogroup:x:65534:\n");
        write(etc.resolve("hosts"), "127.0.0.1 localhost sandbox.localdomain sandbox\n::1 localhost\n");
        write(etc.resolve("hostname"), Bundle.HOST_NAME + "\n");
        write(etc.resolve("resolv.conf"), "");
        write(etc.resolve("nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
        Path machine = Path.of("/etc");
        for (String name : COPIED_FILES) {
            copy(machine.resolve(name), etc.resolve(name));
        }
        for (String name : COPIED_FOLDERS) {
            copyFolder(machine.resolve(name), etc.resolve(name));
        }
        // Debian keeps part of Python's library here.
        try (Stream<Path> names = Files.list(machine)) {
            for (Path python : names.filter(
                            name -> name.getFileName().toString().startsWith("python3"))
                    .toList()) {
                copyFolder(python, etc.resolve(python.getFileName().toString()));
            }
        }
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        Files.createDirectories(to);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    /** Copies what every user of the machine may read. */
    private static void copy(Path from, Path to) throws IOException {
        if (Files.isSymbolicLink(from)) {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING, LinkOption.NOFOLLOW_LINKS);
        } else if (Files.isRegularFile(from)
                && PosixFilePermissions.toString(Files.getPosixFilePermissions(from))
                        .endsWith("r--")) {
            Files.createDirectories(parent(to));
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    private static void write(Path file, String content) throws IOException {
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** Makes a directory that a sandbox can pass through, but not list. */
    static Path passable(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        return directory;
    }

    static void deleteChildren(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            children.forEach(Home::delete);
        }
    }

    /** Deletes a directory and all below it, following no link. Nothing there: nothing done. */
    static void delete(Path directory) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
