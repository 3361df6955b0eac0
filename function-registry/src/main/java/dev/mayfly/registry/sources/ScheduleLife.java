package dev.mayfly.registry.sources;

import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.publication.Commits;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;

/** Creates, changes and deletes schedules, and tells those who tick. */
@Component
class ScheduleLife {
    private static final int MOST_OF_AN_ACCOUNT = 10_000;

    private final Schedules schedules;
    private final SourcePublication publication;
    private final Commits commits;
    private final String region;

    ScheduleLife(Schedules schedules, SourcePublication publication, Commits commits, RegistryProperties properties) {
        this.schedules = schedules;
        this.publication = publication;
        this.commits = commits;
        this.region = properties.region();
    }

    /** @throws ScheduleProblem 409 when the account has one of that name, 429 when it has too many */
    void create(KeptSchedule kept) {
        if (schedules.count(kept.schedule().accountId()) >= MOST_OF_AN_ACCOUNT) {
            throw new ScheduleProblem(429, "An account has at most " + MOST_OF_AN_ACCOUNT + " schedules.");
        }
        try {
            commits.run(() -> {
                schedules.add(kept);
                publication.changed(kept.schedule());
            });
        } catch (DuplicateKeyException e) {
            throw new ScheduleProblem(
                    409, "There is a schedule " + kept.schedule().name() + " already.");
        }
    }

    /** @throws ScheduleProblem 409 when it was changed since it was read */
    void replace(KeptSchedule kept) {
        boolean replaced = commits.commit(() -> {
            boolean unchanged = schedules.replace(kept);
            if (unchanged) {
                publication.changed(kept.schedule());
            }
            return unchanged;
        });
        if (!replaced) {
            throw new ScheduleProblem(409, "The schedule was changed meanwhile; read it again and retry.");
        }
    }

    /** @throws ScheduleProblem 404 when there is none */
    KeptSchedule read(String accountId, String name) {
        return schedules.find(accountId, name).orElseThrow(() -> ScheduleProblem.notFound(name));
    }

    /** @throws ScheduleProblem 404 when there is none */
    void delete(String accountId, String name) {
        Schedule schedule = read(accountId, name).schedule();
        commits.run(() -> {
            schedules.remove(schedule.id());
            publication.deleted(schedule.id(), schedule.arn(region));
        });
    }
}
