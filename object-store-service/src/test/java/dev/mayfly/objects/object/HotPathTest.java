package dev.mayfly.objects.object;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.mayfly.objects.testing.RunningStore;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/** Each statement is a round trip: what an owner does all day has no more than it needs. */
class HotPathTest {
    private static final String STATEMENT = "Executing prepared SQL statement [";
    private static final String REQUESTS = "tomcat-handler";

    private final RunningStore store = RunningStore.get();
    private final Logger jdbc = (Logger) LoggerFactory.getLogger(JdbcTemplate.class);
    private final Queue<String> statements = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> recorder = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getThreadName().startsWith(REQUESTS)
                    && event.getFormattedMessage().startsWith(STATEMENT)) {
                statements.add(event.getFormattedMessage());
            }
        }
    };

    @BeforeEach
    void listen() {
        jdbc.setLevel(Level.DEBUG);
        jdbc.setAdditive(false);
        recorder.setContext(jdbc.getLoggerContext());
        recorder.start();
        jdbc.addAppender(recorder);
    }

    @AfterEach
    void stop() {
        jdbc.detachAppender(recorder);
        jdbc.setAdditive(true);
        jdbc.setLevel(null);
    }

    private List<String> during(Supplier<RunningStore.Answer> request) {
        statements.clear();
        request.get().expect(200);
        return List.copyOf(statements);
    }

    @Test
    void anOwnersRequestsAreOneLookAtTheBucketAndOneStatement() {
        String bucket = store.bucket();
        String small = "/" + bucket + "/small";
        String large = "/" + bucket + "/large";
        for (String key : List.of(small, large)) {
            byte[] bytes = new byte[key.equals(small) ? 4096 : 100_000];
            assertThat(during(() -> store.put(key, bytes).send()))
                    .as("put " + key)
                    .hasSize(2);
            assertThat(during(() -> store.put(key, bytes).send()))
                    .as("put again " + key)
                    .hasSize(2);
            assertThat(during(() -> store.get(key).send())).as("get " + key).hasSize(2);
            assertThat(during(() -> store.call("HEAD", key).send()))
                    .as("head " + key)
                    .hasSize(2);
        }
    }
}
