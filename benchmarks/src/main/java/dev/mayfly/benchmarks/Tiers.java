package dev.mayfly.benchmarks;

import dev.mayfly.sandbox.microvm.MicrovmSettings;
import dev.mayfly.sandbox.microvm.MicrovmTechnology;
import dev.mayfly.sandbox.oci.OciSettings;
import dev.mayfly.sandbox.oci.OciTechnology;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tiers that run node, and what each is compared with. */
final class Tiers {
    private static final Pattern PLATFORM = Pattern.compile("platform (\\w+)");

    /** The sandbox host of a running suite uses the first of a tier's users, so that these begin after them. */
    private static final int USERS = 2000 * 65_536;

    /** What a guest has for a function of {@link Probe#SMALL_MB}: that, and 128 for its kernel. */
    private static final int MACHINE_MB = Probe.SMALL_MB + 128;

    private Tiers() {}

    static List<ProcessTier.Plan> all() {
        return List.of(container(), gvisor(), microvm());
    }

    private static ProcessTier.Plan container() {
        return new ProcessTier.Plan(
                "container",
                "raw `runc run node`",
                (folder, owner, shells) -> OciTechnology.container(apart(OciSettings.container(folder), owner, shells)),
                (folder, detail, sandbox) -> raw(RawOci.runc(folder, sandbox)),
                false,
                0.1,
                1.2,
                0.3);
    }

    private static ProcessTier.Plan gvisor() {
        return new ProcessTier.Plan(
                "gvisor",
                "raw `runsc run node`",
                (folder, owner, shells) -> OciTechnology.gvisor(apart(OciSettings.gvisor(folder), owner, shells)),
                (folder, detail, sandbox) -> raw(RawOci.runsc(folder, sandbox, platform(detail))),
                true,
                0.1,
                1.2,
                1.0);
    }

    private static ProcessTier.Plan microvm() {
        return new ProcessTier.Plan(
                "microvm",
                "raw QEMU",
                (folder, owner, shells) ->
                        new MicrovmTechnology(MicrovmSettings.of(folder).withShellMemory(shells)),
                (folder, detail, sandbox) -> new RawMachine(new RawQemu(
                        folder,
                        MicrovmSettings.of(folder).cacheFolder(),
                        detail.contains("KVM") && !detail.contains("software emulation"),
                        MACHINE_MB)),
                true,
                0.6,
                1.3,
                null);
    }

    /** Restoring is what is measured in turn; booting and saving take seconds, and are measured some times before. */
    private record RawMachine(RawQemu qemu) implements ProcessTier.Raw {
        @Override
        public void measureMore(Row row, Effort effort) throws IOException {
            var boots = new Samples(effort.boots());
            for (int i = 0; i < effort.boots(); i++) {
                boots.add(qemu.boot());
            }
            row.put(Metric.COLD_EMPTY, boots.median());
            qemu.save();
        }

        @Override
        public long firstAnswer() throws IOException {
            return qemu.restore();
        }

        @Override
        public Metric metric() {
            return Metric.RESTORED;
        }

        @Override
        public void close() {
            qemu.close();
        }
    }

    private static String platform(String detail) {
        Matcher matcher = PLATFORM.matcher(detail);
        return matcher.find() ? matcher.group(1) : "ptrace";
    }

    private static OciSettings apart(OciSettings settings, int owner, int shellMemoryMb) {
        return new OciSettings(
                settings.folder(),
                settings.runtimeFolder(),
                settings.firstUid() + (1 + owner) * USERS,
                settings.maxProcesses(),
                settings.maxOpenFiles(),
                settings.maxTmpFiles(),
                settings.maxGatewayConnections(),
                shellMemoryMb);
    }

    private static ProcessTier.Raw raw(RawOci oci) {
        return new ProcessTier.Raw() {
            @Override
            public long firstAnswer() throws IOException, InterruptedException {
                return oci.firstAnswer();
            }

            @Override
            public Metric metric() {
                return Metric.COLD_EMPTY;
            }

            @Override
            public String remark() {
                return "%.0f ms until it had ended, too".formatted(oci.wholeRun());
            }
        };
    }
}
