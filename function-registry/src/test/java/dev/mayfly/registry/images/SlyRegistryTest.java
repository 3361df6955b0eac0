package dev.mayfly.registry.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.code.CodeIntake;
import dev.mayfly.registry.code.Uploads;
import dev.mayfly.registry.lambda.LambdaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Registries that want to hold who asks them for as long as they can: a pull has an end, and lets go of the connection. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlyRegistryTest extends RegistryFixture {
    private static final String BODY = "HTTP/1.1 200 OK\r\nContent-Length: ";
    private static final String LAYER = "sha256:" + "a".repeat(64);
    private static final String CONFIG = "{\"architecture\":\"%s\",\"os\":\"linux\"}"
            .formatted(System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64");

    /** Sends something to a client, or nothing. */
    @FunctionalInterface
    private interface Slyness {
        void send(OutputStream out) throws IOException, InterruptedException;
    }

    @Autowired
    private CodeIntake code;

    @Autowired
    private Uploads uploads;

    private final CountDownLatch brokenOff = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void end() throws IOException {
        ended.countDown();
        server.close();
        workers.shutdownNow();
    }

    /** A registry with a manifest of one layer, of which one path is answered slyly. */
    private void serve(String path, Slyness slyness) {
        workers.submit(() -> {
            while (!server.isClosed()) {
                Socket client = server.accept();
                workers.submit(() -> {
                    answer(client, path, slyness);
                    return null;
                });
            }
            return null;
        });
    }

    private void answer(Socket client, String slyPath, Slyness slyness) throws Exception {
        try (client) {
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String path = line.split(" ")[1];
                while (!in.readLine().isEmpty()) {
                    // The rest of the head.
                }
                if (path.contains(slyPath)) {
                    try {
                        slyness.send(client.getOutputStream());
                    } finally {
                        brokenOff.countDown();
                    }
                    return;
                }
                String body = path.contains("/manifests/") ? manifest() : CONFIG;
                client.getOutputStream().write(bytes(BODY + body.length() + "\r\n\r\n" + body));
            }
        }
    }

    private static String manifest() throws Exception {
        String config =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(CONFIG)));
        return """
                {"config":{"digest":"sha256:%s","size":%d},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",\
                "digest":"%s","size":100000}]}""".formatted(config, CONFIG.length(), LAYER);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void endlessly(OutputStream out, String part) throws IOException {
        byte[] bytes = bytes(part);
        while (true) {
            out.write(bytes);
        }
    }

    private void drip(OutputStream out) throws IOException, InterruptedException {
        while (!ended.await(20, TimeUnit.MILLISECONDS)) {
            out.write('a');
            out.flush();
        }
    }

    private void pull(String limit) throws IOException {
        var settings = new MapConfigurationPropertySource(Map.of(
                "mayfly.trust-key",
                "none",
                "mayfly.images.registries",
                "localhost",
                "mayfly.images.pull-limit",
                limit));
        var properties = new Binder(settings).bindOrCreate("mayfly", RegistryProperties.class);
        var connections = new RegistryConnections(properties);
        try (var upload = uploads.begin()) {
            var image =
                    (ImageReference.Remote) ImageReference.parse("localhost:" + server.getLocalPort() + "/team/app:1");
            new ImageIntake(code, connections, properties).pull(image, upload, 1 << 20);
        } finally {
            connections.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/manifests/, 200, its manifest is larger than 4 MB",
        "/manifests/, 404, does not exist",
        "/blobs/sha256:a, 200, sent other bytes for the layer",
        "/blobs/, 200, sent other bytes"
    })
    void anAnswerWithoutEndIsBrokenOff(String path, int status, String refusal) throws Exception {
        serve(path, out -> {
            out.write(bytes("HTTP/1.1 " + status + " So\r\nContent-Length: " + Long.MAX_VALUE + "\r\n\r\n"));
            endlessly(out, "x".repeat(32_768));
        });
        assertThatThrownBy(() -> pull("10m"))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining(refusal);
        assertThat(brokenOff.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aHeadWithoutEndIsBrokenOff() throws Exception {
        serve("/manifests/", out -> {
            out.write(bytes("HTTP/1.1 200 OK\r\n"));
            endlessly(out, "X: y\r\n");
        });
        assertThatThrownBy(() -> pull("10m")).hasMessageContaining("does not answer");
        assertThat(brokenOff.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"/manifests/, ''", "/manifests/, 'HTTP/1.1 200 OK'", "/blobs/sha256:a, '100000'"})
    void whatDripsIsBrokenOffWhenItsTimeIsOver(String path, String begun) throws Exception {
        serve(path, out -> {
            out.write(bytes(
                    begun.startsWith("1") ? BODY + begun + "\r\n\r\n" : begun.isEmpty() ? "" : begun + "\r\nX: "));
            if (begun.isEmpty()) {
                ended.await();
            } else {
                drip(out);
            }
        });
        assertThatThrownBy(() -> pull("1s"))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("did not send it within 1 s");
        if (!begun.isEmpty()) {
            assertThat(brokenOff.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}
