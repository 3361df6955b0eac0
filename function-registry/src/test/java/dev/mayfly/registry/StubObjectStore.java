package dev.mayfly.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** As much of the object store as the registry uses, in memory. */
public final class StubObjectStore {
    /** By account and target, e.g. {@code 000000000000 /bucket/key}. */
    public final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    public final AtomicInteger puts = new AtomicInteger();
    public volatile boolean broken;

    private final Vouching vouching;
    private final HttpServer server;

    StubObjectStore(Vouching vouching) {
        this.vouching = vouching;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/s3", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Voucher voucher;
            try {
                voucher = vouching.verify(exchange.getRequestHeaders().getFirst(Voucher.HEADER));
            } catch (InvalidSealException e) {
                answer(exchange, 403, "");
                return;
            }
            if (broken) {
                exchange.sendResponseHeaders(500, -1);
                return;
            }
            String key = voucher.accountId() + " " + voucher.target();
            switch (exchange.getRequestMethod()) {
                case "PUT" -> {
                    puts.incrementAndGet();
                    objects.put(key, body);
                    answer(exchange, 200, "");
                }
                case "DELETE" -> {
                    objects.remove(key);
                    exchange.sendResponseHeaders(204, -1);
                }
                case "HEAD" -> exchange.sendResponseHeaders(objects.containsKey(key) ? 200 : 404, -1);
                default -> get(exchange, key);
            }
        }
    }

    private void get(HttpExchange exchange, String key) throws IOException {
        byte[] found = objects.get(key);
        if (key.contains("/forbidden/")) {
            answer(exchange, 403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
        } else if (found == null) {
            answer(
                    exchange,
                    404,
                    "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>");
        } else {
            exchange.sendResponseHeaders(200, found.length);
            exchange.getResponseBody().write(found);
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
