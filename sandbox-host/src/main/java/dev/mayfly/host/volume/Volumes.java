package dev.mayfly.host.volume;

import dev.mayfly.contracts.function.FileSystemMount;
import dev.mayfly.contracts.volume.VolumeOrders;
import dev.mayfly.contracts.volume.VolumeReport;
import dev.mayfly.host.HostProperties;
import dev.mayfly.sandbox.api.Volume;
import dev.mayfly.sandbox.linux.VolumeImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** Mounts volumes for the sandboxes of this host, several for one where they share it. */
@Component
public class Volumes implements DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(Volumes.class);

    private final Path folder;
    private final VolumeOffice office;
    private final ConcurrentHashMap<VolumeKey, MountedVolume> known = new ConcurrentHashMap<>();
    private final @Nullable String whyPlain;

    Volumes(HostProperties properties, VolumeOffice office) throws IOException {
        this.folder = properties.volumes().toAbsolutePath().normalize();
        this.office = office;
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        this.whyPlain = VolumeImage.whyNot(folder);
        if (whyPlain != null) {
            log.info("Volumes are folders, and their quotas hold by measurement only: {}", whyPlain);
        }
        for (VolumeKey left : onDisk()) {
            known.put(left, new MountedVolume(left.in(folder), whyPlain == null));
        }
    }

    /** The volumes of one sandbox, mounted until it is closed. */
    public interface Held extends AutoCloseable {
        List<Volume> volumes();

        /** Of a sandbox that has none. */
        static Held nothing() {
            return new Held() {
                @Override
                public List<Volume> volumes() {
                    return List.of();
                }

                @Override
                public void close() {
                    // Nothing is mounted.
                }
            };
        }

        @Override
        void close();
    }

    /**
     * Mounts what a function of {@code accountId} names.
     *
     * @throws VolumeException when that may not be, with the reason
     * @throws IOException when it cannot be
     */
    public Held hold(String accountId, List<FileSystemMount> mounts)
            throws VolumeException, IOException, InterruptedException {
        var mounted = new ArrayList<Volume>();
        var users = new ArrayList<MountedVolume>();
        Held held = new Held() {
            @Override
            public List<Volume> volumes() {
                return mounted;
            }

            @Override
            public void close() {
                users.forEach(MountedVolume::leave);
                users.clear();
            }
        };
        boolean all = false;
        try {
            for (FileSystemMount mount : mounts) {
                var key = new VolumeKey(accountId, mount.volume());
                var grant = office.grant(key);
                var volume = known.computeIfAbsent(key, each -> new MountedVolume(each.in(folder), whyPlain == null));
                mounted.add(new Volume(volume.enter(grant.quotaBytes()), mount.path()));
                users.add(volume);
            }
            all = true;
            return held;
        } finally {
            if (!all) {
                held.close();
            }
        }
    }

    private List<VolumeKey> onDisk() throws IOException {
        var found = new ArrayList<VolumeKey>();
        try (Stream<Path> accounts = Files.list(folder)) {
            for (Path account : accounts.filter(Files::isDirectory).toList()) {
                try (Stream<Path> volumes = Files.list(account)) {
                    volumes.map(path -> path.getFileName().toString())
                            .filter(name ->
                                    VolumeKey.isKey(account.getFileName().toString(), name))
                            .map(name -> new VolumeKey(account.getFileName().toString(), name))
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    /** What this host knows of its volumes. Those that nobody has used for a while are unmounted first. */
    List<VolumeReport.Measured> measure() throws InterruptedException {
        var measured = new ArrayList<VolumeReport.Measured>();
        for (var each : known.entrySet()) {
            try {
                var usage = each.getValue().measure();
                measured.add(new VolumeReport.Measured(
                        each.getKey().accountId(),
                        each.getKey().volume(),
                        usage.bytes(),
                        usage.files(),
                        each.getValue().users()));
            } catch (IOException e) {
                log.warn("The volume {} cannot be measured: {}", each.getKey(), e.toString());
            }
        }
        return measured;
    }

    /** Does what the list of volumes asks for. */
    void obey(VolumeOrders orders) throws InterruptedException {
        for (VolumeOrders.Order order : orders.orders()) {
            var key = new VolumeKey(order.accountId(), order.volume());
            MountedVolume volume = known.get(key);
            if (volume == null) {
                continue;
            }
            try {
                if (!order.deleted()) {
                    volume.grow(order.quotaBytes());
                } else if (volume.delete()) {
                    known.remove(key);
                    office.deleted(key);
                }
            } catch (IOException e) {
                log.warn("The volume {} cannot be changed as it should: {}", key, e.toString());
            }
        }
    }

    @Override
    public void destroy() {
        known.values().forEach(MountedVolume::abandon);
    }
}
