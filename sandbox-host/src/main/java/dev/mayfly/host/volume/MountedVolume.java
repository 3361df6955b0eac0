package dev.mayfly.host.volume;

import dev.mayfly.host.code.Trees;
import dev.mayfly.sandbox.linux.Mounts;
import dev.mayfly.sandbox.linux.VolumeImage.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One volume on this machine, with those who use it. Thread-safe. */
final class MountedVolume {
    private static final Logger log = LoggerFactory.getLogger(MountedVolume.class);

    /** Mounting costs a sandbox's start some tens of milliseconds. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private static final Usage UNKNOWN = new Usage(-1, -1);

    private final Path folder;
    private final boolean images;
    private @Nullable VolumeFiles open;
    private Usage last = UNKNOWN;
    private int users;
    private long unusedSince = System.nanoTime();

    MountedVolume(Path folder, boolean images) {
        this.folder = folder;
        this.images = images;
    }

    /** One more uses it: what it is to see. */
    synchronized Path enter(long quotaBytes) throws VolumeException, IOException, InterruptedException {
        VolumeFiles files = open;
        if (files == null) {
            Files.createDirectories(folder);
            files = VolumeFiles.open(folder, quotaBytes, images);
            open = files;
        }
        users++;
        return files.files();
    }

    synchronized void leave() {
        users--;
        unusedSince = System.nanoTime();
    }

    synchronized int users() {
        return users;
    }

    /** How much is in it, as far as that can be told without mounting it. */
    synchronized Usage measure() throws IOException, InterruptedException {
        VolumeFiles files = open;
        if (files != null) {
            last = files.usage();
            if (users == 0 && System.nanoTime() - unusedSince > KEPT.toNanos()) {
                files.release();
                open = null;
            }
        }
        return last;
    }

    synchronized void grow(long quotaBytes) throws IOException, InterruptedException {
        if (open != null) {
            open.grow(quotaBytes);
        }
    }

    /** Deletes it with all that is in it; false: somebody uses it. */
    synchronized boolean delete() throws IOException, InterruptedException {
        if (users > 0) {
            return false;
        }
        if (open == null && Files.exists(folder.resolve("image"))) {
            // One that an earlier host left mounted.
            Mounts.detachAll(folder);
        } else if (open != null) {
            open.release();
            open = null;
        }
        Trees.delete(folder);
        return true;
    }

    /** The host ends: what is not in use is unmounted, the rest is left to the next host. */
    synchronized void abandon() {
        try {
            if (open != null && users == 0) {
                open.release();
            }
        } catch (IOException e) {
            log.warn("The volume {} stays mounted: {}", folder, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
