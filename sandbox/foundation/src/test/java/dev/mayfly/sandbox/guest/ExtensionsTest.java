package dev.mayfly.sandbox.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Extensions API over HTTP, by extensions that do as documented and such that do not. */
class ExtensionsTest {
    private static final String UNKNOWN = "00000000-0000-0000-0000-000000000000";

    private final Extensions extensions = new Extensions(
            new Extensions.Function("hello", "7", "index.handler", "123456789012", Set.of("outer")),
            new Telemetry(null));
    private final HttpClient client = HttpClient.newHttpClient();
    private ServerSocketChannel listener;
    private ExtensionsDoor door;

    @BeforeEach
    void open() throws Exception {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        door = new ExtensionsDoor(listener, extensions);
    }

    @AfterEach
    void close() {
        extensions.close();
        door.close();
        client.close();
    }

    private java.net.http.HttpRequest.Builder request(String path, String... headers) throws Exception {
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        var request = java.net.http.HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        return client.send(
                request(path, headers).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> register(String name, String body) throws Exception {
        return post("/2020-01-01/extension/register", body, "Lambda-Extension-Name", name);
    }

    private HttpResponse<String> next(String id) throws Exception {
        return client.send(
                request("/2020-01-01/extension/event/next", "Lambda-Extension-Identifier", id)
                        .build(),
                BodyHandlers.ofString());
    }

    private static String id(HttpResponse<String> registered) {
        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(200);
        return registered.headers().firstValue("Lambda-Extension-Identifier").orElseThrow();
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void eventsAsDocumented() throws Exception {
        HttpResponse<String> registered = post(
                "/2020-01-01/extension/register",
                "{\"events\":[\"INVOKE\",\"SHUTDOWN\"]}",
                "Lambda-Extension-Name",
                "outer",
                "Lambda-Extension-Accept-Feature",
                "accountId");
        assertThat(registered.body())
                .isEqualTo("{\"functionName\":\"hello\",\"functionVersion\":\"7\",\"handler\":\"index.handler\","
                        + "\"accountId\":\"123456789012\"}");
        extensions.invoke(
                new InvocationRequest("id-1", new byte[0], Duration.ofSeconds(3), "arn:x", "Root=1-2-3", null), 1234);
        HttpResponse<String> event = next(id(registered));
        assertThat(json(event.body()))
                .isEqualTo(json("{\"eventType\":\"INVOKE\",\"deadlineMs\":1234,\"requestId\":\"id-1\","
                        + "\"invokedFunctionArn\":\"arn:x\",\"tracing\":{\"type\":\"X-Amzn-Trace-Id\","
                        + "\"value\":\"Root=1-2-3\"}}"));
        assertThat(event.headers().firstValue("Lambda-Extension-Event-Identifier"))
                .isPresent();
        extensions.shutDown(Extensions.Reason.SPINDOWN, 99);
        assertThat(next(id(registered)).body())
                .isEqualTo("{\"eventType\":\"SHUTDOWN\",\"shutdownReason\":\"spindown\",\"deadlineMs\":99}");
    }

    @Test
    void registrationEndsWithTheInit() throws Exception {
        String id = id(register("outer", "{\"events\":[]}"));
        client.sendAsync(
                request("/2020-01-01/extension/event/next", "Lambda-Extension-Identifier", id)
                        .build(),
                BodyHandlers.ofString());
        assertThat(extensions.awaitInit()).isEqualTo(new GuestLink.InitOutcome.Ready());
        assertThat(register("inner", "{}").body()).contains("Extension.RegistrationClosed");
        HttpResponse<String> telemetry = client.send(
                request("/2022-07-01/telemetry", "Lambda-Extension-Identifier", id)
                        .PUT(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(telemetry.statusCode()).isEqualTo(202);
        assertThat(telemetry.body()).contains("Telemetry.NotSupported");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x | {\"events\":[\"PARTY\"]} | Extension.InvalidEventType",
                "x | {\"events\":[7]} | Extension.InvalidEventType",
                "x | {\"events\":[\"SHUTDOWN\"]} | Extension.InvalidEventType",
                "x | {\"events\":7} | InvalidRequestFormat",
                "x | [] | InvalidRequestFormat",
                "x | { | InvalidRequestFormat"
            })
    void badRegistrations(String name, String body, String type) throws Exception {
        HttpResponse<String> refused = register(name, body);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains(type);
    }

    @Test
    void badIdentifiersAndFailures() throws Exception {
        assertThat(post("/2020-01-01/extension/register", "{}").body()).contains("Extension.InvalidExtensionName");
        assertThat(next("nonsense").body()).contains("Extension.InvalidExtensionIdentifier");
        assertThat(next(UNKNOWN).body()).contains("Extension.UnknownExtensionIdentifier");
        assertThat(post("/2020-01-01/extension/init/error", "{}").body())
                .contains("Extension.MissingExtensionIdentifier");
        String id = id(register("outer", "{}"));
        assertThat(register("outer", "{}").body()).contains("Extension.InvalidExtensionState");
        assertThat(post("/2020-01-01/extension/exit/error", "{}", "Lambda-Extension-Identifier", id)
                        .body())
                .contains("Extension.MissingHeader");
        assertThat(post(
                                "/2020-01-01/extension/exit/error",
                                "{}",
                                "Lambda-Extension-Identifier",
                                id,
                                "Lambda-Extension-Function-Error-Type",
                                "Extension.Own")
                        .statusCode())
                .isEqualTo(202);
        assertThat(extensions.failure()).isNotNull();
        assertThat(post("/2018-06-01/runtime/init/error", "{}").statusCode()).isEqualTo(404);
    }
}
