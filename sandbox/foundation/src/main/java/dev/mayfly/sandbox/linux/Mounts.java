package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Mounts of this process's mount namespace, made with the kernel's file-descriptor calls (Linux 5.12 and later): a mount has
 * its flags before anybody, in any namespace that it propagates to, can see it.
 */
public final class Mounts {
    private static final long OPEN_TREE = 428;
    private static final long MOVE_MOUNT = 429;
    private static final long FSOPEN = 430;
    private static final long FSCONFIG = 431;
    private static final long FSMOUNT = 432;
    private static final long FSPICK = 433;
    private static final long MOUNT_SETATTR = 442;

    private static final long AT_FDCWD = -100;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final long OPEN_TREE_CLONE = 1;
    private static final long CLOEXEC_FILE = 0x80000;
    private static final long CLOEXEC = 1;
    private static final long MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final long READ_ONLY = 1;
    private static final long NO_SETUID = 2;
    private static final long NO_DEVICES = 4;
    private static final long MAPPED_IDS = 1 << 20;
    private static final long SET_STRING = 1;
    private static final long CREATE = 6;
    private static final long RECONFIGURE = 7;
    private static final long PRIVATE = 1 << 18;
    private static final long SHARED = 1 << 20;
    private static final int MNT_DETACH = 2;
    private static final int MOUNT_ATTR_SIZE = 32;

    private Mounts() {}

    /** Makes {@code folder} a mount whose later sub-mounts appear wherever it is bound with slave propagation. */
    public static void share(Path folder) throws IOException {
        attach(folder, folder, 0, SHARED);
    }

    /** Mounts {@code source} on {@code target}: read-only, without devices and set-user-id programs. */
    public static void bindReadOnly(Path source, Path target) throws IOException {
        attach(source, target, READ_ONLY | NO_SETUID | NO_DEVICES, PRIVATE);
    }

    /**
     * Mounts {@code source} on {@code target}, without devices and set-user-id programs: who is 0, 1, ... on its file system is
     * {@code first}, {@code first + 1}, ... there, and the other way round, for {@code count} users and groups.
     */
    public static void bindForUsers(Path source, Path target, long first, long count) throws IOException {
        try (UserMapping users = UserMapping.of(0, first, count)) {
            attach(source, target, NO_SETUID | NO_DEVICES | MAPPED_IDS, PRIVATE, users.descriptor());
        }
    }

    private static void attach(Path source, Path target, long flags, long propagation) throws IOException {
        attach(source, target, flags, propagation, 0);
    }

    private static void attach(Path source, Path target, long flags, long propagation, int users) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int tree = (int) Linux.call(
                    "open_tree " + source,
                    OPEN_TREE,
                    AT_FDCWD,
                    path(arena, source),
                    OPEN_TREE_CLONE | CLOEXEC_FILE,
                    0,
                    0);
            try {
                MemorySegment attributes = arena.allocate(MOUNT_ATTR_SIZE, 8);
                attributes.setAtIndex(ValueLayout.JAVA_LONG, 0, flags);
                // Set while still private: what is moved below a shared mount becomes shared by itself.
                attributes.setAtIndex(ValueLayout.JAVA_LONG, 2, propagation == SHARED ? 0 : propagation);
                attributes.setAtIndex(ValueLayout.JAVA_LONG, 3, users);
                Linux.call(
                        "mount_setattr",
                        MOUNT_SETATTR,
                        tree,
                        text(arena, ""),
                        AT_EMPTY_PATH,
                        attributes.address(),
                        MOUNT_ATTR_SIZE);
                move(arena, tree, target);
            } finally {
                Linux.close(tree);
            }
            if (propagation == SHARED) {
                MemorySegment attributes = arena.allocate(MOUNT_ATTR_SIZE, 8);
                attributes.setAtIndex(ValueLayout.JAVA_LONG, 2, SHARED);
                Linux.call(
                        "mount_setattr",
                        MOUNT_SETATTR,
                        AT_FDCWD,
                        path(arena, target),
                        0,
                        attributes.address(),
                        MOUNT_ATTR_SIZE);
            }
        }
    }

    /** Mounts a file system in memory on {@code target}, open to every user, without devices and set-user-id programs. */
    public static void tmpfs(Path target, long sizeMb, int maxFiles) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int context = (int) Linux.call("fsopen", FSOPEN, text(arena, "tmpfs"), CLOEXEC, 0, 0, 0);
            try {
                set(arena, context, "size", sizeMb + "m");
                set(arena, context, "nr_inodes", Integer.toString(maxFiles));
                set(arena, context, "mode", "1777");
                Linux.call("fsconfig", FSCONFIG, context, CREATE, 0, 0, 0);
                int mount = (int) Linux.call("fsmount", FSMOUNT, context, CLOEXEC, NO_SETUID | NO_DEVICES, 0, 0);
                try {
                    move(arena, mount, target);
                } finally {
                    Linux.close(mount);
                }
            } finally {
                Linux.close(context);
            }
        }
    }

    /** Changes how much a {@link #tmpfs} holds, wherever else it is mounted. */
    public static void resizeTmpfs(Path target, long sizeMb) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int context = (int) Linux.call("fspick", FSPICK, AT_FDCWD, path(arena, target), CLOEXEC, 0, 0);
            try {
                set(arena, context, "size", sizeMb + "m");
                Linux.call("fsconfig", FSCONFIG, context, RECONFIGURE, 0, 0, 0);
            } finally {
                Linux.close(context);
            }
        }
    }

    private static void set(Arena arena, int context, String key, String value) throws IOException {
        Linux.call(
                "fsconfig " + key + "=" + value,
                FSCONFIG,
                context,
                SET_STRING,
                text(arena, key),
                text(arena, value),
                0);
    }

    private static void move(Arena arena, int mount, Path target) throws IOException {
        Linux.call(
                "move_mount to " + target,
                MOVE_MOUNT,
                mount,
                text(arena, ""),
                AT_FDCWD,
                path(arena, target),
                MOVE_MOUNT_F_EMPTY_PATH);
    }

    private static long path(Arena arena, Path path) {
        return text(arena, path.toString());
    }

    private static long text(Arena arena, String text) {
        return arena.allocateFrom(text, StandardCharsets.UTF_8).address();
    }

    /** Takes away the mount on top of {@code target}, though it may be in use; nothing there: nothing done. */
    public static void detach(Path target) throws IOException {
        Linux.unmount(target, MNT_DETACH);
    }

    /** The mount points that are {@code folder} or below it, the deepest and latest first. */
    public static List<Path> at(Path folder) {
        try {
            return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                    .map(line -> Path.of(line.split(" ", 3)[1].replace("\\040", " ")))
                    .filter(point -> point.startsWith(folder))
                    .toList()
                    .reversed();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes away every mount on {@code folder} and below it. */
    public static void detachAll(Path folder) throws IOException {
        for (Path point : at(folder)) {
            detach(point);
        }
    }
}
