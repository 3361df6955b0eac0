package dev.mayfly.objects.testing;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Voucher.PayloadSignature;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.objects.ObjectStoreApplication;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The service itself, over real PostgreSQL and Kafka, once for all tests of this JVM. Vouchers are issued here. */
public final class RunningStore {
    public static final String ALICE = "111111111111";
    public static final String BOB = "222222222222";

    private static final RunningStore INSTANCE = new RunningStore();

    private final Sealer sealer;
    private final Vouching vouching;
    private final HttpClient http = HttpClient.newHttpClient();
    private final FakeRegistry registry = new FakeRegistry();
    private final ConfigurableApplicationContext context;
    private final Path data;

    private RunningStore() {
        String key = Sealer.newKey();
        this.sealer = Sealer.of(key);
        this.vouching = new Vouching(sealer, Clock.systemUTC());
        try {
            this.data = Files.createTempDirectory("mayfly-objects");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.context = new SpringApplication(ObjectStoreApplication.class)
                .run(
                        "--server.port=0",
                        "--mayfly.trust-key=" + key,
                        "--mayfly.kafka=" + TestKafka.bootstrapServers(),
                        "--mayfly.data=" + data,
                        "--mayfly.services.registry=http://127.0.0.1:" + registry.port(),
                        "--mayfly.objects.ship-interval=100ms",
                        "--mayfly.objects.sweep-interval=1h",
                        "--mayfly.objects.master-key=" + Sealer.newKey(),
                        "--mayfly.objects.scrub-rate=0B",
                        "--spring.datasource.url=" + TestPostgres.url("objects"),
                        "--spring.datasource.username=objects",
                        "--spring.datasource.password=objects",
                        "--logging.level.org.apache.kafka=warn",
                        "--logging.level.kafka=warn");
        Runtime.getRuntime().addShutdownHook(new Thread(context::close));
    }

    public static RunningStore get() {
        return INSTANCE;
    }

    public int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    public FakeRegistry registry() {
        return registry;
    }

    /** What seals vouchers and session tokens. */
    public Sealer sealer() {
        return sealer;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public JdbcClient jdbc() {
        return bean(JdbcClient.class);
    }

    /** The folder with blobs and journal. */
    public Path data() {
        return data;
    }

    public String voucher(String account, Role role, String target, PayloadSignature payload) {
        return voucher(account, role, null, target, payload);
    }

    private String voucher(
            String account, Role role, @Nullable String function, String target, PayloadSignature payload) {
        return vouching.issue(new Voucher(
                "test",
                account,
                account.equals(Voucher.ANONYMOUS) ? Voucher.ANONYMOUS : "AKIATEST",
                role,
                function,
                UUID.randomUUID().toString(),
                target,
                payload,
                vouching.expiry()));
    }

    public static PayloadSignature unsigned() {
        return new PayloadSignature("UNSIGNED-PAYLOAD", null, null, null, null);
    }

    /** A request as its account's owner, unsigned payload. */
    public Call call(String method, String target) {
        return new Call(method, target);
    }

    public Call get(String target) {
        return call("GET", target);
    }

    public Call put(String target, byte[] body) {
        return call("PUT", target).body(body);
    }

    public Call put(String target, String body) {
        return put(target, body.getBytes(StandardCharsets.UTF_8));
    }

    /** A browser's request to the site of a bucket, as the gateway hands it on. */
    public Call browse(String method, String bucket, String path) {
        return new Call(method, "/site", "/" + bucket + path).as("anonymous", Role.INVOKER);
    }

    /** Makes a bucket of a name that no other test has. */
    public String bucket(String account) {
        String name = "b-" + UUID.randomUUID();
        call("PUT", "/" + name).as(account).send().expect(200);
        return name;
    }

    public String bucket() {
        return bucket(ALICE);
    }

    /** Asks for a verification of all blobs. */
    public Answer verify(String account) {
        return new Call("POST", "/v1/objects/verify", "/v1/objects/verify")
                .as(account)
                .send();
    }

    /** A request in the making. */
    public final class Call {
        private final String target;
        private final HttpRequest.Builder request;
        private final String method;
        private String account = ALICE;
        private Role role = Role.OWNER;
        private @Nullable String function;
        private PayloadSignature payload = unsigned();
        private byte[] body = new byte[0];

        private Call(String method, String target) {
            this(method, "/s3", target);
        }

        private Call(String method, String path, String target) {
            this.method = method;
            this.target = target;
            this.request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
        }

        public Call as(String other) {
            this.account = other;
            return this;
        }

        public Call as(String other, Role otherRole) {
            this.role = otherRole;
            return as(other);
        }

        /** Without a signature. */
        public Call asNobody() {
            return as(Voucher.ANONYMOUS, Role.INVOKER);
        }

        /** With the temporary credentials of a function. */
        public Call asFunction(String other, String arn) {
            this.function = arn;
            return as(other, Role.DEPLOYER);
        }

        public Call header(String name, String value) {
            request.header(name, value);
            return this;
        }

        public Call body(byte[] bytes) {
            this.body = bytes;
            return this;
        }

        public Call body(String text) {
            return body(text.getBytes(StandardCharsets.UTF_8));
        }

        public Call signed(PayloadSignature signature) {
            this.payload = signature;
            return this;
        }

        @Override
        public String toString() {
            return method + " " + target;
        }

        public Answer send() {
            request.header(Voucher.HEADER, voucher(account, role, function, target, payload));
            request.method(method, HttpRequest.BodyPublishers.ofByteArray(body));
            try {
                return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** What came back. */
    public record Answer(HttpResponse<byte[]> response) {
        public int status() {
            return response.statusCode();
        }

        public byte[] bytes() {
            return response.body();
        }

        public String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        public Answer expect(int status) {
            if (status() != status) {
                throw new AssertionError("Expected " + status + ", got " + status() + ": " + text());
            }
            return this;
        }

        public Answer expect(int status, String code) {
            expect(status);
            if (!text().contains("<Code>" + code + "</Code>")) {
                throw new AssertionError("Expected " + code + ", got " + text());
            }
            return this;
        }

        /** The text of the first element of that name. */
        public String element(String name) {
            String text = text();
            int start = text.indexOf("<" + name + ">");
            return start < 0 ? "" : text.substring(start + name.length() + 2, text.indexOf("</" + name + ">", start));
        }

        /** The texts of all elements of that name, in order. */
        public java.util.List<String> elements(String name) {
            var found = new java.util.ArrayList<String>();
            var matcher = java.util.regex.Pattern.compile("<" + name + ">([^<]*)</" + name + ">")
                    .matcher(text());
            while (matcher.find()) {
                found.add(matcher.group(1));
            }
            return found;
        }
    }
}
