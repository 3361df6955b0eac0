package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.ImageProgram;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that are images: the image's file system is all that they see, its program all that runs. */
public abstract class ImageContract extends SandboxContract {
    private static final String CLIENT = """
            #!/bin/sh
            host=${AWS_LAMBDA_RUNTIME_API%:*} port=${AWS_LAMBDA_RUNTIME_API#*:} api=/2018-06-01/runtime
            while true; do
              printf 'GET %s/invocation/next HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' $api | nc $host $port >/tmp/event
              id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *\\([^\\r]*\\).*/\\1/Ip' /tmp/event | tr -d '\\r')
              command=$(tail -n 1 /tmp/event | tr -d '"')
              answer=$(eval "$command" 2>&1 | tr '\\n' ' ' | tr -d '"\\\\')
              body="\\"$answer\\""
              printf 'POST %s/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: %s\\r\\n\\r\\n%s' \\
                $api "$id" "$(printf %s "$body" | wc -c)" "$body" | nc $host $port >/dev/null
            done
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path images;

    private FunctionCode image(List<String> command, String workingDirectory) throws IOException {
        Path busybox = Stream.of("/bin/busybox", "/usr/bin/busybox")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(busybox != null, "busybox-static is not installed");
        Path root = Files.createDirectories(images.resolve("image/root"));
        for (String folder : List.of("bin", "proc", "sys", "dev", "tmp", "etc", "app")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.copy(Objects.requireNonNull(busybox), root.resolve("bin/busybox"));
        for (String tool :
                List.of("sh", "nc", "sed", "tr", "tail", "cat", "ls", "wc", "id", "pwd", "env", "grep", "touch")) {
            Files.createSymbolicLink(root.resolve("bin/" + tool), Path.of("busybox"));
        }
        Files.writeString(root.resolve("etc/marker"), "of the image");
        Files.writeString(root.resolve("app/client"), CLIENT);
        Files.createSymbolicLink(root.resolve("outside"), Path.of("/../../../etc"));
        for (String file : List.of("bin/busybox", "app/client", "etc/marker")) {
            Files.setPosixFilePermissions(root.resolve(file), PosixFilePermissions.fromString("r-xr-xr-x"));
        }
        for (Path each : List.of(images, root.getParent(), root)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return new FunctionCode(
                root,
                "image-" + command.hashCode() + workingDirectory.hashCode(),
                "image",
                "",
                null,
                new ImageProgram(
                        command, workingDirectory, Map.of("PATH", "/bin", "OF_THE_IMAGE", "1", "GREETING", "no")));
    }

    private String ask(Sandbox sandbox, String command) throws InterruptedException {
        return answer(invoke(sandbox, "\"" + command + "\"")).asString().strip();
    }

    @Test
    void itsFilesAreAllThereIsAndItsProgramAllThatRuns() throws Exception {
        Sandbox sandbox = start(spec(image(List.of("sh", "/app/client"), "/app")));
        assertThat(ask(sandbox, "cat /etc/marker")).isEqualTo("of the image");
        assertThat(ask(sandbox, "pwd")).isEqualTo("/app");
        assertThat(ask(sandbox, "id -u")).isEqualTo("1000");
        assertThat(ask(sandbox, "ls /")).isEqualTo("app bin dev etc outside proc sys tmp");
        assertThat(ask(sandbox, "ls /outside/")).isEqualTo("marker");
        assertThat(ask(sandbox, "env | grep -c -e OF_THE_IMAGE=1 -e AWS_LAMBDA_FUNCTION_NAME=contract"))
                .isEqualTo("2");
        assertThat(ask(sandbox, "env | grep GREETING")).startsWith("GREETING=Gr");
        assertThat(ask(sandbox, "touch /etc/new")).containsAnyOf("Read-only", "denied");
        assertThat(ask(sandbox, "touch /tmp/new && ls /tmp/new")).isEqualTo("/tmp/new");
        assertThat(ask(sandbox, "ls /proc/1/root/")).doesNotContain("home");
    }

    @Test
    void aProgramThatIsNotThereIsTheFunctionsFault() throws Exception {
        FunctionCode code = image(List.of("/app/missing"), "/app");
        assertThatThrownBy(() -> start(spec(code)))
                .isInstanceOfSatisfying(
                        SandboxStartException.class,
                        failure -> assertThat(failure.origin())
                                .as(failure.getMessage())
                                .isEqualTo(SandboxStartException.Cause.FUNCTION));
    }
}
