package dev.mayfly.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BillingApplicationTest {
    private static RunningBilling billing;

    @BeforeAll
    static void start() {
        billing = RunningBilling.start("billing_app");
    }

    @AfterAll
    static void stop() {
        billing.close();
    }

    @Test
    void whatWasUsedIsReportedWithItsPrice() {
        String account = Events.newAccount();
        Instant time = Instant.now().minusSeconds(60);
        billing.publish(List.of(
                Events.invocation(account, time, "hello", Isolation.CONTAINER, 128, 8, Status.SUCCESS),
                Events.invocation(account, time, "hello", Isolation.CONTAINER, 128, 2, Status.FUNCTION_ERROR),
                Events.invocation(account, time, "hello", Isolation.CONTAINER, 128, 0, Status.PLATFORM_ERROR),
                Events.request(account, time, "photos", "PutObject", RequestClass.A, 0, 200)));
        billing.awaitLines(account, 4);

        var report = billing.json(account, "/v1/usage?from=" + time.minusSeconds(3600));

        assertThat(report.get("rows").toString())
                .isEqualTo("[{\"resource\":\"hello\",\"meter\":\"function-compute\",\"quantity\":\"0.00125\","
                        + "\"unit\":\"GB-second\",\"unitPrice\":\"0.0000166667\",\"cost\":\"0.000000020833375\"},"
                        + "{\"resource\":\"hello\",\"meter\":\"function-requests\",\"quantity\":\"2\","
                        + "\"unit\":\"request\",\"unitPrice\":\"0.0000002\",\"cost\":\"0.0000004\"},"
                        + "{\"resource\":\"photos\",\"meter\":\"object-requests-class-a\",\"quantity\":\"1\","
                        + "\"unit\":\"request\",\"unitPrice\":\"0.000005\",\"cost\":\"0.000005\"}]");
        assertThat(report.at("/totals/cost").asString()).isEqualTo("0.000005420833375");
        assertThat(report.get("currency").asString()).isEqualTo("USD");
    }

    @Test
    void eachTierHasItsPrice() {
        String account = Events.newAccount();
        Instant time = Instant.now().minusSeconds(60);
        billing.publish(Arrays.stream(Isolation.values())
                .map(tier -> Events.invocation(account, time, "hello", tier, 1024, 1000, Status.SUCCESS))
                .toList());
        billing.awaitLines(account, 4);

        var report = billing.json(account, "/v1/usage?groupBy=tier,meter&from=" + time.minusSeconds(3600));

        var compute = new TreeMap<String, String>();
        report.get("rows").forEach(row -> {
            if (row.get("meter").asString().equals("function-compute")) {
                assertThat(row.get("quantity").asString()).isEqualTo("1");
                compute.put(row.get("tier").asString(), row.get("cost").asString());
            }
        });
        assertThat(compute)
                .containsExactlyEntriesOf(new TreeMap<>(Map.of(
                        "wasm", "0.00000833335",
                        "container", "0.0000166667",
                        "gvisor", "0.00001833337",
                        "microvm", "0.000020833375")));
    }

    @Test
    void restoredStartsAreToldApartFromColdAndWarmOnes() {
        String account = Events.newAccount();
        Instant time = Instant.now().minusSeconds(60);
        billing.publish(Arrays.stream(Start.values())
                .map(start -> (UsageEvent)
                        Events.startedAs(start, start == Start.WARM ? 0 : 70, Events.invocation(account, time, "f")))
                .toList());
        billing.awaitLines(account, 3);

        var report = billing.json(account, "/v1/usage?groupBy=start&from=" + time.minusSeconds(3600));
        assertThat(report.get("rows").toString())
                .contains("\"start\":\"COLD\"", "\"start\":\"RESTORED\"", "\"start\":\"WARM\"");
        var lines = billing.json(account, "/v1/usage/lines?from=" + time.minusSeconds(3600));
        assertThat(lines.toString()).contains("\"initMillis\":70");
    }

    @Test
    void aReportSaysHowFreshItIs() {
        String account = Events.newAccount();
        Instant published = Instant.now();
        billing.publish(List.of(Events.invocation(account, published, "hello")));
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var report = billing.json(account, "/v1/usage");
            assertThat(Instant.parse(report.get("asOf").asString())).isAfter(published);
            assertThat(report.get("lag").asLong()).isZero();
        });
        assertThat(billing.linesOf(account)).isEqualTo(1);
    }

    @Test
    void healthAndMetricsAreOpenAndAllElseNeedsAVoucher() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                billing.getWithoutVoucher("/actuator/health").body())
                        .startsWith("{")
                        .contains("\"usageIngest\":{\"details\":{\"lag\":")
                        .contains("\"status\":\"UP\""));
        assertThat(billing.getWithoutVoucher("/actuator/health/readiness").statusCode())
                .isEqualTo(200);
        assertThat(billing.getWithoutVoucher("/actuator/prometheus").body())
                .contains("mayfly_billing_events_total{outcome=\"ingested\"}")
                .contains("mayfly_billing_events_total{outcome=\"duplicate\"}")
                .contains("mayfly_billing_events_total{outcome=\"dead\"}")
                .contains("mayfly_billing_lag");
        for (String target : List.of("/v1/usage", "/v1/prices", "/actuator/health/../../v1/prices", "/nothing")) {
            assertThat(billing.getWithoutVoucher(target).statusCode())
                    .as(target)
                    .isEqualTo(403);
        }
    }

    @Test
    void everyRoleButInvokerReadsUsage() {
        String account = Events.newAccount();
        for (Role role : Role.values()) {
            int expected = role == Role.INVOKER ? 403 : 200;
            assertThat(billing.get(account, role, "/v1/usage").statusCode()).isEqualTo(expected);
            assertThat(billing.get(account, role, "/v1/usage/lines").statusCode())
                    .isEqualTo(expected);
            assertThat(billing.get(account, role, "/v1/prices").statusCode()).isEqualTo(200);
        }
    }
}
