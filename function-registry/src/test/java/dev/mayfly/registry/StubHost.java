package dev.mayfly.registry;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.HostPreparation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A sandbox host that is asked to prepare functions, and answers as it is told. */
final class StubHost {
    private volatile CompletableFuture<Answer> answer = CompletableFuture.completedFuture(new Answer(204, ""));
    private volatile boolean asked;
    private final List<HostPreparation> orders = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    record Answer(int status, String body) {}

    StubHost() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/internal/preparations", exchange -> {
            try (exchange) {
                orders.add(Json.read(exchange.getRequestBody().readAllBytes(), HostPreparation.class));
                asked = true;
                Answer now = answer.join();
                byte[] body = now.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(now.status(), body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    void answer(Answer next) {
        var before = answer;
        answer = CompletableFuture.completedFuture(next);
        before.complete(next);
    }

    /** Whoever asks from now on waits until there is a next {@link #answer}. */
    void think() {
        asked = false;
        answer = new CompletableFuture<>();
    }

    boolean isAsked() {
        return asked;
    }

    /** What it was asked to prepare of an account's functions, also what it has not answered yet. */
    List<HostPreparation> ordersOf(String accountId) {
        return orders.stream()
                .filter(order -> order.version().accountId().equals(accountId))
                .toList();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }
}
