package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FileSystemMount;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What {@code FileSystemConfigs} may say. An access point exists by being named. */
final class FileSystems {
    private static final int LONGEST_ARN = 200;
    private static final int LONGEST_PATH = 160;

    private FileSystems() {}

    static void constrain(@Nullable List<FunctionRequest.@Nullable FileSystemConfig> asked, Constraints constraints) {
        if (asked == null) {
            return;
        }
        constraints.between("fileSystemConfigs", asked.size(), 0, 1);
        for (FunctionRequest.@Nullable FileSystemConfig config : asked) {
            @Nullable String arn = config == null ? null : config.arn();
            @Nullable String path = config == null ? null : config.localMountPath();
            constraints
                    .required("fileSystemConfigs.1.member.arn", arn)
                    .length("fileSystemConfigs.1.member.arn", arn, 0, LONGEST_ARN)
                    .pattern("fileSystemConfigs.1.member.arn", arn, FileSystemMount.ARN)
                    .required("fileSystemConfigs.1.member.localMountPath", path)
                    .length("fileSystemConfigs.1.member.localMountPath", path, 0, LONGEST_PATH)
                    .pattern("fileSystemConfigs.1.member.localMountPath", path, FileSystemMount.PATH);
        }
    }

    /** Volumes are their account's alone. */
    static void check(@Nullable List<FunctionRequest.@Nullable FileSystemConfig> asked, String accountId) {
        for (FileSystemMount mount : mounts(asked)) {
            if (!FileSystemMount.accountOf(mount.arn())
                    .filter(accountId::equals)
                    .isPresent()) {
                throw LambdaError.ACCESS_DENIED.with("The access point " + mount.arn()
                        + " is another account's. A function mounts its own account's only.");
            }
        }
    }

    /** What a request that passed both makes of {@code old}: an empty list takes the mount away. */
    static List<FileSystemMount> merged(
            List<FileSystemMount> old, @Nullable List<FunctionRequest.@Nullable FileSystemConfig> asked) {
        return asked == null ? old : mounts(asked);
    }

    private static List<FileSystemMount> mounts(@Nullable List<FunctionRequest.@Nullable FileSystemConfig> asked) {
        return asked == null
                ? List.of()
                : asked.stream()
                        .map(config -> Objects.requireNonNull(config))
                        .map(config -> new FileSystemMount(
                                Objects.requireNonNull(config.arn()), Objects.requireNonNull(config.localMountPath())))
                        .toList();
    }
}
