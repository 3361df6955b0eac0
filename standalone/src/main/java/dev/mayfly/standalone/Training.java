package dev.mayfly.standalone;

import dev.mayfly.standalone.process.Component;
import dev.mayfly.standalone.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the AOT caches that are missing: each service is started whole on a {@link TrainingGround}, so that the running suite
 * is not disturbed, and ended once it is ready.
 */
final class Training implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration READY_PATIENCE = Duration.ofSeconds(40);
    private static final List<String> LOW_PRIORITY = List.of("nice", "-n", "19");

    private final Installation installation;
    private final Launcher launcher;
    private final Consumer<String> report;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
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

    /** Trains what needs it; PostgreSQL runs. A failure is reported and changes nothing: that component starts without. */
    void train(List<? extends Component> components, boolean lowPriority) throws InterruptedException {
        Path log = installation.home().log("training");
        try {
            var ground = new TrainingGround(installation, launcher, log);
            ground.open();
            try {
                train(components, ground, lowPriority, log);
            } finally {
                ground.close();
            }
        } catch (IOException e) {
            report.accept("AOT caches are not all made: " + e.getMessage());
        }
    }

    private void train(List<? extends Component> components, TrainingGround ground, boolean lowPriority, Path log)
            throws IOException, InterruptedException {
        KafkaComponent kafka = ground.kafka();
        // Kafka is trained by serving the services that are trained.
        Path cache = fresh(kafka.java());
        Process broker = start(kafka.java().train(cache, installation.mark()), kafka.environment(), lowPriority, log);
        try {
            awaitHealth(kafka::isHealthy, broker);
            for (Component component : components) {
                if (!closed && component instanceof ServiceComponent service && needs(service.java())) {
                    train(service, ground, lowPriority, log);
                }
            }
        } finally {
            end(broker);
        }
        keep(kafka.java(), cache, kafka.name());
    }

    private void train(ServiceComponent service, TrainingGround ground, boolean lowPriority, Path log)
            throws IOException, InterruptedException {
        int port = TrainingGround.freePort();
        Path cache = fresh(service.java());
        Process process = start(
                service.java().train(cache, installation.mark()), ground.environment(service, port), lowPriority, log);
        try {
            awaitHealth(() -> Health.http(port, service.healthPath()), process);
        } finally {
            end(process);
        }
        keep(service.java(), cache, service.name());
    }

    private boolean needs(JavaCommand java) {
        return !installation.aotCaches().has(java);
    }

    private Path fresh(JavaCommand java) throws IOException {
        Path cache = installation.aotCaches().cacheOf(java);
        Path fresh = cache.resolveSibling(cache.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        return fresh;
    }

    private void keep(JavaCommand java, Path fresh, String name) throws IOException {
        if (closed || !needs(java)) {
            Files.deleteIfExists(fresh);
        } else if (Files.exists(fresh)) {
            Files.move(fresh, installation.aotCaches().cacheOf(java), StandardCopyOption.ATOMIC_MOVE);
            installation.aotCaches().deleteOthers(java);
            report.accept("AOT cache of " + name + " made");
        } else {
            report.accept("No AOT cache for " + name + ": the training run made none; see "
                    + installation.home().log("training"));
        }
    }

    /** Whether something answers that it works. */
    @FunctionalInterface
    private interface Check {
        boolean passes() throws IOException;
    }

    private void awaitHealth(Check check, Process process) throws InterruptedException {
        Instant deadline = Instant.now().plus(READY_PATIENCE);
        while (!closed && process.isAlive() && !passes(check) && Instant.now().isBefore(deadline)) {
            process.waitFor(200, TimeUnit.MILLISECONDS);
        }
    }

    private static boolean passes(Check check) {
        try {
            return check.passes();
        } catch (IOException e) {
            return false;
        }
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        await(process);
    }

    private Process start(List<String> command, Map<String, String> environment, boolean lowPriority, Path log)
            throws IOException {
        var full = new ArrayList<String>();
        if (lowPriority) {
            full.addAll(LOW_PRIORITY);
        }
        full.addAll(command);
        Process process = launcher.start(full, environment, installation.home().cache(), log);
        running.add(process);
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

    /** Ends a training run that is under way. */
    @Override
    public void close() {
        closed = true;
        for (Process process : running) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
