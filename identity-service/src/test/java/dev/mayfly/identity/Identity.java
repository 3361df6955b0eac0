package dev.mayfly.identity;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A running identity service, and requests to it as the gateway would send them. */
final class Identity implements AutoCloseable {
    static final String OPERATOR = "000000000000";
    static final String BOOTSTRAP_KEY = "AKIABOOTSTRAP0000001";
    static final String BOOTSTRAP_SECRET = "bootstrapsecretbootstrapsecretbootstraps";
    private static final String TRUST_KEY = Sealer.newKey();
    private static final String MASTER_KEY = Sealer.newKey();
    static final Sealer MASTER = Sealer.of(MASTER_KEY);
    static final Vouching VOUCHING = new Vouching(Sealer.of(TRUST_KEY), Clock.systemUTC());

    final ConfigurableApplicationContext context;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    Identity(String databaseUrl, String kafka, String... more) {
        var arguments = new java.util.ArrayList<>(java.util.List.of(
                "--server.port=0",
                "--spring.datasource.url=" + databaseUrl,
                "--mayfly.kafka=" + kafka,
                "--mayfly.trust-key=" + TRUST_KEY,
                "--mayfly.master-key=" + MASTER_KEY,
                "--mayfly.bootstrap.access-key-id=" + BOOTSTRAP_KEY,
                "--mayfly.bootstrap.secret-access-key=" + BOOTSTRAP_SECRET));
        arguments.addAll(java.util.List.of(more));
        context = new SpringApplicationBuilder(IdentityApplication.class).run(arguments.toArray(String[]::new));
        port = ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    record Reply(int status, String contentType, String body) {
        /** The value of the first string member of that name. */
        String member(String name) {
            int start = body.indexOf("\"" + name + "\":\"") + name.length() + 4;
            return body.substring(start, body.indexOf('"', start));
        }
    }

    Reply call(String method, String path, String account, Role role, @Nullable String body) throws Exception {
        return send(method, path, voucher(account, role, null, "UNSIGNED-PAYLOAD"), body, "application/json");
    }

    static String voucher(String account, Role role, @Nullable String functionArn, String contentSha256) {
        return VOUCHING.issue(new Voucher(
                "api-gateway",
                account,
                "AKIACALLER0000000001",
                role,
                functionArn,
                UUID.randomUUID().toString(),
                "/",
                new Voucher.PayloadSignature(contentSha256, null, null, null, null),
                VOUCHING.expiry()));
    }

    Reply send(String method, String path, @Nullable String voucher, @Nullable String body, String contentType)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", contentType);
        if (voucher != null) {
            request.header(Voucher.HEADER, voucher);
        }
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(
                response.statusCode(),
                response.headers().firstValue("content-type").orElse(""),
                response.body());
    }

    @Override
    public void close() {
        context.close();
    }
}
