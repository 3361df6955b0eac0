package dev.mayfly.objects.post;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.identity.FormSignature;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.objects.MayflyProperties;
import dev.mayfly.objects.error.S3Exception;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Before an identity-service that knows one key, and counts. */
class SignatureChecksTest {
    private static final int AT_ONCE = 2;
    private static final String KNOWN = "AKIAKNOWN00000000000";

    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch allThere = new CountDownLatch(AT_ONCE);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final HttpServer identity = identity();
    private final SignatureChecks checks = new SignatureChecks(
            new MayflyProperties(
                    "",
                    "",
                    "us-east-1",
                    new MayflyProperties.Services(
                            URI.create(
                                    "http://127.0.0.1:" + identity.getAddress().getPort()),
                            URI.create("http://127.0.0.1:1")),
                    Path.of("unused")),
            new Vouching(Sealer.of(Sealer.newKey()), Clock.systemUTC()),
            AT_ONCE);

    private HttpServer identity() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/internal/access-keys/signatures", exchange -> {
                asked.incrementAndGet();
                String question = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                if (question.contains("\"held\"")) {
                    allThere.countDown();
                    await(goOn);
                }
                boolean known = question.contains(KNOWN);
                byte[] answer =
                        "{\"accountId\":\"111111111111\",\"role\":\"DEPLOYER\"}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(known ? 200 : 404, known ? answer.length : -1);
                if (known) {
                    exchange.getResponseBody().write(answer);
                }
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(4, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        identity.stop(0);
    }

    /** The code of the error, or whose key it is. */
    private String outcome(String key, String text) {
        try {
            FormSignature.Signer signer = checks.signer(new FormSignature(key, text, null, "x"), "r");
            assertThat(signer.role()).isEqualTo(Role.DEPLOYER);
            return signer.accountId();
        } catch (S3Exception e) {
            return e.error().code();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void unknownKeysAreAskedAboutOnce() {
        for (int i = 0; i < 3; i++) {
            assertThat(outcome("AKIAUNKNOWN000000000", "text")).isEqualTo("InvalidAccessKeyId");
        }
        assertThat(asked).hasValue(1);
        assertThat(outcome(KNOWN, "text")).isEqualTo("111111111111");
        assertThat(outcome(KNOWN, "text")).isEqualTo("111111111111");
        assertThat(asked).hasValue(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "AKIA",
                "AKIAKNOWN0000000000\u0000",
                "AKIAKNOWN0000000000\n",
                "AKIAKNOWN000000000é",
                "../AKIAKNOWN00000000"
            })
    void whatIsNoKeyIdIsNotAskedAbout(String key) {
        assertThat(outcome(key, "text")).isEqualTo("InvalidAccessKeyId");
        assertThat(outcome("A".repeat(129), "text")).isEqualTo("InvalidAccessKeyId");
        assertThat(asked).hasValue(0);
    }

    @Test
    void onlySoManyAreAskedAboutAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var held = new ArrayList<Future<String>>();
            for (int i = 0; i < AT_ONCE; i++) {
                held.add(threads.submit(() -> outcome(KNOWN, "held")));
            }
            await(allThere);
            assertThat(outcome(KNOWN, "text")).isEqualTo("SlowDown");
            goOn.countDown();
            for (Future<String> one : held) {
                assertThat(one.get()).isEqualTo("111111111111");
            }
            assertThat(outcome(KNOWN, "text")).isEqualTo("111111111111");
        }
    }
}
