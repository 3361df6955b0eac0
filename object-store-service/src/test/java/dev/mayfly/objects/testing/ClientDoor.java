package dev.mayfly.objects.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Voucher.PayloadSignature;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the gateway is to clients, without its checks: vouches for whoever names an account as its access key. The keys that
 * verify signed chunks are real.
 */
public final class ClientDoor implements AutoCloseable {
    public static final String SECRET = "secret-of-every-test-client";

    private static final Pattern CREDENTIAL =
            Pattern.compile("Credential=([^/]+)/((\\d{8})/([^/]+)/([^/]+)/aws4_request).*Signature=([0-9a-f]{64})");
    private static final Set<String> HOP =
            Set.of("host", "connection", "content-length", "expect", "transfer-encoding", "upgrade", "http2-settings");

    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final RunningStore store;

    public ClientDoor(RunningStore store) throws IOException {
        this.store = store;
        this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::pass);
        server.start();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            var incoming = exchange.getRequestHeaders();
            Matcher credential = CREDENTIAL.matcher(String.valueOf(incoming.getFirst("Authorization")));
            if (!credential.find()) {
                exchange.sendResponseHeaders(403, -1);
                return;
            }
            String sha256 = String.valueOf(incoming.getFirst("x-amz-content-sha256"));
            var payload = new PayloadSignature(
                    sha256,
                    signingKey(credential),
                    credential.group(6),
                    incoming.getFirst("x-amz-date"),
                    credential.group(2));
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + store.port() + "/s3"))
                    .header(
                            Voucher.HEADER,
                            store.voucher(
                                    credential.group(1),
                                    Role.OWNER,
                                    exchange.getRequestURI().toString(),
                                    payload));
            incoming.forEach((name, values) -> {
                if (!HOP.contains(name.toLowerCase(Locale.ROOT))) {
                    values.forEach(value -> request.header(name, value));
                }
            });
            String length = incoming.getFirst("Content-Length");
            InputStream body = exchange.getRequestBody();
            var publisher = length == null || length.equals("0")
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.fromPublisher(
                            HttpRequest.BodyPublishers.ofInputStream(() -> body), Long.parseLong(length));
            request.method(exchange.getRequestMethod(), publisher);
            answer(exchange, http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, HttpResponse<InputStream> response) throws IOException {
        response.headers().map().forEach((name, values) -> {
            if (!HOP.contains(name) && !name.startsWith(":")) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        long length = response.headers().firstValueAsLong("content-length").orElse(0);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
            length = 0;
        }
        exchange.sendResponseHeaders(response.statusCode(), length == 0 ? -1 : length);
        if (length > 0) {
            response.body().transferTo(exchange.getResponseBody());
        }
    }

    private static String signingKey(Matcher credential) {
        byte[] key = hmac(("AWS4" + SECRET).getBytes(StandardCharsets.UTF_8), credential.group(3));
        key = hmac(hmac(hmac(key, credential.group(4)), credential.group(5)), "aws4_request");
        return Base64.getEncoder().encodeToString(key);
    }

    public static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
