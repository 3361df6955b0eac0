package dev.mayfly.registry.functions;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.publication.Announcement;
import dev.mayfly.registry.publication.Outbox;
import org.springframework.stereotype.Component;

/** Announces versions to those who run them. */
@Component
class VersionPublication {
    private static final String CHANGED = "dev.mayfly.function.version.changed";

    private final Outbox outbox;
    private final String region;

    VersionPublication(Outbox outbox, RegistryProperties properties) {
        this.outbox = outbox;
        this.region = properties.region();
    }

    /** Within the transaction that changed {@code version}. */
    void changed(FunctionVersion version) {
        outbox.add(announcement(version));
    }

    /** Within the transaction that deleted {@code version}. */
    void deleted(FunctionVersion version) {
        outbox.add(Announcement.deletion(Topics.FUNCTION_VERSIONS, version.key(), CHANGED, version.arn(region)));
    }

    Announcement announcement(FunctionVersion version) {
        return Announcement.of(Topics.FUNCTION_VERSIONS, version.key(), CHANGED, version.arn(region), version);
    }
}
