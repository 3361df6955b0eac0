package dev.mayfly.registry.functions;

import java.util.Set;

/** Which functions hosts have to prepare before they can run well. Others run as soon as they are deployed. */
final class Readiness {
    /** Runtimes whose start is trained once the code is known. */
    private static final Set<String> TRAINED = Set.of("java25");

    private Readiness() {}

    static boolean needsPreparation(FunctionSettings settings) {
        return settings.isImage() || TRAINED.contains(settings.runtime());
    }

    /** Of a version that is about to be published from {@code latest}. */
    static boolean needsPreparation(FunctionSnapshot latest) {
        boolean latestIsReady = latest.status().isActive() && !latest.status().isUpdating();
        boolean snapshot =
                latest.settings().options().snapStart() && latest.isolation().takesSnapshots();
        return snapshot || needsPreparation(latest.settings()) && !latestIsReady;
    }
}
