package dev.mayfly.invoker.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Vouching;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RegistryClientTest {
    @Test
    void whatIsAskedForInVainAgainAndAgainIsNotAskedForUntilAMomentLaterOrUntilItIsHeardOf() throws Exception {
        var asked = new AtomicInteger();
        var now = new AtomicLong();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        var registry = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        var vouching = new Vouching(Sealer.of(Sealer.newKey()), Clock.systemUTC());
        try (var client = new RegistryClient(registry, vouching, now::get)) {
            for (int i = 0; i < 50; i++) {
                assertThat(client.version("000000000000", "nobody", "7")).isEmpty();
                assertThat(client.rules("000000000000", "nobody")).isEmpty();
            }
            assertThat(asked).hasValue(10);
            client.heardOf("000000000000:nobody:7");
            assertThat(client.version("000000000000", "nobody", "7")).isEmpty();
            assertThat(asked).hasValue(11);
            now.addAndGet(Duration.ofSeconds(1).toNanos());
            assertThat(client.rules("000000000000", "nobody")).isEmpty();
            assertThat(asked).hasValue(12);
        } finally {
            server.stop(0);
        }
    }
}
