package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.LogSettings;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.registry.layers.LayerUse;
import java.time.Instant;
import java.util.Objects;

/**
 * All that is known of one version of a function.
 *
 * @param number {@code $LATEST} or a number
 * @param description the version's own; that of the settings is what {@code $LATEST} had when it was published
 */
record FunctionSnapshot(
        String accountId,
        String name,
        String number,
        String revisionId,
        String description,
        FunctionSettings settings,
        FunctionCode code,
        String architecture,
        Isolation isolation,
        Network network,
        FunctionStatus status,
        Instant lastModified) {

    /** The handler as set, or the module that is meant where none was; empty for images. */
    String handler() {
        String set = settings.handler();
        if (set != null) {
            return set;
        }
        return settings.isImage() ? "" : Runtimes.onlyModule(code.contents());
    }

    LogSettings logging() {
        return Objects.requireNonNullElseGet(settings.options().logging(), () -> LogSettings.ofFunction(name));
    }

    /** Whether it is a version whose sandboxes go on from a snapshot because the user wants that: only where its tier takes any. */
    boolean snapStarts() {
        return settings.options().snapStart() && isolation.takesSnapshots() && !number.equals(FunctionVersion.LATEST);
    }

    /** Whether publishing {@code latest} would make a version that differs from this one by its number alone. */
    boolean isCopyOf(FunctionSnapshot latest) {
        return settings.equals(latest.settings)
                && code.equals(latest.code)
                && architecture.equals(latest.architecture)
                && isolation == latest.isolation
                && network == latest.network;
    }

    FunctionSnapshot with(String revisionId, FunctionStatus status) {
        return new FunctionSnapshot(
                accountId,
                name,
                number,
                revisionId,
                description,
                settings,
                code,
                architecture,
                isolation,
                network,
                status,
                lastModified);
    }

    FunctionSnapshot published(long number, String revisionId, String description, FunctionStatus status, Instant now) {
        return new FunctionSnapshot(
                accountId,
                name,
                Long.toString(number),
                revisionId,
                description,
                settings,
                code,
                architecture,
                isolation,
                network,
                status,
                now);
    }

    /** As those who run it need it. */
    FunctionVersion version() {
        FunctionOptions options = settings.options();
        return new FunctionVersion(
                accountId,
                name,
                number,
                revisionId,
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
                status.state(),
                status.stateReason(),
                lastModified,
                options.layers().stream().map(LayerUse::code).toList(),
                settings.isImage()
                        ? Objects.requireNonNullElse(options.image(), dev.mayfly.contracts.function.ImageConfig.NONE)
                        : null,
                logging(),
                snapStarts(),
                options.deadLetterArn(),
                options.tracing(),
                options.fileSystems());
    }
}
