package dev.mayfly.sandbox.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long whom the shutdown phase waits for, with a guest that never ends by itself. */
class PhasesTest {
    private final List<String> done = new ArrayList<>();
    private final Extensions extensions = new Extensions(
            new Extensions.Function("hello", "7", "index.handler", null, Set.of("outer")), new Telemetry(null));
    private final Guest guest = (Guest) Proxy.newProxyInstance(
            Guest.class.getClassLoader(), new Class<?>[] {Guest.class}, (proxy, method, arguments) -> {
                done.add(arguments == null ? method.getName() : method.getName() + " " + Arrays.toString(arguments));
                return null;
            });
    private final Phases phases = new Phases(
            guest,
            extensions,
            new SandboxSpec(
                    "s",
                    new FunctionCode(Path.of("/nowhere"), "00", "nodejs22.x", "index.handler"),
                    Map.of(),
                    128,
                    512,
                    Duration.ofSeconds(10),
                    new InetSocketAddress("127.0.0.1", 1),
                    false,
                    line -> {}));

    /** Does at once what is to be done later, and says when that is. */
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            done.add("at " + unit.toMillis(delay));
            command.run();
            return super.schedule(() -> {}, 0, unit);
        }

        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> command, long delay, TimeUnit unit) {
            done.add("at " + unit.toMillis(delay));
            return super.schedule(command, 0, unit);
        }
    };

    @AfterEach
    void close() {
        extensions.close();
        timer.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({"inner, 500", "outer, 2000"})
    void internalExtensionsHaveHalfASecondAndExternalOnesTwo(String extension, long limit) throws Exception {
        extensions.guestRegisters(extension, List.of("INVOKE"));
        phases.end(Extensions.Reason.SPINDOWN, timer);
        assertThat(done)
                .containsExactly(
                        "terminate", "at 300", "at " + limit, "kill", "awaitExit [" + 2 * limit + ", MILLISECONDS]");
        assertThat(phases.beginEnd(Extensions.Reason.TIMEOUT)).isEqualTo(limit);
    }

    @Test
    void withoutExtensionsThereIsNoShutdownPhase() throws Exception {
        phases.end(Extensions.Reason.SPINDOWN, timer);
        assertThat(phases.beginEnd(Extensions.Reason.TIMEOUT)).isZero();
        assertThat(done).isEmpty();
    }
}
