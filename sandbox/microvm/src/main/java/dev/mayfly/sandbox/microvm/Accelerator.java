package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.linux.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out what runs machines best here. KVM may be there and hang, so only a guest that boots shows that it works. */
final class Accelerator {
    private static final Logger log = LoggerFactory.getLogger(Accelerator.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Path DEVICE = Path.of("/dev/kvm");
    private static final String WORKS = "a guest booted with it";

    private Accelerator() {}

    /** Firecracker, where it is and KVM works; else QEMU, with KVM where that works. */
    static Driver choose(Path program, GuestImage image, MicrovmSettings settings, VmHome home, Cgroups cgroups)
            throws IOException, InterruptedException {
        Qemu qemu = chooseQemu(program, image, settings, home, cgroups);
        Firecracker firecracker = qemu.isHardware() ? Firecracker.find(image) : null;
        return firecracker != null && boots(new Ground(settings, home, image, firecracker, cgroups))
                ? firecracker
                : qemu;
    }

    /** QEMU with the best way to run instructions that works. What was found is kept in the cache folder. */
    static Qemu chooseQemu(Path program, GuestImage image, MicrovmSettings settings, VmHome home, Cgroups cgroups)
            throws IOException, InterruptedException {
        Qemu emulating = Qemu.emulating(program, image, "there is no " + DEVICE);
        if (!Files.exists(DEVICE)) {
            return emulating;
        }
        Qemu candidate = emulating.with(true, WORKS);
        String key = candidate.snapshotKey() + System.getProperty("os.version");
        Path known = settings.cacheFolder().resolve("kvm-" + VmHome.sha256(key).substring(0, 16));
        if (!Files.exists(known)) {
            String said = boots(new Ground(settings, home, image, candidate, cgroups))
                    ? WORKS
                    : DEVICE + " did not boot a guest within " + LIMIT.toSeconds() + " s";
            log.info("KVM: {}", said);
            Files.writeString(known, said);
        }
        String found = Files.readString(known);
        return found.equals(WORKS) ? candidate : emulating.with(false, found);
    }

    private static boolean boots(Ground ground) throws IOException, InterruptedException {
        Path part = Files.createDirectory(ground.settings().cacheFolder().resolve(".probe-" + UUID.randomUUID()));
        try {
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
            ShellImages.makeMemory(part.resolve("memory"), Size.SMALLEST.guestMb());
            String id = "probe-" + UUID.randomUUID().toString().substring(0, 13);
            MicroVm vm = MicroVm.launch(ground, id, Size.SMALLEST, new Driver.Memory.Boot(part), null);
            try {
                vm.awaitBoot(LIMIT);
                return true;
            } finally {
                vm.close();
            }
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            log.debug("The guest that tried KVM: {}", e.toString());
            return false;
        } finally {
            VmHome.deleteTree(part);
        }
    }
}
