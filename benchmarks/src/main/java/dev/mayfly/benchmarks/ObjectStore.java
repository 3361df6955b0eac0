package dev.mayfly.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One store that speaks S3, and the plainest client of it: every store is asked by this one, so that what differs is the store.
 * Bodies are not signed ({@code UNSIGNED-PAYLOAD}), as clients do that know of checksums.
 */
final class ObjectStore {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String REGION = "us-east-1";
    private static final int FIRST_REFUSAL = 300;

    private final String name;
    private final URI endpoint;
    private final String accessKey;
    private final String secretKey;
    private final HttpClient http;

    ObjectStore(String name, URI endpoint, String accessKey, String secretKey, HttpClient http) {
        this.name = name;
        this.endpoint = endpoint;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
        this.http = http;
    }

    String name() {
        return name;
    }

    void put(String target, byte[] body) throws IOException, InterruptedException {
        send("PUT", target, Map.of(), BodyPublishers.ofByteArray(body), HttpResponse.BodyHandlers.discarding());
    }

    byte[] get(String target) throws IOException, InterruptedException {
        return send("GET", target, Map.of(), BodyPublishers.noBody(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    /** Reads a body to its end and forgets it; returns how long it was. */
    long drain(String target) throws IOException, InterruptedException {
        try (var in = send("GET", target, Map.of(), BodyPublishers.noBody(), HttpResponse.BodyHandlers.ofInputStream())
                .body()) {
            byte[] buffer = new byte[1 << 20];
            long length = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                length += read;
            }
            return length;
        }
    }

    /** Sends a request without a body, or with a document; returns the answer. */
    HttpResponse<byte[]> ask(String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        return send(
                method,
                target,
                headers,
                body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    /** @throws IllegalStateException when the answer is no success */
    <T> HttpResponse<T> send(
            String method,
            String target,
            Map<String, String> headers,
            BodyPublisher body,
            HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        var answer = answer(signed(method, target, headers, body), handler);
        if (answer.statusCode() >= FIRST_REFUSAL) {
            throw new IllegalStateException(name + " answered " + answer.statusCode() + " to " + method + " " + target
                    + (answer.body() instanceof byte[] bytes ? ": " + new String(bytes, StandardCharsets.UTF_8) : ""));
        }
        return answer;
    }

    private <T> HttpResponse<T> answer(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw new IOException(name + " gave no answer to " + request.method() + " " + request.uri(), e);
        }
    }

    private HttpRequest signed(String method, String target, Map<String, String> headers, BodyPublisher body) {
        String time = TIME.format(Instant.now());
        String day = time.substring(0, 8);
        var signed = new TreeMap<>(headers);
        signed.put("host", endpoint.getAuthority());
        signed.put("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        signed.put("x-amz-date", time);
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        var canonical = new StringBuilder(
                method + "\n" + path + "\n" + canonicalQuery(mark < 0 ? "" : target.substring(mark + 1)) + "\n");
        signed.forEach((header, value) ->
                canonical.append(header).append(':').append(value).append('\n'));
        String names = String.join(";", signed.keySet());
        canonical.append('\n').append(names).append("\nUNSIGNED-PAYLOAD");
        String scope = day + "/" + REGION + "/s3/aws4_request";
        String text = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex(sha256(canonical.toString()));
        byte[] key = hmac(("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8), day);
        for (String part : new String[] {REGION, "s3", "aws4_request"}) {
            key = hmac(key, part);
        }
        var request = HttpRequest.newBuilder(endpoint.resolve(target)).method(method, body);
        signed.forEach((header, value) -> {
            if (!header.equals("host")) {
                request.header(header, value);
            }
        });
        return request.header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=" + accessKey + "/" + scope + ", SignedHeaders=" + names
                                + ", Signature=" + hex(hmac(key, text)))
                .build();
    }

    /** Names in order, each with its equals sign. */
    private static String canonicalQuery(String query) {
        var parameters = new TreeMap<String, String>();
        for (String one : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = one.indexOf('=');
            parameters.put(equals < 0 ? one : one.substring(0, equals), equals < 0 ? "" : one.substring(equals + 1));
        }
        var canonical = new StringBuilder();
        parameters.forEach((key, value) -> canonical
                .append(canonical.isEmpty() ? "" : "&")
                .append(key)
                .append('=')
                .append(value));
        return canonical.toString();
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The value of {@code Content-MD5}. */
    static String md5(String body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
