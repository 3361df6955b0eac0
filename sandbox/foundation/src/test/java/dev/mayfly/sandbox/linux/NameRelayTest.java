package dev.mayfly.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameRelayTest {
    @Test
    void theFirstServerOfTheMachineIsAsked(@TempDir Path folder) throws Exception {
        Path configuration = Files.writeString(
                folder.resolve("resolv.conf"),
                "# nameserver 192.0.2.1\nsearch example.org\nnameserver fe80::1%eth0\nnameserver  192.0.2.53\nnameserver 192.0.2.54\n");
        assertThat(NameRelay.machinesServer(configuration)).isEqualTo(new InetSocketAddress("192.0.2.53", 53));
    }

    @Test
    void aMachineMayHaveNone(@TempDir Path folder) throws Exception {
        assertThat(NameRelay.machinesServer(Files.createFile(folder.resolve("resolv.conf"))))
                .isNull();
        assertThat(NameRelay.machinesServer(folder.resolve("missing"))).isNull();
    }
}
