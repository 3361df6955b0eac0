package dev.mayfly.benchmarks;

import dev.mayfly.standalone.home.Settings;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./mayfly bench objects}: the object store beside those that people run today. */
@Command(
        name = "objects",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the object store of the running suite beside S3Proxy, and MinIO where it is found: same client, same",
            "machine, in turns. Then what moves no bytes, an object of 5 GiB, and a bucket of a million objects.",
            "Needs the environment of ./mayfly env and some 15 GiB of disk; prints two Markdown tables."
        })
final class ObjectsBenchmark implements Callable<Integer> {
    @Option(names = "--quick", description = "Measures little: short turns, 1 GiB in place of 5, 100,000 objects.")
    private boolean quick;

    @Option(names = "--only", split = ",", description = "Only these: small, large, moves, crowd.")
    private Set<String> only = Set.of();

    @Override
    public Integer call() throws Exception {
        var report = new Report();
        Path home = Settings.from(System.getenv()).home();
        try (var http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                var peers = new ObjectPeers(http, home)) {
            var mayfly = new ObjectStore(
                    "Mayfly",
                    URI.create(required("AWS_ENDPOINT_URL")),
                    required("AWS_ACCESS_KEY_ID"),
                    required("AWS_SECRET_ACCESS_KEY"),
                    http);
            if (isWanted("small") || isWanted("large")) {
                List<ObjectStore> stores = new ArrayList<>(List.of(mayfly));
                stores.addAll(peers.start());
                peers.absent().forEach(reason -> report.figure(reason, "not measured", ""));
                var beside = new ObjectsBesidePeers(stores, report);
                if (isWanted("small")) {
                    beside.small(quick ? 1 : 3, quick ? 2 : 4);
                }
                if (isWanted("large")) {
                    beside.large(quick ? 2 : 6);
                }
            }
            if (isWanted("moves")) {
                new ObjectMoves(mayfly, report).run(quick ? 128 : 640);
            }
            if (isWanted("crowd")) {
                new ObjectCrowd(mayfly, report).run(quick ? 100_000 : 1_000_000);
            }
        }
        report.print(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
        return 0;
    }

    private boolean isWanted(String part) {
        return only.isEmpty() || only.contains(part);
    }

    private static String required(String variable) {
        return Optional.ofNullable(System.getenv(variable))
                .orElseThrow(() -> new IllegalStateException(
                        variable + " is not set. Start the suite and run: eval \"$(./mayfly env)\""));
    }
}
