package dev.mayfly.standalone;

import dev.mayfly.standalone.home.ComponentState;
import dev.mayfly.standalone.home.SuiteState;
import dev.mayfly.standalone.home.SuiteState.Phase;
import dev.mayfly.standalone.process.Component;
import dev.mayfly.standalone.process.Launcher;
import dev.mayfly.standalone.process.ProcessIdentity;
import dev.mayfly.standalone.process.Supervised;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All components of one installation, started and stopped together. */
final class Suite {
    /** Who stops after whom: requests drain from the front, and what others write to ends last. */
    private static final List<Set<String>> STOP_ORDER = List.of(
            Set.of("api-gateway", "autoscaler"),
            Set.of("invoker-service"),
            Set.of(
                    "sandbox-host",
                    "identity-service",
                    "function-registry",
                    "object-store-service",
                    "billing-service",
                    "observability-service"),
            Set.of("kafka", "postgres"));

    /** PostgreSQL and Kafka come first. */
    private static final int FOUNDATION = 2;

    private static final int TICK_MILLIS = 50;

    private final Installation installation;
    private final Consumer<String> report;
    private final Launcher launcher = new Launcher();
    private final List<Supervised> components = new ArrayList<>();
    private final Map<String, ComponentState> reported = new HashMap<>();
    private final Instant startedAt = Instant.now();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final String identity = ProcessIdentity.ofCurrent().text();

    private Phase phase = Phase.STARTING;
    private Instant readyAt = Instant.EPOCH;
    private String message = "";
    private boolean stopping;
    private @Nullable Training training;

    Suite(Installation installation, Consumer<String> report) throws IOException {
        this.installation = installation;
        this.report = report;
        add(new PostgresComponent(installation, launcher));
        add(new KafkaComponent(installation, launcher));
        for (ServiceCatalog service : ServiceCatalog.values()) {
            Optional<Path> jar = installation.distribution().module(service.module());
            if (jar.isPresent()) {
                add(new ServiceComponent(service, installation, jar.get()));
            } else {
                report.accept(service.module() + " is not in the distribution");
            }
        }
        publish();
    }

    private void add(Component component) {
        components.add(new Supervised(component, launcher, this::publish));
    }

    /** Starts everything; returns when all is ready (true), or when it is clear that it never will be (false). */
    boolean start() throws InterruptedException {
        Optional<String> taken = PortCheck.complaint(installation.settings(), parts());
        if (taken.isPresent()) {
            fail(taken.get());
            return false;
        }
        Instant deadline = Instant.now().plus(installation.settings().startTimeout());
        // The services could wait for what they stand on, but on a small machine waiting costs what starting needs.
        for (List<Supervised> wave :
                List.of(components.subList(0, FOUNDATION), components.subList(FOUNDATION, components.size()))) {
            for (Supervised component : wave) {
                synchronized (this) {
                    if (stopping) {
                        return true;
                    }
                    component.start();
                }
            }
            for (Supervised component : wave) {
                while (!component.awaitReady(Duration.ofMillis(TICK_MILLIS))) {
                    if (isStopping()) {
                        return true;
                    }
                    Optional<String> hopeless = hopeless(component, deadline);
                    if (hopeless.isPresent()) {
                        fail(hopeless.get());
                        return false;
                    }
                }
            }
        }
        synchronized (this) {
            phase = Phase.READY;
            readyAt = Instant.now();
        }
        publish();
        report.accept("ready after " + Duration.between(startedAt, readyAt).toMillis() + " ms");
        return true;
    }

    private Optional<String> hopeless(Supervised waitedFor, Instant deadline) {
        for (Supervised component : components) {
            if (component.gaveUp()) {
                return Optional.of("%s %s, again and again. Its log: %s"
                        .formatted(
                                component.component().name(),
                                component.state().detail(),
                                component.component().log()));
            }
        }
        if (Instant.now().isAfter(deadline)) {
            return Optional.of(
                    "%s was not ready after %d s (%s). Its log: %s. A slow machine may need more: MAYFLY_START_TIMEOUT"
                            .formatted(
                                    waitedFor.component().name(),
                                    installation.settings().startTimeout().toSeconds(),
                                    waitedFor.complaint(),
                                    waitedFor.component().log()));
        }
        return Optional.empty();
    }

    private void fail(String why) {
        report.accept(why);
        synchronized (this) {
            phase = Phase.FAILED;
            message = why;
        }
        publish();
    }

    /** Ends everything, in order. Returns when no process is left. Safe to call twice. */
    void stop() {
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
            if (phase != Phase.FAILED) {
                phase = Phase.STOPPING;
            }
            if (training != null) {
                training.close();
            }
        }
        publish();
        try {
            for (Set<String> wave : STOP_ORDER) {
                stop(wave);
            }
            launcher.killAdopted();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            launcher.close();
            stopped.countDown();
            report.accept("stopped");
        }
    }

    private void stop(Set<String> names) throws InterruptedException {
        var threads = components.stream()
                .filter(component -> names.contains(component.component().name()))
                .map(component -> Thread.ofVirtual().start(() -> {
                    try {
                        component.stop();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Makes the missing AOT caches while the suite runs, when nothing else wants the processor. */
    void trainInBackground() {
        Training started;
        synchronized (this) {
            started = new Training(installation, launcher, report);
            training = started;
            if (stopping || !started.isNeeded(parts())) {
                return;
            }
        }
        Thread.ofPlatform().daemon().name("training").start(() -> {
            try {
                started.train(parts(), true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Makes the missing AOT caches with no suite running but PostgreSQL, which some services connect to. */
    boolean trainOnly() throws InterruptedException {
        var trainer = new Training(installation, launcher, report);
        if (!trainer.isNeeded(parts())) {
            stop();
            return true;
        }
        Supervised postgres = components.getFirst();
        postgres.start();
        boolean ready = postgres.awaitReady(installation.settings().startTimeout());
        if (ready) {
            trainer.train(parts(), false);
        } else {
            fail("PostgreSQL did not start: " + postgres.complaint());
        }
        stop();
        return ready;
    }

    void awaitStop() throws InterruptedException {
        while (!stopped.await(10, TimeUnit.SECONDS)) {
            for (Supervised component : components) {
                try {
                    Launcher.limit(component.component().log());
                } catch (IOException e) {
                    report.accept("A log cannot be shortened: " + e.getMessage());
                }
            }
        }
    }

    private List<Component> parts() {
        return components.stream().map(Supervised::component).toList();
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private synchronized void publish() {
        List<ComponentState> states = components.stream().map(Supervised::state).toList();
        for (ComponentState state : states) {
            if (!state.equals(reported.put(state.name(), state))
                    && state.condition() != ComponentState.Condition.WAITING) {
                report.accept(Supervisor.describe(state));
            }
        }
        try {
            new SuiteState(
                            phase,
                            identity,
                            installation.settings().endpoint(),
                            installation.settings().region(),
                            startedAt,
                            readyAt,
                            message,
                            states)
                    .write(installation.home().state());
        } catch (IOException e) {
            throw new UncheckedIOException("The state file cannot be written", e);
        }
    }
}
