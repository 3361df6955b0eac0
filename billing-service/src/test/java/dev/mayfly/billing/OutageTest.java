package dev.mayfly.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.billing.ledger.Ledger;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class OutageTest {
    @Test
    void postgresMayComeLateAndGoAndComeBack() throws Exception {
        String url = TestPostgres.url("billing_outage");
        int real = URI.create(url.substring("jdbc:".length())).getPort();
        String account = Events.newAccount();
        try (var postgres = new Forwarder(real);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            String forwarded = url.replace(":" + real + "/", ":" + postgres.port() + "/");
            var starting = CompletableFuture.supplyAsync(
                    () -> RunningBilling.startOver(forwarded, TestKafka.bootstrapServers()), threads);
            var late = CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS, threads);
            CompletableFuture.runAsync(() -> assertThat(starting).isNotDone(), late)
                    .get();
            postgres.open();
            try (var billing = starting.get(60, TimeUnit.SECONDS)) {
                billing.publish(List.of(Events.invocation(account, Instant.now(), "f")));
                billing.awaitLines(account, 1);

                postgres.close();
                billing.publish(List.of(Events.invocation(account, Instant.now(), "f")));
                var refused = billing.get(account, Role.OWNER, "/v1/usage");
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.body()).contains("Nothing is lost");
                assertThat(billing.getWithoutVoucher("/actuator/health/readiness")
                                .statusCode())
                        .isEqualTo(503);

                postgres.open();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .ignoreExceptions()
                        .untilAsserted(
                                () -> assertThat(billing.linesOf(account)).isEqualTo(2));
                assertThat(billing.get(account, Role.OWNER, "/v1/usage").statusCode())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void withoutKafkaUsageIsStillReadAndItsAgeIsTold() {
        String account = Events.newAccount();
        try (var billing = RunningBilling.startOver(TestPostgres.url("billing_no_kafka"), "127.0.0.1:1")) {
            billing.bean(Ledger.class).append(List.of(Events.invocation(account, Instant.now(), "f")));
            var report = billing.json(account, "/v1/usage");
            assertThat(report.get("rows").size()).isEqualTo(2);
            assertThat(report.get("lag").isNull()).isTrue();
            assertThat(report.get("asOf").isNull()).isTrue();
            assertThat(billing.getWithoutVoucher("/actuator/health").statusCode())
                    .isEqualTo(503);
            assertThat(billing.getWithoutVoucher("/actuator/health/readiness").statusCode())
                    .isEqualTo(200);
        }
    }
}
