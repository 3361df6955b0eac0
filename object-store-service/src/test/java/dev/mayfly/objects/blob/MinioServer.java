package dev.mayfly.objects.blob;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A real MinIO server: the program that {@code MAYFLY_MINIO} names, or the one that an earlier run built. With
 * {@code -Dmayfly.minio=build} it is built from its Go module first, which takes minutes.
 */
final class MinioServer implements AutoCloseable {
    private static final String VARIABLE = "MAYFLY_MINIO";
    private static final String MODULE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";
    private static final int ATTEMPTS = 3;

    private final Process process;
    private final int port;

    private MinioServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    int port() {
        return port;
    }

    /** The test is aborted, with the reason, where there is no such program. */
    static MinioServer start(Path data, String user, String password) throws IOException, InterruptedException {
        Path program = program();
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            var builder = new ProcessBuilder(
                            program.toString(),
                            "server",
                            data.toString(),
                            "--quiet",
                            "--address",
                            "127.0.0.1:" + port,
                            "--console-address",
                            "127.0.0.1:" + freePort())
                    .redirectErrorStream(true)
                    .redirectOutput(data.resolveSibling("minio.log").toFile());
            builder.environment().put("MINIO_ROOT_USER", user);
            builder.environment().put("MINIO_ROOT_PASSWORD", password);
            builder.environment().put("MINIO_BROWSER", "off");
            builder.environment().put("MINIO_UPDATE", "off");
            var server = new MinioServer(builder.start(), port);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> server.isLive() || !server.process.isAlive());
            if (server.process.isAlive()) {
                return server;
            }
            if (attempt == ATTEMPTS) {
                throw new IllegalStateException("MinIO ended: " + Files.readString(data.resolveSibling("minio.log")));
            }
        }
    }

    private boolean isLive() throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create("http://127.0.0.1:" + port + "/minio/health/live"))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path program() throws IOException, InterruptedException {
        String named = System.getenv(VARIABLE);
        if (named != null) {
            return Path.of(named);
        }
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "mayfly", "minio-20260212");
        Path program = cache.resolve("minio");
        if (!Files.isExecutable(program)) {
            if (!"build".equals(System.getProperty("mayfly.minio"))) {
                Assumptions.abort("MinIO is not tested: " + VARIABLE + " names no server, and none is in " + cache
                        + ". Tests with -Dmayfly.minio=build build one where Go is installed");
            }
            build(Files.createDirectories(cache));
        }
        return program;
    }

    private static void build(Path into) throws InterruptedException {
        try {
            var go = new ProcessBuilder("go", "install", MODULE).inheritIO();
            go.environment().put("GOBIN", into.toString());
            Process building = go.start();
            if (!building.waitFor(30, TimeUnit.MINUTES) || building.exitValue() != 0) {
                building.destroyForcibly();
                Assumptions.abort("MinIO is not tested: go install " + MODULE + " failed");
            }
        } catch (IOException e) {
            Assumptions.abort("MinIO is not tested: there is no Go to build it with: " + e.getMessage());
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
