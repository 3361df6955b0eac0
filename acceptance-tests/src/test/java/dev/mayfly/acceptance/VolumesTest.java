package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that functions share, with the real aws cli. */
class VolumesTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String CODE = """
            const fs = require('fs');
            exports.handler = async e => {
              if (e.write) fs.writeFileSync('/mnt/data/note.txt', e.write);
              try { return fs.readFileSync('/mnt/data/note.txt', 'utf8'); } catch (x) { return x.code; }
            };""";

    private final RunningSuite suite = RunningSuite.get();

    @TempDir
    private Path folder;

    @BeforeAll
    static void requireCli() {
        FunctionFixtures.requireAwsCli();
    }

    private RunningSuite.Ran tryAws(String... arguments) {
        var command = new ArrayList<>(List.of("aws", "lambda"));
        command.addAll(Arrays.asList(arguments));
        return suite.client(LIMIT, command.toArray(String[]::new));
    }

    private String aws(String... arguments) {
        var ran = tryAws(arguments);
        assertThat(ran.exitCode())
                .as("%s%n%s", List.of(arguments), ran.output())
                .isZero();
        return ran.output();
    }

    private String deploy(String tier, String accessPoint) throws IOException {
        byte[] zip = FunctionFixtures.zipOf("index.js", CODE);
        return deploy(tier, "nodejs20.x", "index.handler", zip, accessPoint);
    }

    private String deploy(String tier, String runtime, String handler, byte[] code, String accessPoint)
            throws IOException {
        Path zip = Files.write(folder.resolve("code.zip"), code);
        String name = FunctionFixtures.uniqueName("files-" + tier);
        var arguments = new ArrayList<>(List.of(
                "create-function",
                "--function-name",
                name,
                "--runtime",
                runtime,
                "--handler",
                handler,
                "--timeout",
                "30",
                "--role",
                RunningSuite.ROLE,
                "--zip-file",
                "fileb://" + zip,
                "--tags",
                "mayfly:isolation=" + tier));
        if (!accessPoint.isEmpty()) {
            arguments.addAll(List.of("--file-system-configs", "Arn=" + accessPoint + ",LocalMountPath=/mnt/data"));
        }
        aws(arguments.toArray(String[]::new));
        aws("wait", "function-active-v2", "--function-name", name);
        return name;
    }

    private String invoke(String function, String event) throws IOException {
        Path answer = folder.resolve("answer.json");
        aws("invoke", "--function-name", function, "--payload", event, answer.toString());
        return Files.readString(answer);
    }

    private static String arn(String account, String volume) {
        return "arn:aws:elasticfilesystem:us-east-1:" + account + ":access-point/" + volume;
    }

    @Test
    void functionsOfSeveralTiersShareAVolumeThatOutlivesThem() throws IOException {
        String volume = "fsap-0" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        String arn = arn(RunningSuite.ACCOUNT, volume);
        String container = deploy("container", arn);
        assertThat(aws("get-function-configuration", "--function-name", container))
                .contains("\"Arn\": \"" + arn + "\"", "\"LocalMountPath\": \"/mnt/data\"");
        assertThat(invoke(container, "{}")).isEqualTo("\"ENOENT\"");
        assertThat(invoke(container, "{\"write\":\"kept\"}")).isEqualTo("\"kept\"");
        String gvisor = deploy("gvisor", arn);
        assertThat(invoke(gvisor, "{}")).isEqualTo("\"kept\"");
        assertThat(invoke(gvisor, "{\"write\":\"changed\"}")).isEqualTo("\"changed\"");
        assertThat(invoke(container, "{}")).isEqualTo("\"changed\"");
        byte[] module = FunctionFixtures.zip(Map.of("note.wasm", example("files-wasm/note.wasm")));
        String wasm = deploy("wasm", "wasm32-wasip1", "note.wasm", module, arn);
        assertThat(invoke(wasm, "{}")).isEqualTo("\"changed\"");
        assertThat(invoke(wasm, "\"by wasm\"")).isEqualTo("\"by wasm\"");
        assertThat(invoke(gvisor, "{}")).isEqualTo("\"by wasm\"");
        String microvm = deploy("microvm", arn);
        assertThat(invoke(microvm, "{}")).isEqualTo("\"by wasm\"");
        assertThat(invoke(microvm, "{\"write\":\"by a machine\"}")).isEqualTo("\"by a machine\"");
        assertThat(invoke(container, "{}")).isEqualTo("\"by a machine\"");
        aws("delete-function", "--function-name", microvm);
        aws("delete-function", "--function-name", wasm);

        await().atMost(LIMIT)
                .until(
                        () -> suite.get("/v1/volumes/" + volume, "application/json")
                                .body(),
                        shown -> !shown.contains("\"sandboxes\":0") && !shown.contains("\"bytes\":0,"));
        assertThat(suite.own("DELETE", "/v1/volumes/" + volume, "").statusCode())
                .isEqualTo(409);
        aws("delete-function", "--function-name", container);
        aws("delete-function", "--function-name", gvisor);
        await().atMost(LIMIT)
                .until(() -> suite.own("DELETE", "/v1/volumes/" + volume, "").statusCode() == 202);
        await().atMost(LIMIT)
                .until(() ->
                        suite.get("/v1/volumes/" + volume, "application/json").statusCode() == 404);
    }

    @Test
    void anothersVolumeIsRefused() throws IOException {
        Path zip = Files.write(folder.resolve("code.zip"), FunctionFixtures.zipOf("index.js", CODE));
        var refused = tryAws(
                "create-function",
                "--function-name",
                FunctionFixtures.uniqueName("refused"),
                "--runtime",
                "nodejs20.x",
                "--handler",
                "index.handler",
                "--role",
                RunningSuite.ROLE,
                "--zip-file",
                "fileb://" + zip,
                "--file-system-configs",
                "Arn=" + arn("999999999999", "fsap-0123456789abcdef0") + ",LocalMountPath=/mnt/data");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.output()).contains("AccessDeniedException");
    }

    @Test
    void webAssemblyKeepsKeysAndValues() throws IOException {
        byte[] module = FunctionFixtures.zip(Map.of("visits.wasm", example("keyvalue-wasm/visits.wasm")));
        String name = deploy("wasm", "wasm32-wasip1", "visits.wasm", module, "");
        assertThat(invoke(name, "1")).startsWith("{\"visits\":1,").endsWith("\"refused\":1,\"last\":null}");
        assertThat(invoke(name, "2")).startsWith("{\"visits\":2,").endsWith("\"last\":1}");
        String another = deploy("wasm", "wasm32-wasip1", "visits.wasm", module, "");
        assertThat(invoke(another, "3")).startsWith("{\"visits\":3,").endsWith("\"last\":2}");
    }

    private byte[] example(String file) throws IOException {
        return Files.readAllBytes(suite.root().resolve("examples").resolve(file));
    }
}
