package dev.mayfly.benchmarks;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./mayfly bench lambda}: many clients, many functions, many events. */
@Command(
        name = "lambda",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the running suite under many clients: warm throughput beside the handler behind a bare server,",
            "many functions beside one, and asynchronous events: how many are accepted, how soon they run, and whether",
            "all do while processes are killed. Needs the environment of ./mayfly env; prints two Markdown tables."
        })
final class LambdaBenchmark implements Callable<Integer> {
    private static final int EVENTS_A_SECOND = 1500;

    @Option(names = "--quick", description = "Measures little: short turns, 50 functions, 2,000 events.")
    private boolean quick;

    @Option(names = "--only", split = ",", description = "Only these: warm, functions, accept, delay, drain.")
    private Set<String> only = Set.of();

    @Option(
            names = "--kill",
            description =
                    "During 'drain', kills the invoker and Kafka of every suite that runs on this machine, as kill -9.")
    private boolean kill;

    @Override
    public Integer call() throws Exception {
        var report = new Report();
        Duration turn = Duration.ofSeconds(quick ? 3 : 10);
        try (var gateway = new Gateway()) {
            gateway.deleteLeftovers();
            var clients = new ManyClients(gateway, report, turn);
            var events = new Asynchronous(gateway, report);
            if (isWanted("warm")) {
                clients.againstBareServer();
            }
            if (isWanted("functions")) {
                clients.manyFunctions(quick ? 50 : 1000);
            }
            if (isWanted("accept")) {
                events.acceptRate(turn);
            }
            if (isWanted("delay")) {
                events.endToEnd(EVENTS_A_SECOND, turn);
            }
            if (isWanted("drain")) {
                events.drain(quick ? 2000 : 100_000, kill ? LambdaBenchmark::killInvokerAndKafka : () -> {});
            }
        }
        report.print(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
        return 0;
    }

    private boolean isWanted(String part) {
        return only.isEmpty() || only.contains(part);
    }

    private static void killInvokerAndKafka() {
        for (String component : List.of("invoker-service", "kafka")) {
            Predicate<ProcessHandle> runsIt = process -> process.info()
                    .commandLine()
                    .filter(line -> line.contains("mayfly.component=" + component + " "))
                    .isPresent();
            ProcessHandle.allProcesses().filter(runsIt).forEach(ProcessHandle::destroyForcibly);
        }
    }
}
