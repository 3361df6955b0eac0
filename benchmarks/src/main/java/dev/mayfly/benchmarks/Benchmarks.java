package dev.mayfly.benchmarks;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./mayfly bench}: all hot paths in one run, beside their baselines. Needs a running suite and its environment. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        subcommands = {IsolationBenchmark.class, LambdaBenchmark.class, ObjectsBenchmark.class},
        description = {
            "Measures the hot paths of the running suite beside their baselines, in turn, and prints two Markdown tables.",
            "Needs the environment of ./mayfly env, and root for the container tier. 'isolation' compares the tiers,",
            "'lambda' measures many clients, functions and events, 'objects' the object store beside others."
        })
final class Benchmarks implements Callable<Integer> {
    @Option(
            names = "--rounds",
            defaultValue = "4000",
            description = "Warm measurements each (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--cold-rounds", defaultValue = "20", description = "Cold starts each (default: ${DEFAULT-VALUE}).")
    private int coldRounds;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmarks()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        var report = new Report();
        try (var gateway = new Gateway()) {
            gateway.deleteLeftovers();
            WarmInvocation.run(gateway, report, rounds);
            ColdStart.containers(gateway, report, coldRounds);
        }
        report.print(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
        return 0;
    }
}
