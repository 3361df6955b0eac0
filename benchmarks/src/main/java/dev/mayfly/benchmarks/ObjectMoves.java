package dev.mayfly.benchmarks;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What moves no bytes, and what moves many. */
final class ObjectMoves {
    private static final int PART_BYTES = 8 << 20;
    private static final int PARTS_OF_A_GIB = 128;
    private static final int AT_ONCE = 4;
    private static final int COPIES = 20;
    private static final Pattern UPLOAD_ID = Pattern.compile("<UploadId>([^<]+)</UploadId>");

    private final ObjectStore store;
    private final Report report;

    ObjectMoves(ObjectStore store, Report report) {
        this.store = store;
        this.report = report;
    }

    /** @param parts of the largest object, 8 MiB each */
    void run(int parts) throws Exception {
        try (var bucket = new ObjectClients(store, "bench-" + UUID.randomUUID())) {
            double small = upload(bucket.target("gib"), PARTS_OF_A_GIB);
            var copies = new Samples(COPIES);
            for (int i = 0; i < COPIES; i++) {
                String target = bucket.target("copy" + i);
                copies.time(() -> store.ask("PUT", target, Map.of("x-amz-copy-source", bucket.target("gib")), ""));
            }
            report.row("copy of 1 GiB", copies);
            report.figure("copy of 1 GiB, p50", copies.millis(0.5), "<= 50 ms");
            report.figure("completing an upload of 128 parts, 1 GiB", "%.1f ms".formatted(small), "<= 50 ms");
            double large = upload(bucket.target("large"), parts);
            report.figure(
                    "completing an upload of %d parts, %.1f GiB".formatted(parts, gib(parts)),
                    "%.1f ms".formatted(large),
                    "<= 50 ms");
            long start = System.nanoTime();
            long length = store.drain(bucket.target("large"));
            double seconds = (System.nanoTime() - start) / 1e9;
            if (length != (long) parts * PART_BYTES) {
                throw new IllegalStateException("The object has " + length + " bytes");
            }
            report.figure(
                    "%.1f GiB read in one request".formatted(gib(parts)),
                    "%.0f MB/s".formatted(length / 1e6 / seconds),
                    "whole, with the service's heap of 192 MB");
        }
    }

    private static double gib(int parts) {
        return (double) parts * PART_BYTES / (1 << 30);
    }

    /** Uploads in parts; returns how long completing took, in milliseconds. */
    private double upload(String target, int parts) throws Exception {
        byte[] body = new byte[PART_BYTES];
        new Random(parts).nextBytes(body);
        String answer =
                new String(store.ask("POST", target + "?uploads", Map.of(), "").body(), StandardCharsets.UTF_8);
        Matcher id = UPLOAD_ID.matcher(answer);
        if (!id.find()) {
            throw new IllegalStateException("No upload id: " + answer);
        }
        String upload = ObjectStore.encoded(id.group(1));
        var document = new StringBuilder("<CompleteMultipartUpload>");
        List<Future<String>> etags = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 1; i <= parts; i++) {
                String part = target + "?partNumber=" + i + "&uploadId=" + upload;
                etags.add(threads.submit(() -> store.send(
                                "PUT",
                                part,
                                Map.of(),
                                BodyPublishers.ofByteArray(body),
                                HttpResponse.BodyHandlers.discarding())
                        .headers()
                        .firstValue("ETag")
                        .orElseThrow()));
            }
        }
        for (int i = 1; i <= parts; i++) {
            document.append("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>"
                    .formatted(i, etags.get(i - 1).get().replace("\"", "")));
        }
        String named = document.append("</CompleteMultipartUpload>").toString();
        long start = System.nanoTime();
        store.ask("POST", target + "?uploadId=" + upload, Map.of(), named);
        return (System.nanoTime() - start) / 1e6;
    }
}
