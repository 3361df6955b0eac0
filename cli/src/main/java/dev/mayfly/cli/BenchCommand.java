package dev.mayfly.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

@Command(
        name = "bench",
        description = {
            "Measures the running suite against its baselines; arguments go to the benchmarks.",
            "bench isolation [--quick]: every isolation tier beside its raw technology, into docs/isolation.md.",
            "bench lambda [--quick]: many clients, many functions, many asynchronous events.",
            "bench objects [--quick]: the object store beside S3Proxy and MinIO."
        },
        mixinStandardHelpOptions = true)
final class BenchCommand implements SuiteCommand {
    private final Context context;

    @Unmatched
    private String[] arguments = {};

    BenchCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path jars = context.root().resolve("benchmarks/target/dist");
        if (!Files.isDirectory(jars)) {
            throw new CommandFailure(Exit.FAILURE, "The benchmarks are not built. Build them with: ./mayfly build");
        }
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Dslf4j.internal.verbosity=ERROR",
                "-Dmayfly.root=" + context.root(),
                "-cp",
                jars + "/*",
                "dev.mayfly.benchmarks.Benchmarks"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
