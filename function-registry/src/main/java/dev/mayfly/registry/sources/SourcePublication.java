package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.publication.Announced;
import dev.mayfly.registry.publication.Announcement;
import dev.mayfly.registry.publication.Outbox;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** Announces event sources to those who read them. */
@Component
class SourcePublication implements Announced {
    private static final String CHANGED = "dev.mayfly.function.event-source.changed";

    private final Mappings mappings;
    private final Schedules schedules;
    private final Outbox outbox;
    private final String region;

    SourcePublication(Mappings mappings, Schedules schedules, Outbox outbox, RegistryProperties properties) {
        this.mappings = mappings;
        this.schedules = schedules;
        this.outbox = outbox;
        this.region = properties.region();
    }

    /** Within the transaction that changed it. */
    void changed(Mapping mapping) {
        outbox.add(announcement(mapping));
    }

    /** Within the transaction that changed it. */
    void changed(Schedule schedule) {
        outbox.add(announcement(schedule));
    }

    /** Within the transaction that deleted it. */
    void deleted(String id, String arn) {
        outbox.add(Announcement.deletion(Topics.EVENT_SOURCES, id, CHANGED, arn));
    }

    @Override
    public void forEach(Consumer<Announcement> consumer) {
        mappings.forEach(mapping -> consumer.accept(announcement(mapping)));
        schedules.forEach(schedule -> consumer.accept(announcement(schedule)));
    }

    private Announcement announcement(Mapping mapping) {
        return Announcement.of(
                Topics.EVENT_SOURCES, mapping.id().toString(), CHANGED, mapping.arn(region), mapping.source());
    }

    private Announcement announcement(Schedule schedule) {
        return Announcement.of(Topics.EVENT_SOURCES, schedule.id(), CHANGED, schedule.arn(region), schedule);
    }
}
