package dev.mayfly.registry.functions;

import dev.mayfly.registry.publication.Announced;
import dev.mayfly.registry.publication.Announcement;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

/** All functions with their versions, a page in memory at a time. */
@Component
class AllFunctions implements Announced {
    private static final int PAGE = 200;
    private static final UUID FIRST = new UUID(0, 0);

    private final DeployedFunctions functions;
    private final PublishedVersions versions;
    private final VersionPublication publication;
    private final EntityManager entities;

    AllFunctions(
            DeployedFunctions functions,
            PublishedVersions versions,
            VersionPublication publication,
            EntityManager entities) {
        this.functions = functions;
        this.versions = versions;
        this.publication = publication;
        this.entities = entities;
    }

    @Override
    public void forEach(Consumer<Announcement> consumer) {
        UUID last = FIRST;
        List<DeployedFunction> page;
        do {
            page = functions.after(last, Limit.of(PAGE));
            for (DeployedFunction function : page) {
                consumer.accept(publication.announcement(function.version()));
                versions.forEach(
                        function.id(), version -> consumer.accept(publication.announcement(version.version())));
            }
            entities.clear();
            last = page.isEmpty() ? last : page.getLast().id();
        } while (page.size() == PAGE);
    }
}
