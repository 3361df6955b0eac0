package dev.mayfly.contracts.function;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A deployed function version: all that is needed to run it. It travels on {@code function.versions} under {@link #key};
 * a tombstone means deleted.
 *
 * @param accountId 12 digits
 * @param name 1 - 64 letters, digits, {@code -}, {@code _}
 * @param version {@code $LATEST} or a number
 * @param revisionId a UUID that changes with every change: two records with one revision id are equal
 * @param runtime e.g. {@code nodejs20.x}, {@code python3.11}, {@code provided.al2023}, {@code wasm32-wasip1}
 * @param handler e.g. {@code index.handler}; for WebAssembly the module's path in the zip
 * @param memoryMb 128 - 10240
 * @param timeoutSeconds 1 - 900
 * @param ephemeralStorageMb size of {@code /tmp}, 512 - 10240
 * @param environment the user's variables
 * @param codeSha256 hex digest of the zip: its name in the code bucket ({@link CodeStorage})
 * @param codeSize bytes of the zip
 * @param isolation the tier it runs in, resolved when it was deployed
 * @param network what it reaches besides the gateway; {@link Network#NONE} in records from before there was a choice
 * @param state {@code Active} when it can run; {@code Pending}, {@code Inactive} and {@code Failed} as on Lambda
 * @param layers merged in this order below {@code /opt}; at most 5
 * @param image set when it is deployed as an image; {@code codeSha256} then names an OCI archive, and {@code runtime} is
 *     {@link #IMAGE_RUNTIME}
 * @param logging how it logs
 * @param snapStart whether a snapshot is taken when the version is published, and its sandboxes go on from that; never in tiers
 *     that take none
 * @param deadLetterArn where asynchronous events go that failed for good, or null
 * @param tracing whether the trace header says {@code Sampled=1} where the client left that open
 * @param fileSystems the account's volumes that it sees as folders; at most one
 */
public record FunctionVersion(
        String accountId,
        String name,
        String version,
        String revisionId,
        String runtime,
        String handler,
        int memoryMb,
        int timeoutSeconds,
        int ephemeralStorageMb,
        Map<String, String> environment,
        String codeSha256,
        long codeSize,
        Isolation isolation,
        Network network,
        String state,
        @Nullable String stateReason,
        Instant lastModified,
        List<CodeLayer> layers,
        @Nullable ImageConfig image,
        LogSettings logging,
        boolean snapStart,
        @Nullable String deadLetterArn,
        boolean tracing,
        List<FileSystemMount> fileSystems) {

    /** The runtime of functions that are deployed as images: the image brings its own. */
    public static final String IMAGE_RUNTIME = "image";

    public FunctionVersion {
        network = Objects.requireNonNullElse(network, Network.NONE);
        layers = List.copyOf(Objects.requireNonNullElse(layers, List.of()));
        logging = Objects.requireNonNullElseGet(logging, () -> LogSettings.ofFunction(name));
        fileSystems = List.copyOf(Objects.requireNonNullElse(fileSystems, List.of()));
    }

    /** A zip without layers that uses nothing that is optional. */
    public FunctionVersion(
            String accountId,
            String name,
            String version,
            String revisionId,
            String runtime,
            String handler,
            int memoryMb,
            int timeoutSeconds,
            int ephemeralStorageMb,
            Map<String, String> environment,
            String codeSha256,
            long codeSize,
            Isolation isolation,
            Network network,
            String state,
            @Nullable String stateReason,
            Instant lastModified) {
        this(
                accountId,
                name,
                version,
                revisionId,
                runtime,
                handler,
                memoryMb,
                timeoutSeconds,
                ephemeralStorageMb,
                environment,
                codeSha256,
                codeSize,
                isolation,
                network,
                state,
                stateReason,
                lastModified,
                List.of(),
                null,
                LogSettings.ofFunction(name),
                false,
                null,
                false,
                List.of());
    }

    /** The version that is edited in place. */
    public static final String LATEST = "$LATEST";

    /** {@code account:name:version}: unique in the installation, and the key on Kafka. */
    public String key() {
        return key(accountId, name, version);
    }

    public static String key(String accountId, String name, String version) {
        return accountId + ":" + name + ":" + version;
    }

    /** The ARN without a qualifier. */
    public String arn(String region) {
        return "arn:aws:lambda:" + region + ":" + accountId + ":function:" + name;
    }
}
