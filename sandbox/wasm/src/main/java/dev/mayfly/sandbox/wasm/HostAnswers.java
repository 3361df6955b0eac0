package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.wasm.engine.wasi.KeyValue;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one invocation's guest is told when it asks: only ever of its own function's account. */
final class HostAnswers {
    private static final Logger log = LoggerFactory.getLogger(HostAnswers.class);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final KeyValueStores keyValue;
    private final SandboxSpec spec;
    private final long deadline;

    HostAnswers(KeyValueStores keyValue, SandboxSpec spec, Duration timeout) {
        this.keyValue = keyValue;
        this.spec = spec;
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    byte[] answer(byte[] request) throws InterruptedException {
        String account = spec.accountId();
        if (account == null) {
            return new byte[] {KeyValue.ACCESS_DENIED};
        }
        Duration left = Duration.ofNanos(deadline - System.nanoTime());
        Duration within = left.compareTo(LONGEST) > 0 ? LONGEST : left.compareTo(SHORTEST) < 0 ? SHORTEST : left;
        try {
            return keyValue.ask(account, request, within);
        } catch (IOException e) {
            log.warn("A guest of {} was not answered: {}", account, e.toString());
            return new byte[] {KeyValue.UNAVAILABLE};
        }
    }
}
