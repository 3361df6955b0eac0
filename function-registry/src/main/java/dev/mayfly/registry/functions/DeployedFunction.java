package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A function as it is edited in place: its version {@code $LATEST}. Changes of two clients at once: one fails. */
@Entity
@Table(name = "functions")
class DeployedFunction {
    @Id
    private UUID id;

    @Version
    private @Nullable Long lockVersion;

    private String accountId;
    private String name;
    private UUID revisionId;

    @Embedded
    private FunctionSettings settings;

    @Embedded
    private FunctionCode code;

    private String architecture;

    @Enumerated(EnumType.STRING)
    private Isolation isolation;

    @Enumerated(EnumType.STRING)
    private Network network;

    private Instant lastModified;

    @ElementCollection
    @CollectionTable(name = "function_tags", joinColumns = @JoinColumn(name = "function_id"))
    @MapKeyColumn(name = "tag_key")
    @Column(name = "tag_value")
    private Map<String, String> tags = new HashMap<>();

    @SuppressWarnings("NullAway.Init")
    protected DeployedFunction() {}

    DeployedFunction(
            String accountId,
            String name,
            FunctionSettings settings,
            FunctionCode code,
            String architecture,
            Placement placement,
            Map<String, String> tags,
            Clock clock) {
        this.id = UUID.randomUUID();
        this.accountId = accountId;
        this.name = name;
        this.settings = settings;
        this.code = code;
        this.architecture = architecture;
        this.isolation = placement.isolation();
        this.network = placement.network();
        this.tags.putAll(tags);
        this.revisionId = UUID.randomUUID();
        this.lastModified = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    UUID id() {
        return id;
    }

    String accountId() {
        return accountId;
    }

    String name() {
        return name;
    }

    String revisionId() {
        return revisionId.toString();
    }

    FunctionSettings settings() {
        return settings;
    }

    FunctionCode code() {
        return code;
    }

    String architecture() {
        return architecture;
    }

    Isolation isolation() {
        return isolation;
    }

    Network network() {
        return network;
    }

    Instant lastModified() {
        return lastModified;
    }

    /** A copy. */
    Map<String, String> tags() {
        return new TreeMap<>(tags);
    }

    /** The handler as set, or the module that is meant where none was. */
    String handler() {
        String set = settings.handler();
        return set != null ? set : Runtimes.onlyModule(code.contents());
    }

    void change(FunctionSettings settings, Placement placement, Clock clock) {
        this.settings = settings;
        place(placement);
        revise(clock);
    }

    void change(FunctionCode code, Placement placement, Clock clock) {
        this.code = code;
        place(placement);
        revise(clock);
    }

    /** Returns whether it runs elsewhere or reaches something else now, which makes a new revision. */
    boolean retag(Map<String, String> tags, Placement placement, Clock clock) {
        this.tags.keySet().retainAll(tags.keySet());
        this.tags.putAll(tags);
        boolean moved = isolation != placement.isolation() || network != placement.network();
        if (moved) {
            place(placement);
            revise(clock);
        }
        return moved;
    }

    Placement placement() {
        return new Placement(isolation, network);
    }

    private void place(Placement placement) {
        isolation = placement.isolation();
        network = placement.network();
    }

    private void revise(Clock clock) {
        revisionId = UUID.randomUUID();
        lastModified = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** As those who run it need it. */
    FunctionVersion version() {
        return new FunctionVersion(
                accountId,
                name,
                FunctionVersion.LATEST,
                revisionId(),
                settings.runtime(),
                handler(),
                settings.memoryMb(),
                settings.timeoutSeconds(),
                settings.ephemeralStorageMb(),
                settings.environment(),
                code.sha256(),
                code.size(),
                isolation,
                network,
                "Active",
                null,
                lastModified);
    }
}
