package dev.mayfly.objects.testing;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.function.InvocationRules.Grant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Knows which buckets may invoke which functions. */
public final class FakeRegistry {
    private final Map<String, InvocationRules> rules = new ConcurrentHashMap<>();
    private final HttpServer server;

    FakeRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/internal/functions/", exchange -> {
            try (exchange) {
                var found = rules.get(exchange.getRequestURI().getPath());
                byte[] body = found == null ? new byte[0] : Json.bytes(found);
                exchange.sendResponseHeaders(found == null ? 404 : 200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** A function of the account that the bucket of {@code owner} may invoke. Gives its ARN. */
    public String allow(String account, String function, String bucket, String owner) {
        var grant = new Grant(
                "s3",
                null,
                "lambda:InvokeFunction",
                "s3.amazonaws.com",
                "arn:aws:s3:::" + bucket,
                owner,
                null,
                null,
                null);
        rules.put(
                "/internal/functions/" + account + "/" + function + "/rules",
                new InvocationRules(
                        account, function, "r", null, List.of(), null, List.of(), List.of(), List.of(grant), null));
        return "arn:aws:lambda:us-east-1:" + account + ":function:" + function;
    }
}
