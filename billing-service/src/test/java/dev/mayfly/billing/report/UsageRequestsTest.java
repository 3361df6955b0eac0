package dev.mayfly.billing.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.billing.Events;
import dev.mayfly.billing.RunningBilling;
import dev.mayfly.billing.ledger.Ledger;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageRequestsTest {
    private static RunningBilling billing;

    @BeforeAll
    static void start() {
        billing = RunningBilling.start("billing_requests", List.of("--mayfly.billing.max-groups=50"));
    }

    @AfterAll
    static void stop() {
        billing.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/usage?from=yesterday                       | 400 | 2026-11-01T12:00:00Z
            /v1/usage?from=2026-02-30                      | 400 | no point in time
            /v1/usage?from=2026-01-01T00:00:00+02:00       | 400 | %2B
            /v1/usage?from=2025-02-01&to=2025-01-01        | 400 | must be before
            /v1/usage?from=2025-01-01&to=2025-01-01        | 400 | must be before
            /v1/usage?to=2020-01-01                        | 400 | start of this month unless you give it
            /v1/usage?from=0001-01-01                      | 400 | between
            /v1/usage?from=2001-01-01&to=2020-01-01        | 400 | At most 1830 days
            /v1/usage?from=2024-01-01&to=2024-12-01&groupBy=hour | 400 | group by day
            /v1/usage?groupBy=colour                       | 400 | resource, meter, tier
            /v1/usage?groupBy=                             | 200 | rows
            /v1/usage?groupBy=meter,meter                  | 400 | twice
            /v1/usage?groupBy=meter,                       | 400 | cannot be grouped by
            /v1/usage?group=meter                          | 400 | There is no parameter
            /v1/usage?from=2025-01&from=2025-02            | 400 | more than once
            /v1/usage?limit=0                              | 400 | between 1 and 10000
            /v1/usage?limit=many                           | 400 | between 1 and 10000
            /v1/usage?nextToken=%25%25                     | 400 | first page
            /v1/usage?nextToken=e30                        | 400 | first page
            /v1/usage?format=xml                           | 400 | neither json nor csv
            /v1/usage/lines?limit=1001                     | 400 | between 1 and 1000
            /v1/usage/lines?after=nothing                  | 400 | eventId
            /v1/invoices                                   | 404 | There is GET /v1/usage
            """)
    void whatCannotBeAnsweredSaysWhatToDo(String target, int status, String words) {
        var answer = billing.get(Events.newAccount(), Role.OWNER, target, "Accept", "text/csv, application/json");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (status != 200) {
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            var problem = Json.mapper().readTree(answer.body());
            assertThat(problem.get("detail").asString()).contains(words);
            assertThat(problem.get("status").asInt()).isEqualTo(status);
            assertThat(problem.get("requestId").asString()).isNotBlank();
        }
    }

    @Test
    void aReportThatIsTooWideIsRefused() {
        String account = Events.newAccount();
        Instant from = Instant.parse("2025-01-01T00:00:00Z");
        for (int i = 0; i < 60; i++) {
            billing.bean(Ledger.class).append(List.of(Events.invocation(account, from, "f" + i)));
        }
        var answer = billing.get(account, Role.OWNER, "/v1/usage?from=2025-01&to=2025-02");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("more than 50 groups");
        // One row, but made of more groups than may be read: refused, never cut short.
        String other = Events.newAccount();
        for (int i = 0; i < 60; i++) {
            billing.bean(Ledger.class).append(List.of(Events.change(other, from, "b" + i, 1)));
        }
        assertThat(billing.get(other, Role.OWNER, "/v1/usage?from=2025-01&to=2025-02")
                        .statusCode())
                .isEqualTo(400);
        assertThat(billing.json(account, "/v1/usage?from=2025-01&to=2025-02&groupBy=meter")
                        .at("/rows/1/quantity")
                        .asString())
                .isEqualTo("60");
    }

    @Test
    void csvIsChosenByAcceptOrFormatAndHoldsNoFormulas() {
        String account = Events.newAccount();
        Instant time = Instant.parse("2025-01-01T00:00:00Z");
        billing.bean(Ledger.class)
                .append(List.of(
                        Events.invocation(account, time, "=HYPERLINK(\"http://x\",\"y\")"),
                        Events.request(account, time, "-", "ListBuckets", RequestClass.A, 0, 200)));
        String target = "/v1/usage?from=2025-01&to=2025-02&groupBy=resource,meter,tier";
        String expected = "resource,meter,tier,quantity,unit,unitPrice,cost,currency\r\n"
                + "'-,object-requests-class-a,,1,request,0.000005,0.000005,USD\r\n"
                + "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",function-compute,container,0.000625,GB-second,"
                + "0.0000166667,0.0000000104166875,USD\r\n"
                + "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",function-requests,container,1,request,"
                + "0.0000002,0.0000002,USD\r\n";
        for (var answer : List.of(
                billing.get(account, Role.OWNER, target, "Accept", "text/csv"),
                billing.get(account, Role.OWNER, target, "Accept", "application/json;q=0.5, text/*"),
                billing.get(account, Role.OWNER, target + "&format=csv", "Accept", "application/json"))) {
            assertThat(answer.body()).isEqualTo(expected);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/csv;charset=UTF-8");
        }
        for (String accept : List.of("*/*", "application/json", "text/html, */*;q=0.1")) {
            assertThat(billing.get(account, Role.OWNER, target, "Accept", accept)
                            .body())
                    .startsWith("{");
        }
        assertThat(billing.get(account, Role.OWNER, target, "Accept", "image/png")
                        .statusCode())
                .isEqualTo(406);
        var page = billing.get(account, Role.OWNER, target + "&format=csv&limit=1");
        assertThat(page.body().lines()).hasSize(2);
        assertThat(page.headers().firstValue(UsageController.NEXT_TOKEN)).isPresent();
    }

    @Test
    void pricesAreExactText() {
        var prices = billing.json(Events.newAccount(), "/v1/prices");
        assertThat(prices.get("currency").asString()).isEqualTo("USD");
        assertThat(prices.get("meters").toString())
                .contains("{\"meter\":\"function-requests\",\"unit\":\"request\",\"unitPrice\":\"0.0000002\"}")
                .contains("\"tiers\":{\"container\":\"0.0000166667\",\"gvisor\":\"0.00001833337\","
                        + "\"microvm\":\"0.000020833375\",\"wasm\":\"0.00000833335\"}");
    }
}
