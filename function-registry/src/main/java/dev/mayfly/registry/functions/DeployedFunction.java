package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.CodeLayer;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
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
    private long lastVersion;

    @Convert(converter = JsonColumns.Status.class)
    private FunctionStatus status;

    @Convert(converter = JsonColumns.Served.class)
    private @Nullable FunctionVersion served;

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
        this.status = Readiness.needsPreparation(settings) ? FunctionStatus.CREATING : FunctionStatus.READY;
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

    FunctionStatus status() {
        return status;
    }

    /** Whether what is invoked is an older revision. */
    boolean isUpdating() {
        return served != null;
    }

    /** Whether hosts have to prepare what was just created or changed. */
    boolean isToBePrepared() {
        return status.isPending() || status.isUpdating();
    }

    /** The blobs of what is invoked, when that is not what is edited. */
    List<String> servedDigests() {
        if (served == null) {
            return List.of();
        }
        return Stream.concat(
                        Stream.of(served.codeSha256()), served.layers().stream().map(CodeLayer::sha256))
                .toList();
    }

    /** A copy. */
    Map<String, String> tags() {
        return new TreeMap<>(tags);
    }

    void change(FunctionSettings settings, Placement placement, Clock clock) {
        change(settings, code, placement, clock);
    }

    void change(FunctionCode code, Placement placement, Clock clock) {
        change(settings, code, placement, clock);
    }

    private void change(FunctionSettings settings, FunctionCode code, Placement placement, Clock clock) {
        FunctionVersion before = version();
        boolean served = status.isActive();
        this.settings = settings;
        this.code = code;
        place(placement);
        revise(clock);
        if (!Readiness.needsPreparation(settings)) {
            this.status = FunctionStatus.READY;
            this.served = null;
        } else if (served) {
            this.status = FunctionStatus.UPDATING;
            this.served = before;
        } else {
            this.status = FunctionStatus.CREATING;
        }
    }

    /** What was to be prepared is ready: from now on this is what is invoked. */
    void prepared() {
        status = FunctionStatus.READY;
        served = null;
        revisionId = UUID.randomUUID();
    }

    /** What was to be prepared can never run. */
    void failed(String reason, String code) {
        status = status.failed(reason, code);
        revisionId = UUID.randomUUID();
    }

    /** The next version's number, which no version has or had. */
    long nextVersion() {
        return ++lastVersion;
    }

    /** Returns whether it runs elsewhere or reaches something else now, which makes a new revision. */
    boolean retag(Map<String, String> tags, Placement placement, Clock clock) {
        this.tags.keySet().retainAll(tags.keySet());
        this.tags.putAll(tags);
        boolean moved = isolation != placement.isolation() || network != placement.network();
        if (moved) {
            change(settings, code, placement, clock);
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

    /** All that is known of {@code $LATEST}. */
    FunctionSnapshot snapshot() {
        return new FunctionSnapshot(
                accountId,
                name,
                FunctionVersion.LATEST,
                revisionId(),
                settings.description(),
                settings,
                code,
                architecture,
                isolation,
                network,
                status,
                lastModified);
    }

    /** As those who run it need it: without an update that is not prepared yet. */
    FunctionVersion version() {
        return served == null ? snapshot().version() : served;
    }
}
