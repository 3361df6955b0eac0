package dev.mayfly.sandbox.microvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Firecracker's API: one HTTP request on a unix socket for each step. */
final class FirecrackerApi {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String KERNEL_ARGUMENTS = "reboot=k panic=-1 pci=off quiet";
    private static final int GUEST = 3;

    private final Path socket;

    FirecrackerApi(Path socket) {
        this.socket = socket;
    }

    /** A new machine. */
    void boot(int processors, int megabytes) throws IOException {
        put("/machine-config", Map.of("vcpu_count", processors, "mem_size_mib", megabytes));
        put(
                "/boot-source",
                ordered("kernel_image_path", "/vmlinux", "initrd_path", "/initrd", "boot_args", KERNEL_ARGUMENTS));
        put("/drives/root", drive("root"));
        put("/drives/code", drive("code"));
        put("/vsock", ordered("guest_cid", GUEST, "uds_path", "/" + FirecrackerMachine.PORT));
        put("/actions", Map.of("action_type", "InstanceStart"));
    }

    /** A copy: its memory is mapped from the file, privately. */
    void load() throws IOException {
        put(
                "/snapshot/load",
                ordered(
                        "snapshot_path",
                        "/state",
                        "mem_backend",
                        ordered("backend_type", "File", "backend_path", "/memory"),
                        "resume_vm",
                        true));
    }

    /** Stops the machine and writes what a copy needs, into its root. */
    void save() throws IOException {
        request("PATCH", "/vm", Map.of("state", "Paused"));
        put(
                "/snapshot/create",
                ordered("snapshot_type", "Full", "snapshot_path", "/state.new", "mem_file_path", "/memory.new"));
    }

    private static Map<String, Object> drive(String name) {
        return ordered("drive_id", name, "path_on_host", "/" + name, "is_root_device", false, "is_read_only", true);
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private void put(String path, Map<String, ?> body) throws IOException {
        request("PUT", path, body);
    }

    private void request(String method, String path, Map<String, ?> body) throws IOException {
        byte[] json = JSON.writeValueAsBytes(body);
        String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + json.length + "\r\nConnection: close\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            for (ByteBuffer part :
                    List.of(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)), ByteBuffer.wrap(json))) {
                while (part.hasRemaining()) {
                    channel.write(part);
                }
            }
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            String status = reader.readLine();
            if (status == null || !status.startsWith("HTTP/1.1 2")) {
                StringBuilder rest = new StringBuilder();
                for (String line = reader.readLine(); line != null && !line.startsWith("{"); line = reader.readLine()) {
                    rest.append(line).append(' ');
                }
                throw new IOException("Firecracker refuses " + path + ": " + status + " " + rest);
            }
        }
    }
}
