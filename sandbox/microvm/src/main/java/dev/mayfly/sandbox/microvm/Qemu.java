package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** QEMU's {@code microvm} machine, with KVM or with software emulation. */
final class Qemu implements Driver {
    private static final Pattern VERSION = Pattern.compile("version (\\d+)\\.(\\d+)[\\d.]*");
    private static final long MOST_STATE = 64L << 20;
    private static final String MEMORY = "/snapshot/memory";

    private final Path program;
    private final GuestImage image;
    private final String version;
    private final boolean opensReadOnly;
    private final boolean kvm;
    private final String why;
    private final int kilohertz;

    private Qemu(
            Path program,
            GuestImage image,
            String version,
            boolean opensReadOnly,
            boolean kvm,
            String why,
            int kilohertz) {
        this.program = program;
        this.image = image;
        this.version = version;
        this.opensReadOnly = opensReadOnly;
        this.kvm = kvm;
        this.why = why;
        this.kilohertz = kilohertz;
    }

    static @Nullable Path find() {
        return Commands.find("qemu-system-x86_64");
    }

    /**
     * With software emulation.
     *
     * @param why why it is without KVM, for people
     */
    static Qemu emulating(Path program, GuestImage image, String why) throws IOException, InterruptedException {
        StringBuilder said = new StringBuilder();
        Commands.run(List.of(program.toString(), "--version"), Duration.ofSeconds(10), said::append);
        Matcher matcher = VERSION.matcher(said);
        if (!matcher.find()) {
            throw new IOException(program + " does not say its version");
        }
        int major = Integer.parseInt(matcher.group(1));
        boolean opensReadOnly = major > 8 || major == 8 && Integer.parseInt(matcher.group(2)) >= 2;
        String version = matcher.group().substring("version ".length());
        return new Qemu(program, image, version, opensReadOnly, false, why, image.counterKilohertz());
    }

    /** The same with KVM, or without. */
    Qemu with(boolean otherKvm, String otherWhy) {
        return new Qemu(program, image, version, opensReadOnly, otherKvm, otherWhy, kilohertz);
    }

    @Override
    public String description() {
        return "QEMU " + version + " microvm, " + (kvm ? "KVM" : "software emulation") + ": " + why;
    }

    @Override
    public String snapshotKey() {
        return "qemu " + version + " " + arguments(Size.SMALLEST.guestMb(), 1, new Memory.Boot(Path.of("/")));
    }

    @Override
    public boolean isHardware() {
        return kvm;
    }

    @Override
    public Machine launch(Launch launch) throws IOException, InterruptedException {
        Memory memory = launch.memory();
        boolean ownMemory = !(memory instanceof Memory.Copy);
        Path root = Files.createDirectories(launch.folder().resolve("root"));
        Path own = Files.createDirectories(launch.folder().resolve("vm"));
        Files.setAttribute(own, "unix:uid", launch.uid());
        if (ownMemory) {
            Files.setAttribute(memory.snapshot().resolve("memory"), "unix:uid", launch.uid());
        }
        List<String> command =
                new ArrayList<>(List.of(image.jailer().toString(), Integer.toString(launch.uid()), root.toString()));
        launch.doors().forEach(door -> command.addAll(List.of("-c", door.toString())));
        command.addAll(List.of("-r", image.directory() + ":/image"));
        command.addAll(List.of("-w", own + ":/vm"));
        command.addAll(List.of("-r", launch.code() + ":/code"));
        command.addAll(List.of(ownMemory ? "-w" : "-r", memory.snapshot() + ":/snapshot"));
        Map<String, String> environment = Map.of();
        if (!ownMemory && !opensReadOnly) {
            command.addAll(List.of("-x", image.readOnlyMemory() + ":/readonly.so"));
            environment = Map.of("LD_PRELOAD", "/readonly.so");
        }
        if (!(memory instanceof Memory.Boot)) {
            command.addAll(List.of("-i", memory.snapshot().resolve("state").toString()));
        }
        if (kvm) {
            command.addAll(List.of("-d", "/dev/kvm"));
        }
        command.add("--");
        command.add(program.toString());
        command.addAll(arguments(launch.megabytes(), launch.processors(), memory));
        return QemuMachine.start(launch, new QemuMachine.Invocation(command, environment, "/vm", "fd:3", MOST_STATE));
    }

    List<String> arguments(int megabytes, int processors, Memory memory) {
        boolean shared = !(memory instanceof Memory.Copy);
        String file = "memory-backend-file,id=ram,size=" + megabytes + "M,mem-path=" + MEMORY
                + (shared ? ",share=on" : ",share=off")
                + (!shared && opensReadOnly ? ",readonly=on,rom=off" : "");
        List<String> arguments = new ArrayList<>(List.of(
                "-M",
                "microvm,isa-serial=off,memory-backend=ram,rtc=on",
                "-accel",
                kvm ? "kvm" : "tcg,tb-size=64",
                "-cpu",
                kvm ? "host" : "max,-x2apic",
                "-m",
                Integer.toString(megabytes),
                "-smp",
                Integer.toString(processors),
                "-object",
                file,
                "-kernel",
                "/image/vmlinuz",
                "-initrd",
                "/image/initrd.gz",
                "-append",
                kernelArguments(),
                "-nodefaults",
                "-no-user-config",
                "-nographic",
                "-no-reboot",
                "-drive",
                "file=/image/root.sqfs,format=raw,if=none,id=root,readonly=on",
                "-device",
                "virtio-blk-device,drive=root",
                "-drive",
                "file=/code,format=raw,if=none,id=code,readonly=on",
                "-device",
                "virtio-blk-device,drive=code",
                "-device",
                "virtio-serial-device",
                "-chardev",
                "socket,path=/vm/" + QemuMachine.PORT + ",id=port",
                "-device",
                "virtserialport,chardev=port,name=mayfly",
                "-chardev",
                "socket,path=/vm/" + QemuMachine.MONITOR + ",id=qmp",
                "-mon",
                "chardev=qmp,mode=control",
                "-sandbox",
                "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
        if (!(memory instanceof Memory.Boot)) {
            arguments.addAll(List.of("-incoming", "defer"));
        }
        return arguments;
    }

    /** Under emulation the kernel must not measure its timers against each other: it hangs on some machines. */
    private String kernelArguments() {
        String common = "reboot=t panic=-1 quiet";
        return kvm
                ? common
                : common + " tsc_early_khz=" + kilohertz + " lapic=notscdeadline no_timer_check lpj=4000000";
    }
}
