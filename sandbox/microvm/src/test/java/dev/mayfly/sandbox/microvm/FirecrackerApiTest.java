package dev.mayfly.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The requests that Firecracker gets, recorded by a stand-in: no machine with KVM was at hand. */
@Timeout(30)
class FirecrackerApiTest {
    private record Request(String line, JsonNode body) {}

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile String status = "204 No Content";

    @SuppressWarnings("NullAway.Init")
    private ServerSocketChannel listener;

    @SuppressWarnings("NullAway.Init")
    private FirecrackerApi api;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @BeforeEach
    void open() throws IOException {
        Path socket = folder.resolve("api.sock");
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        api = new FirecrackerApi(socket);
        Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    private void serve() {
        try {
            while (true) {
                try (SocketChannel channel = listener.accept()) {
                    requests.add(read(channel));
                    channel.write(ByteBuffer.wrap(("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII)));
                }
            }
        } catch (ClosedChannelException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Request read(SocketChannel channel) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
        String line = reader.readLine();
        int length = 0;
        for (String header = reader.readLine(); header != null && !header.isEmpty(); header = reader.readLine()) {
            if (header.startsWith("Content-Length: ")) {
                length = Integer.parseInt(header.substring("Content-Length: ".length()));
            }
        }
        char[] body = new char[length];
        for (int at = 0; at < length; ) {
            at += reader.read(body, at, length - at);
        }
        return new Request(line, JsonMapper.shared().readTree(new String(body)));
    }

    private List<String> lines() {
        return requests.stream().map(Request::line).toList();
    }

    @Test
    void bootsAMachineWithReadOnlyDisksAndNoNetwork() throws Exception {
        api.boot(2, 1152);
        assertThat(lines())
                .containsExactly(
                        "PUT /machine-config HTTP/1.1",
                        "PUT /boot-source HTTP/1.1",
                        "PUT /drives/root HTTP/1.1",
                        "PUT /drives/code HTTP/1.1",
                        "PUT /vsock HTTP/1.1",
                        "PUT /actions HTTP/1.1");
        assertThat(requests.get(0).body())
                .isEqualTo(JsonMapper.shared().valueToTree(Map.of("vcpu_count", 2, "mem_size_mib", 1152)));
        assertThat(requests.get(2).body().get("is_read_only").asBoolean()).isTrue();
        assertThat(requests.get(3).body().get("is_read_only").asBoolean()).isTrue();
        assertThat(requests.get(4).body().get("uds_path").asString()).isEqualTo("/port.sock");
        assertThat(requests.get(5).body().get("action_type").asString()).isEqualTo("InstanceStart");
    }

    @Test
    void loadsACopyFromFiles() throws Exception {
        api.load();
        assertThat(lines()).containsExactly("PUT /snapshot/load HTTP/1.1");
        JsonNode body = requests.getFirst().body();
        assertThat(body.get("snapshot_path").asString()).isEqualTo("/state");
        assertThat(body.get("mem_backend").get("backend_type").asString()).isEqualTo("File");
        assertThat(body.get("mem_backend").get("backend_path").asString()).isEqualTo("/memory");
        assertThat(body.get("resume_vm").asBoolean()).isTrue();
    }

    @Test
    void pausesBeforeItSaves() throws Exception {
        api.save();
        assertThat(lines()).containsExactly("PATCH /vm HTTP/1.1", "PUT /snapshot/create HTTP/1.1");
        assertThat(requests.get(0).body().get("state").asString()).isEqualTo("Paused");
        assertThat(requests.get(1).body().get("snapshot_type").asString()).isEqualTo("Full");
    }

    @Test
    void aRefusalIsAnError() {
        status = "400 Bad Request";
        assertThatThrownBy(() -> api.load())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/snapshot/load")
                .hasMessageContaining("400");
    }

    @Test
    void thePortIsAskedForUntilTheAgentListens() throws Exception {
        Path socket = folder.resolve("port.sock");
        assertThat(FirecrackerMachine.connect(socket)).isNull();
        try (ServerSocketChannel vsock = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            vsock.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().start(() -> {
                try (SocketChannel refused = vsock.accept()) {
                    refused.read(ByteBuffer.allocate(100));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(FirecrackerMachine.connect(socket)).isNull();
            Thread.ofVirtual().start(() -> {
                try {
                    SocketChannel accepted = vsock.accept();
                    ByteBuffer asked = ByteBuffer.allocate(100);
                    accepted.read(asked);
                    boolean right = new String(asked.array(), 0, asked.position(), StandardCharsets.US_ASCII)
                            .equals("CONNECT 1024\n");
                    accepted.write(
                            ByteBuffer.wrap((right ? "OK 1073741824\n" : "no\n").getBytes(StandardCharsets.US_ASCII)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            SocketChannel port = FirecrackerMachine.connect(socket);
            assertThat(port).isNotNull();
            if (port != null) {
                port.close();
            }
        }
    }
}
