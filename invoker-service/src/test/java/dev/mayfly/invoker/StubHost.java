package dev.mayfly.invoker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.StreamedAnswer;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A sandbox host that does what a test tells it, by the name of the function. */
final class StubHost implements AutoCloseable {
    interface Behaviour {
        void answer(HostInvocation order, byte[] event, HttpExchange exchange) throws IOException, InterruptedException;
    }

    record Run(String function, HostInvocation order, String event) {}

    final List<Run> runs = new CopyOnWriteArrayList<>();
    /** What was put into the bucket {@code failed}, by path. */
    final Map<String, String> stored = new ConcurrentHashMap<>();

    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
    private final HttpServer server;

    StubHost() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(HostInvocation.PATH, this::handle);
        server.createContext("/s3", this::store);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void when(String function, Behaviour behaviour) {
        behaviours.put(function, behaviour);
    }

    List<Run> runsOf(String function) {
        return runs.stream().filter(run -> run.function().equals(function)).toList();
    }

    /** As the object store does, which goes by the voucher and not by the path. */
    private void store(HttpExchange exchange) throws IOException {
        try (exchange) {
            var vouching = new Vouching(Sealer.of(InvokerUnderTest.TRUST_KEY), Clock.systemUTC());
            var voucher = vouching.verify(exchange.getRequestHeaders().getFirst(Voucher.HEADER));
            boolean known = String.valueOf(voucher.target()).startsWith("/failed/");
            if (known) {
                stored.put(
                        String.valueOf(voucher.target()),
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            }
            exchange.sendResponseHeaders(known ? 200 : 404, -1);
        } catch (InvalidSealException e) {
            exchange.sendResponseHeaders(403, -1);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] json =
                    Base64.getUrlDecoder().decode(exchange.getRequestHeaders().getFirst(HostInvocation.HEADER));
            var order = Json.read(json, HostInvocation.class);
            byte[] event = exchange.getRequestBody().readAllBytes();
            String function = order.functionKey().split(":")[1];
            runs.add(new Run(function, order, new String(event, StandardCharsets.UTF_8)));
            behaviours
                    .getOrDefault(function, (o, e, x) -> answer(x, outcome(InvocationOutcome.Status.SUCCESS), e))
                    .answer(order, event, exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static InvocationOutcome outcome(InvocationOutcome.Status status) {
        return new InvocationOutcome(status, InvocationOutcome.Start.WARM, 2, 1500, 0, 250, 128, 0, null);
    }

    static InvocationOutcome outcomeWithLog(@Nullable String log) {
        return new InvocationOutcome(
                InvocationOutcome.Status.SUCCESS, InvocationOutcome.Start.COLD, 2, 1500, 90_000, 250, 128, 0, log);
    }

    static void answer(HttpExchange exchange, InvocationOutcome outcome, byte[] body) throws IOException {
        head(exchange, outcome, body.length);
        exchange.getResponseBody().write(body);
    }

    static void head(HttpExchange exchange, InvocationOutcome outcome, long length) throws IOException {
        exchange.getResponseHeaders()
                .set(InvocationOutcome.HEADER, Base64.getUrlEncoder().encodeToString(Json.bytes(outcome)));
        exchange.sendResponseHeaders(200, length == 0 ? -1 : length);
    }

    /** Begins a streamed answer of a cold sandbox; parts follow. */
    static OutputStream stream(HttpExchange exchange) throws IOException {
        var beginning =
                new StreamedAnswer.Beginning(InvocationOutcome.Start.COLD, 3_000, 10_000, 1_000, 4_000, "sandbox-1");
        exchange.getResponseHeaders()
                .set(StreamedAnswer.Beginning.HEADER, Base64.getUrlEncoder().encodeToString(Json.bytes(beginning)));
        exchange.getResponseHeaders().set("Content-Type", StreamedAnswer.CONTENT_TYPE);
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    static void part(OutputStream parts, byte type, byte[] content) throws IOException {
        StreamedAnswer.write(parts, type, ByteBuffer.wrap(content));
        parts.flush();
    }

    /** What becomes of what {@link #stream} began. */
    static InvocationOutcome streamed(InvocationOutcome.Status status) {
        return new InvocationOutcome(
                status, InvocationOutcome.Start.COLD, 7, 6_500, 3_000, 10_000, 128, 0, null, 1_000, 4_000, "sandbox-1");
    }

    static void problem(HttpExchange exchange, int status, String detail) throws IOException {
        byte[] body = Json.bytes(Map.of("status", status, "detail", detail));
        exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
