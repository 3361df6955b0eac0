package dev.mayfly.objects.testing;

import static org.awaitility.Awaitility.await;

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
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The service itself, over real PostgreSQL and Kafka, once for all tests of this JVM. Vouchers are issued here. */
public final class RunningStore {
    public static final String ALICE = "111111111111";
    public static final String BOB = "222222222222";

    private static final RunningStore INSTANCE = shared();

    private final String key;
    private final Sealer sealer;
    private final Vouching vouching;
    private final HttpClient http = HttpClient.newHttpClient();
    private final FakeRegistry registry = new FakeRegistry();
    private final Path data;
    private final String database;
    private @Nullable ConfigurableApplicationContext context;
    private int port;

    private RunningStore(Path data, String database) {
        this.key = Sealer.newKey();
        this.sealer = Sealer.of(key);
        this.vouching = new Vouching(sealer, Clock.systemUTC());
        this.data = data;
        this.database = database;
    }

    private static RunningStore shared() {
        try {
            var store = new RunningStore(Files.createTempDirectory("mayfly-objects"), TestPostgres.url("objects"));
            store.start("--mayfly.objects.ship-interval=100ms");
            Runtime.getRuntime().addShutdownHook(new Thread(store::stop));
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static RunningStore get() {
        return INSTANCE;
    }

    /**
     * One that nobody shares, not started yet.
     *
     * @param database JDBC URL, user and password included
     */
    public static RunningStore ofItsOwn(Path data, String database) {
        return new RunningStore(data, database);
    }

    /** Starts the service in this process. */
    public void start(String... settings) {
        var started = new SpringApplication(ObjectStoreApplication.class).run(arguments(0, settings));
        context = started;
        port = Integer.parseInt(started.getEnvironment().getRequiredProperty("local.server.port"));
    }

    /** Starts the service as a process that may be killed; it answers when this returns. */
    public Process startProcess(Path log, String... settings) throws IOException {
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                ObjectStoreApplication.class.getName()));
        command.addAll(List.of(arguments(port, settings)));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await().atMost(Duration.ofMinutes(2)).until(() -> !process.isAlive() || listens());
        if (!process.isAlive()) {
            throw new IllegalStateException("The service did not start: " + Files.readString(log));
        }
        return process;
    }

    private boolean listens() {
        try (var socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    public void stop() {
        ConfigurableApplicationContext running = context;
        if (running != null) {
            running.close();
        }
    }

    private String[] arguments(int listen, String... settings) {
        var arguments = new ArrayList<>(List.of(
                "--server.port=" + listen,
                "--mayfly.trust-key=" + key,
                "--mayfly.kafka=" + TestKafka.bootstrapServers(),
                "--mayfly.data=" + data,
                "--mayfly.services.registry=http://127.0.0.1:" + registry.port(),
                "--mayfly.objects.sweep-interval=1h",
                "--mayfly.objects.master-key=" + key,
                "--mayfly.objects.scrub-rate=0B",
                "--spring.datasource.url=" + database,
                "--logging.level.org.apache.kafka=warn",
                "--logging.level.kafka=warn"));
        arguments.addAll(List.of(settings));
        return arguments.toArray(String[]::new);
    }

    public String masterKey() {
        return key;
    }

    public int port() {
        return port;
    }

    public FakeRegistry registry() {
        return registry;
    }

    /** What seals vouchers and session tokens. */
    public Sealer sealer() {
        return sealer;
    }

    public <T> T bean(Class<T> type) {
        return Objects.requireNonNull(context).getBean(type);
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

    /** A request of Mayfly's own API. @param query with its question mark, or empty */
    public Call api(String method, String path, String query) {
        return new Call(method, path + query, path + query);
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
        public List<String> elements(String name) {
            var found = new ArrayList<String>();
            var matcher = java.util.regex.Pattern.compile("<" + name + ">([^<]*)</" + name + ">")
                    .matcher(text());
            while (matcher.find()) {
                found.add(matcher.group(1));
            }
            return found;
        }
    }
}
