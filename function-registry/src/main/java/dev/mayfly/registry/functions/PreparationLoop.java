package dev.mayfly.registry.functions;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.functions.Preparations.Task;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.IntervalTask;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Looks for what is to be prepared, and has it prepared, several at once. */
@Component
class PreparationLoop implements SchedulingConfigurer, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PreparationLoop.class);

    private final Preparations preparations;
    private final PreparationWork work;
    private final RegistryProperties properties;
    private final Set<UUID> underWay = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    PreparationLoop(Preparations preparations, PreparationWork work, RegistryProperties properties) {
        this.preparations = preparations;
        this.work = work;
        this.properties = properties;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        var pause = properties.preparation().look();
        registrar.addFixedDelayTask(new IntervalTask(this::look, pause, pause));
    }

    private void look() {
        try {
            Set<UUID> mine = Set.copyOf(underWay);
            preparations.keep(mine);
            int most = properties.preparation().atOnce();
            if (mine.size() < most) {
                preparations
                        .take(most - mine.size(), Math.max(1, most / 2), mine)
                        .forEach(this::begin);
            }
        } catch (DataAccessException | TransactionException e) {
            log.warn("What is to be prepared could not be read", e);
        }
    }

    private void begin(Task task) {
        underWay.add(task.id());
        try {
            threads.execute(() -> run(task));
        } catch (RejectedExecutionException e) {
            underWay.remove(task.id());
            log.debug("Stopping; another registry prepares {}", task);
        }
    }

    private void run(Task task) {
        try {
            work.run(task);
        } catch (DataAccessException | TransactionException e) {
            log.warn("The preparation {} is tried again", task, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.remove(task.id());
        }
    }

    /** What is under way is left to others. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
