package dev.mayfly.benchmarks;

import dev.mayfly.sandbox.api.SandboxStartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./mayfly bench isolation}: every tier beside its raw technology, in one run. */
@Command(
        name = "isolation",
        mixinStandardHelpOptions = true,
        description = {
            "Measures every isolation tier that this machine runs beside its raw technology, in one run and in turn, and",
            "writes the table into docs/isolation.md and the chart beside it. Needs root for all tiers but wasm. The",
            "figures of many requests at once need a running suite and the environment of ./mayfly env."
        })
final class IsolationBenchmark implements Callable<Integer> {
    private static final String CHART = "isolation.svg";

    @Option(names = "--quick", description = "Measures little, within 90 s, and only prints the tables.")
    private boolean quick;

    @Option(
            names = "--only",
            split = ",",
            description = "Only these: endive, wasmtime, container, gvisor, microvm, burst.")
    private Set<String> only = Set.of();

    @Option(
            names = "--docs",
            description = "Folder of isolation.md; default: docs of the repository, none with --quick or --only.")
    private @Nullable Path docs;

    @Option(names = "--png", description = "Also writes the chart, on white and on black, into this file.")
    private @Nullable Path png;

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createDirectories(home());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        try (var file = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.tryLock();
                var bench = new Bench(folder, quick ? Effort.QUICK : Effort.FULL, err)) {
            if (lock == null) {
                err.println("Another run is under way in " + folder);
                return 1;
            }
            measure(bench);
            report(bench);
        }
        return 0;
    }

    /** The same for each run, so that each cleans up after one that was ended in the middle. */
    private static Path home() {
        return "root".equals(System.getProperty("user.name"))
                ? Path.of("/var/cache/mayfly/bench")
                : Path.of(System.getProperty("user.home"), ".cache/mayfly/bench");
    }

    private boolean isWanted(String name) {
        return only.isEmpty() || only.contains(name);
    }

    private void measure(Bench bench) throws Exception {
        String noBurst = isWanted("burst") ? Burst.whyNot() : null;
        for (WasmTier.Plan plan : Engines.all(bench.folder)) {
            if (isWanted(plan.engine().toLowerCase(Locale.ROOT))) {
                measured(bench, plan.name(), new WasmTier(bench, plan)::measure);
            }
        }
        for (ProcessTier.Plan plan : Tiers.all()) {
            if (isWanted(plan.name())) {
                measured(bench, plan.name(), new ProcessTier(bench, plan)::measure);
            }
        }
        if (bench.bare.count() > 0) {
            Row bare = Row.raw("the handler itself, in a bare node process");
            bare.put(Metric.WARM_P50, bench.bare.median());
            bare.put(Metric.WARM_P99, bench.bare.micros(0.99) / 1e3);
            bench.rows.add(bare);
        }
        if (noBurst != null) {
            bench.remarks.add("Many cold requests at once: not measured, " + noBurst);
        } else if (isWanted("burst")) {
            Burst.measure(bench);
        }
    }

    /** One tier that fails is a row that says so, and does not take the others' away. */
    private static void measured(Bench bench, String name, Samples.Step tier) throws Exception {
        try {
            tier.run();
        } catch (IOException | SandboxStartException | IllegalStateException | ExecutionException e) {
            bench.say(name + " failed: " + e);
            bench.rows.add(Row.absent(name, "failed: " + e.getMessage()));
        }
    }

    private void report(Bench bench) throws IOException {
        String command = "./mayfly bench isolation" + (quick ? " --quick" : "");
        List<String> remarks = new ArrayList<>(List.of(
                Machine.description(),
                Machine.versions(),
                "measured on " + LocalDate.now(ZoneOffset.UTC) + " in " + bench.seconds()
                        + " s; the machine's load in the last minute of it: " + Machine.load()));
        remarks.addAll(bench.remarks);
        var report = new IsolationReport(bench.rows, bench.targets, remarks, command, CHART);
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        out.print(report.text());
        out.flush();
        Path target = docs != null ? docs : quick || !only.isEmpty() ? null : root().resolve("docs");
        var chart = new Chart(bench.rows);
        if (target != null) {
            report.writeTo(target.resolve("isolation.md"));
            chart.writeSvg(target.resolve(CHART));
        }
        if (png != null) {
            chart.writePng(png);
        }
    }

    private static Path root() {
        return Path.of(System.getProperty("mayfly.root", "."));
    }
}
