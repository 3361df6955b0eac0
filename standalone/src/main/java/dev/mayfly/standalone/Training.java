package dev.mayfly.standalone;

import dev.mayfly.standalone.process.Component;
import dev.mayfly.standalone.process.Launcher;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the AOT caches that are missing, one component after another. A trained service ends before it serves or consumes
 * anything, and a trained Kafka has ports and data of its own, so a running suite is not disturbed.
 */
final class Training implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final List<String> LOW_PRIORITY = List.of("nice", "-n", "19");

    private final Installation installation;
    private final Launcher launcher;
    private final Consumer<String> report;
    private volatile @Nullable Process running;
    private volatile boolean closed;

    Training(Installation installation, Launcher launcher, Consumer<String> report) {
        this.installation = installation;
        this.launcher = launcher;
        this.report = report;
    }

    /** Whether any of {@code components} would start faster after training. */
    boolean isNeeded(List<? extends Component> components) {
        return installation.aotCaches().enabled()
                && components.stream()
                        .anyMatch(component -> command(component) instanceof JavaCommand java
                                && !installation.aotCaches().has(java));
    }

    /** Trains what needs it. A failure is reported and changes nothing: that component starts without. */
    void train(List<? extends Component> components, boolean lowPriority) throws InterruptedException {
        for (Component component : components) {
            JavaCommand java = command(component);
            if (closed || java == null || installation.aotCaches().has(java)) {
                continue;
            }
            Instant start = Instant.now();
            try {
                train(component, java, lowPriority);
                report.accept("AOT cache of " + component.name() + " made in "
                        + Duration.between(start, Instant.now()).toSeconds() + " s");
            } catch (IOException e) {
                report.accept("No AOT cache for " + component.name() + ": " + e.getMessage());
            }
        }
    }

    private void train(Component component, JavaCommand java, boolean lowPriority)
            throws IOException, InterruptedException {
        AotCaches caches = installation.aotCaches();
        caches.deleteOthers(java);
        Path cache = caches.cacheOf(java);
        Path fresh = cache.resolveSibling(cache.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Path log = installation.home().log("training");
        if (component instanceof KafkaComponent) {
            trainKafka(fresh, lowPriority, log);
        } else {
            await(start(
                    java.train(fresh, installation.mark(), List.of("-Dspring.context.exit=onRefresh")),
                    trainingEnvironment(component),
                    lowPriority,
                    log));
        }
        if (!Files.exists(fresh)) {
            throw new IOException("the training run made none; see " + log);
        }
        Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Map<String, String> trainingEnvironment(Component component) {
        var environment = new HashMap<>(component.environment());
        environment.put("SERVER_PORT", "0");
        environment.put("MAYFLY_TRAINING", "true");
        String data = environment.get("MAYFLY_DATA");
        if (data != null) {
            // A journal or a sandbox folder has one owner: the running service.
            environment.put("MAYFLY_DATA", data + ".training");
        }
        return environment;
    }

    private void trainKafka(Path cache, boolean lowPriority, Path log) throws IOException, InterruptedException {
        Path data = installation.home().cache().resolve("kafka-training");
        Folders.delete(data);
        var kafka = new KafkaComponent(installation, launcher, data, freePort(), freePort(), log);
        kafka.prepare();
        Process process =
                start(kafka.java().train(cache, installation.mark(), List.of()), kafka.environment(), lowPriority, log);
        Instant deadline = Instant.now().plus(PATIENCE);
        while (process.isAlive() && !answers(kafka) && Instant.now().isBefore(deadline)) {
            process.waitFor(200, TimeUnit.MILLISECONDS);
        }
        process.destroy();
        await(process);
        Folders.delete(data);
    }

    private static boolean answers(KafkaComponent kafka) {
        try {
            return kafka.isHealthy();
        } catch (IOException e) {
            return false;
        }
    }

    private Process start(List<String> command, Map<String, String> environment, boolean lowPriority, Path log)
            throws IOException {
        var full = new ArrayList<String>();
        if (lowPriority) {
            full.addAll(LOW_PRIORITY);
        }
        full.addAll(command);
        Process process = launcher.start(full, environment, installation.home().cache(), log);
        running = process;
        if (closed) {
            close();
        }
        return process;
    }

    private static void await(Process process) throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private static @Nullable JavaCommand command(Component component) {
        return switch (component) {
            case ServiceComponent service -> service.java();
            case KafkaComponent kafka -> kafka.java();
            default -> null;
        };
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Ends a training run that is under way. */
    @Override
    public void close() {
        closed = true;
        Process process = running;
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
