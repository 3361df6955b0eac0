package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.wasm.engine.wasi.KeyValue;
import dev.mayfly.sandbox.wasm.engine.wasi.SharedRequest;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one invocation's guest is told when it asks: only ever of its own function's account. */
final class HostAnswers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HostAnswers.class);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** A guest whose time is up before its answer comes has timed out; it must not hear of a failure just before. */
    private static final Duration PAST_THE_DEADLINE = Duration.ofMillis(100);

    private final KeyValueStores keyValue;
    private final SandboxSpec spec;
    private final long deadline;
    private @Nullable SharedFiles files;

    HostAnswers(KeyValueStores keyValue, SandboxSpec spec, Duration timeout) {
        this.keyValue = keyValue;
        this.spec = spec;
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    byte[] answer(byte[] request) throws IOException, InterruptedException {
        if (request.length > 0 && request[0] >= SharedRequest.FIRST) {
            return files().answer(request);
        }
        String account = spec.accountId();
        if (account == null) {
            return new byte[] {KeyValue.ACCESS_DENIED};
        }
        Duration left =
                Duration.ofNanos(Math.max(0, deadline - System.nanoTime())).plus(PAST_THE_DEADLINE);
        Duration within = left.compareTo(LONGEST) > 0 ? LONGEST : left;
        try {
            return keyValue.ask(account, request, within);
        } catch (IOException e) {
            log.warn("A guest of {} was not answered: {}", account, e.toString());
            return new byte[] {KeyValue.UNAVAILABLE};
        }
    }

    private SharedFiles files() throws IOException {
        SharedFiles opened = files;
        if (opened == null) {
            if (spec.volumes().isEmpty()) {
                throw new IOException("The engine asked for a volume where there is none");
            }
            opened = new SharedFiles(spec.volumes().getFirst());
            files = opened;
        }
        return opened;
    }

    @Override
    public void close() throws IOException {
        if (files != null) {
            files.close();
        }
    }
}
