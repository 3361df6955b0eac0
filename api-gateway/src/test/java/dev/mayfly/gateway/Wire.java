package dev.mayfly.gateway;

import dev.mayfly.gateway.signature.Hashing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A client that sends exactly the bytes it is told to, and signs by the book. */
public final class Wire {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private Wire() {}

    /** What came back; {@code complete} is false when the connection was cut inside the body. */
    public record Reply(int status, Map<String, String> headers, String body, boolean complete) {
        public String header(String name) {
            return headers.get(name);
        }
    }

    /** A request to be signed: change any part of it before {@link #send}. */
    public static final class Request {
        private final String method;
        private final String target;
        private final TreeMap<String, String> headers = new TreeMap<>();
        private final Map<String, String> unsigned = new TreeMap<>();
        private byte[] body = {};
        private String service = "s3";
        private String key = GatewayFixture.KEY;
        private String secret = GatewayFixture.SECRET;
        private Instant at = Instant.now();
        private String payloadHash;

        public Request(String method, String target) {
            this.method = method;
            this.target = target;
            headers.put("host", "localhost:8080");
        }

        public Request service(String name) {
            service = name;
            return this;
        }

        public Request signedBy(String keyId, String secretKey) {
            key = keyId;
            secret = secretKey;
            return this;
        }

        public Request at(Instant when) {
            at = when;
            return this;
        }

        public Request header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        public Request unsignedHeader(String name, String value) {
            unsigned.put(name, value);
            return this;
        }

        public Request body(byte[] bytes) {
            body = bytes;
            return this;
        }

        /** Signs for this digest, whatever the body is. */
        public Request payloadHash(String hash) {
            payloadHash = hash;
            return this;
        }

        public byte[] head() {
            String hash = payloadHash != null ? payloadHash : sha256(body);
            headers.put("x-amz-date", TIME.format(at));
            if (service.equals("s3")) {
                headers.put("x-amz-content-sha256", hash);
            }
            int mark = target.indexOf('?');
            String path = mark < 0 ? target : target.substring(0, mark);
            String query = mark < 0 ? "" : target.substring(mark + 1);
            var names = String.join(";", headers.keySet());
            var canonical = new StringBuilder(method)
                    .append('\n')
                    .append(service.equals("s3") ? path : path.replace("%", "%25"))
                    .append('\n')
                    .append(query)
                    .append('\n');
            headers.forEach((name, value) ->
                    canonical.append(name).append(':').append(value).append('\n'));
            canonical.append('\n').append(names).append('\n').append(hash);
            String time = TIME.format(at);
            String scope = time.substring(0, 8) + "/us-east-1/" + service + "/aws4_request";
            String toSign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n"
                    + sha256(canonical.toString().getBytes(StandardCharsets.ISO_8859_1));
            byte[] signing = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
            for (String part : scope.split("/")) {
                signing = hmac(signing, part);
            }
            var out = new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1\r\n");
            headers.forEach(
                    (name, value) -> out.append(name).append(": ").append(value).append("\r\n"));
            unsigned.forEach(
                    (name, value) -> out.append(name).append(": ").append(value).append("\r\n"));
            out.append("authorization: AWS4-HMAC-SHA256 Credential=" + key + "/" + scope + ", SignedHeaders=" + names
                    + ", Signature=" + Hashing.hex(hmac(signing, toSign)) + "\r\n");
            if (body.length > 0) {
                out.append("content-length: ").append(body.length).append("\r\n");
            }
            return out.append("connection: close\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        }

        public Reply send(int port) throws IOException {
            try (var socket = new Socket("127.0.0.1", port)) {
                socket.getOutputStream().write(head());
                socket.getOutputStream().write(body);
                return read(socket.getInputStream(), method.equals("HEAD"));
            }
        }
    }

    /** Sends raw text. */
    public static Reply raw(int port, String text) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return read(socket.getInputStream(), false);
        }
    }

    public static Reply read(InputStream in, boolean headOnly) throws IOException {
        String statusLine = line(in);
        if (statusLine.isEmpty()) {
            throw new IOException("the gateway closed the connection without an answer");
        }
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.merge(line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + "," + b);
        }
        int status = Integer.parseInt(statusLine.split(" ")[1]);
        if (headOnly || status < 200 || status == 204 || status == 304) {
            return new Reply(status, headers, "", true);
        }
        byte[] body = in.readAllBytes();
        String length = headers.get("content-length");
        boolean complete = length != null
                ? body.length == Long.parseLong(length)
                : new String(body, StandardCharsets.ISO_8859_1).endsWith("0\r\n\r\n");
        return new Reply(status, headers, new String(body, StandardCharsets.UTF_8), complete);
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    public static String sha256(byte[] bytes) {
        return Hashing.hex(Hashing.newDigest().digest(bytes));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
