package dev.mayfly.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The stores to compare with, as processes of their own over folders beside the suite's. */
final class ObjectPeers implements AutoCloseable {
    private static final String KEY = "benchkey";
    private static final String SECRET = "benchsecret";
    private static final int PATIENCE_SECONDS = 60;

    private final HttpClient http;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final List<String> absent = new ArrayList<>();

    /** @param beside what they keep lies on the same file system as this */
    ObjectPeers(HttpClient http, Path beside) throws IOException {
        this.http = http;
        this.folder = Files.createTempDirectory(beside, "bench-peers");
    }

    /** Why there are not more of them. */
    List<String> absent() {
        return absent;
    }

    List<ObjectStore> start() throws IOException, InterruptedException {
        var stores = new ArrayList<ObjectStore>();
        stores.add(s3Proxy());
        Path minio = minio();
        if (minio == null) {
            absent.add("MinIO: MAYFLY_MINIO names no server, and none is in ~/.cache/mayfly (docs/benchmarks.md)");
        } else {
            stores.add(minio(minio));
        }
        return stores;
    }

    private ObjectStore s3Proxy() throws IOException, InterruptedException {
        int port = freePort();
        var settings = new Properties();
        settings.putAll(Map.of(
                "s3proxy.endpoint",
                "http://127.0.0.1:" + port,
                "s3proxy.authorization",
                "aws-v2-or-v4",
                "s3proxy.identity",
                KEY,
                "s3proxy.credential",
                SECRET,
                "jclouds.provider",
                "filesystem-nio2",
                "jclouds.filesystem.basedir",
                Files.createDirectory(folder.resolve("s3proxy")).toString()));
        Path file = folder.resolve("s3proxy.conf");
        try (var out = Files.newOutputStream(file)) {
            settings.store(out, null);
        }
        var store = new ObjectStore("S3Proxy", URI.create("http://127.0.0.1:" + port), KEY, SECRET, http);
        run(
                Map.of(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "org.gaul.s3proxy.Main",
                "--properties",
                file.toString());
        awaitAnswer(URI.create("http://127.0.0.1:" + port + "/"));
        return store;
    }

    private static @Nullable Path minio() throws IOException {
        String named = System.getenv("MAYFLY_MINIO");
        if (named != null) {
            return Path.of(named);
        }
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "mayfly");
        if (!Files.isDirectory(cache)) {
            return null;
        }
        try (Stream<Path> cached = Files.list(cache)) {
            return cached.filter(one -> one.getFileName().toString().startsWith("minio-"))
                    .map(one -> one.resolve("minio"))
                    .filter(Files::isExecutable)
                    .max(Comparator.naturalOrder())
                    .orElse(null);
        }
    }

    private ObjectStore minio(Path program) throws IOException, InterruptedException {
        int port = freePort();
        run(
                Map.of(
                        "MINIO_ROOT_USER",
                        KEY,
                        "MINIO_ROOT_PASSWORD",
                        SECRET,
                        "MINIO_BROWSER",
                        "off",
                        "MINIO_UPDATE",
                        "off"),
                program.toString(),
                "server",
                folder.resolve("minio").toString(),
                "--quiet",
                "--address",
                "127.0.0.1:" + port);
        awaitAnswer(URI.create("http://127.0.0.1:" + port + "/minio/health/live"));
        return new ObjectStore("MinIO", URI.create("http://127.0.0.1:" + port), KEY, SECRET, http);
    }

    private void run(Map<String, String> environment, String... command) throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().putAll(environment);
        processes.add(builder.start());
    }

    private void awaitAnswer(URI uri) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end || !processes.getLast().isAlive()) {
                    throw new IOException(uri + " does not answer: " + Files.readString(folder.resolve("log")), e);
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        for (Process process : processes) {
            process.destroy();
        }
        for (Process process : processes) {
            process.onExit()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .exceptionally(late -> process.destroyForcibly())
                    .join();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(one);
            }
        }
    }
}
