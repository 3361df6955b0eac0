package dev.mayfly.billing.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.billing.Events;
import dev.mayfly.billing.RunningBilling;
import dev.mayfly.billing.ledger.Ledger;
import dev.mayfly.billing.rating.Meter;
import dev.mayfly.billing.rating.PriceList;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.Invocation;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import dev.mayfly.contracts.usage.UsageEvent.StorageChange;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class UsageReportsTest {
    private static final Instant FROM = Instant.parse("2025-01-10T07:30:00.000001Z");
    private static final Instant TO = Instant.parse("2025-03-03T12:00:00Z");
    private static RunningBilling billing;

    @BeforeAll
    static void start() {
        billing = RunningBilling.start("billing_reports");
    }

    @AfterAll
    static void stop() {
        billing.close();
    }

    private static void record(List<? extends UsageEvent> events) {
        billing.bean(Ledger.class).append(List.copyOf(events));
    }

    private static String query(Instant from, Instant to, String groupBy) {
        return "/v1/usage?from=" + from + "&to=" + to + "&groupBy=" + groupBy;
    }

    private static BigDecimal sum(JsonNode rows, String member) {
        BigDecimal sum = BigDecimal.ZERO;
        for (JsonNode row : rows) {
            sum = sum.add(new BigDecimal(row.get(member).asString()));
        }
        return sum;
    }

    /** Uses of every kind, in and around the interval. */
    private static List<UsageEvent> randomUse(String account, Random random, int count) {
        var events = new ArrayList<UsageEvent>();
        long span = Duration.between(FROM, TO).toMillis() * 1000;
        for (int i = 0; i < count; i++) {
            Instant time = FROM.plus((long) (random.nextDouble() * 1.4 * span - 0.2 * span), ChronoUnit.MICROS);
            String resource = "r" + random.nextInt(4);
            events.add(
                    switch (random.nextInt(3)) {
                        case 0 ->
                            Events.invocation(
                                    account,
                                    time,
                                    resource,
                                    Isolation.values()[random.nextInt(4)],
                                    1 + random.nextInt(10_240),
                                    random.nextInt(900_000),
                                    Status.values()[random.nextInt(4)]);
                        case 1 ->
                            Events.request(
                                    account,
                                    time,
                                    resource,
                                    random.nextBoolean() ? "GetObject" : "ListObjectsV2",
                                    RequestClass.values()[random.nextInt(3)],
                                    random.nextInt(100_000),
                                    List.of(200, 404, 500).get(random.nextInt(3)));
                        default -> Events.change(account, time, resource, random.nextLong(-(1L << 33), 1L << 34));
                    });
        }
        return events;
    }

    /** The cost without the ledger, event by event. */
    private static BigDecimal independentCost(List<UsageEvent> events, PriceList prices) {
        BigDecimal cost = BigDecimal.ZERO;
        BigDecimal byteMicros = BigDecimal.ZERO;
        for (UsageEvent event : events) {
            boolean within = !event.time().isBefore(FROM) && event.time().isBefore(TO);
            switch (event) {
                case Invocation i
                when within && i.status() != Status.PLATFORM_ERROR -> {
                    String tier = i.isolation().tagValue();
                    BigDecimal gbSeconds = BigDecimal.valueOf(i.memoryMb() * i.billedMillis())
                            .divide(BigDecimal.valueOf(1024L * 1000));
                    cost = cost.add(prices.unitPrice(Meter.FUNCTION_REQUESTS, tier))
                            .add(prices.unitPrice(Meter.FUNCTION_COMPUTE, tier).multiply(gbSeconds));
                }
                case ObjectRequest r
                when within && r.status() < 500 ->
                    cost = cost.add(
                            switch (r.requestClass()) {
                                case A -> new BigDecimal("0.000005");
                                case B -> new BigDecimal("0.0000004");
                                case FREE -> BigDecimal.ZERO;
                            });
                case StorageChange s
                when s.time().isBefore(TO) -> {
                    Instant since = s.time().isBefore(FROM) ? FROM : s.time();
                    byteMicros = byteMicros.add(BigDecimal.valueOf(s.bytes())
                            .multiply(BigDecimal.valueOf(ChronoUnit.MICROS.between(since, TO))));
                }
                default -> {}
            }
        }
        BigDecimal gbHours = byteMicros.divide(
                new BigDecimal("1073741824").multiply(new BigDecimal("3600000000")), 18, RoundingMode.HALF_EVEN);
        return cost.add(prices.unitPrice(Meter.OBJECT_STORAGE, null).multiply(gbHours));
    }

    @Test
    void everyGroupingAddsUpToTheSameExactTotal() {
        var random = new Random(42);
        for (int round = 0; round < 4; round++) {
            String account = Events.newAccount();
            var events = randomUse(account, random, 400);
            record(events);
            var expected = independentCost(events, billing.bean(PriceList.class));
            for (int i = 0; i < 12; i++) {
                var dimensions = new ArrayList<>(Arrays.asList(Dimension.values()));
                Collections.shuffle(dimensions, random);
                String groupBy = dimensions.subList(0, 1 + random.nextInt(dimensions.size())).stream()
                        .map(Dimension::id)
                        .collect(Collectors.joining(","));
                var report = billing.json(account, query(FROM, TO, groupBy) + "&limit=10000");
                while (report.has("nextToken")) {
                    // Sums need every row; hourly groups are more than a page.
                    report = withFollowing(account, report);
                }
                assertThat(new BigDecimal(report.at("/totals/cost").asString()))
                        .as(groupBy)
                        .isEqualByComparingTo(expected);
                assertThat(sum(report.get("rows"), "cost")).as(groupBy).isEqualByComparingTo(expected);
                assertThat(sum(report.at("/totals/meters"), "cost")).isEqualByComparingTo(expected);
            }
        }
    }

    private static JsonNode withFollowing(String account, JsonNode report) {
        var next = billing.json(
                account,
                "/v1/usage?limit=10000&nextToken=" + report.get("nextToken").asString());
        var rows = ((tools.jackson.databind.node.ArrayNode) report.get("rows")).deepCopy();
        next.get("rows").forEach(rows::add);
        return ((tools.jackson.databind.node.ObjectNode) next).set("rows", rows);
    }

    @Test
    void pagesTogetherAreTheWholeReport() {
        String account = Events.newAccount();
        record(randomUse(account, new Random(7), 300));
        String query = query(FROM, TO, "resource,meter,tier,day");
        var whole = billing.json(account, query + "&limit=10000");
        var page = billing.json(account, query + "&limit=37");
        assertThat(page.get("rows").size()).isEqualTo(37);
        while (page.has("nextToken")) {
            assertThat(page.get("totals")).isEqualTo(whole.get("totals"));
            var next = billing.json(
                    account,
                    "/v1/usage?limit=37&nextToken=" + page.get("nextToken").asString());
            assertThat(next.get("rows").size()).isLessThanOrEqualTo(37);
            var rows = ((tools.jackson.databind.node.ArrayNode) page.get("rows")).deepCopy();
            next.get("rows").forEach(rows::add);
            page = ((tools.jackson.databind.node.ObjectNode) next).set("rows", rows);
        }
        assertThat(page.get("rows")).isEqualTo(whole.get("rows"));
    }

    @Test
    void monthsEndAtMidnightUtcAndIntervalsAreHalfOpen() {
        String account = Events.newAccount();
        for (String time : List.of(
                "2024-02-29T23:59:59.999999Z",
                "2024-03-01T00:00:00Z",
                "2024-03-31T01:30:00Z",
                "2024-03-31T23:59:59.999999Z",
                "2024-04-01T00:00:00Z")) {
            record(List.of(Events.invocation(account, Instant.parse(time), "f")));
        }
        var march = billing.json(account, "/v1/usage?from=2024-03&to=2024-04&groupBy=meter");
        assertThat(march.at("/rows/1/quantity").asString()).isEqualTo("3");
        var months = billing.json(account, "/v1/usage?from=2024-02-01&to=2024-05-01&groupBy=month,meter");
        assertThat(months.get("rows")
                        .valueStream()
                        .filter(row -> row.get("meter").asString().equals("function-requests"))
                        .map(row -> row.get("month").asString() + "="
                                + row.get("quantity").asString()))
                .containsExactly("2024-02=1", "2024-03=3", "2024-04=1");
    }

    @Test
    void storageIsIntegratedFromTheBalanceBefore() {
        String account = Events.newAccount();
        long gb = 1L << 30;
        record(List.of(
                Events.change(account, Instant.parse("2023-12-25T00:00:00Z"), "b", 3 * gb),
                Events.change(account, Instant.parse("2024-01-01T12:00:00Z"), "b", -2 * gb),
                Events.change(account, Instant.parse("2024-01-03T00:00:00Z"), "b", -gb)));

        var days = billing.json(account, "/v1/usage?from=2024-01-01&to=2024-01-05&groupBy=day,meter");

        assertThat(days.get("rows").valueStream().map(row -> row.get("quantity").asString()))
                .containsExactly("48", "24");
        assertThat(days.at("/totals/meters/0/quantity").asString()).isEqualTo("72");
        assertThat(days.at("/totals/cost").asString()).isEqualTo("0.002268");
        var later = billing.json(account, "/v1/usage?from=2024-02&to=2024-03");
        assertThat(later.get("rows").size()).isZero();
    }

    @Test
    void storageIsNotChargedAheadOfTime() {
        String account = Events.newAccount();
        Instant now = Instant.now();
        record(List.of(Events.change(account, now.minus(1, ChronoUnit.HOURS), "b", 1L << 30)));
        var report =
                billing.json(account, query(now.minus(2, ChronoUnit.HOURS), now.plus(9, ChronoUnit.DAYS), "meter"));
        assertThat(new BigDecimal(report.at("/rows/0/quantity").asString()))
                .isBetween(new BigDecimal("1"), new BigDecimal("1.1"));
    }

    @Test
    void theSumOfLinesIsTheReport() {
        String account = Events.newAccount();
        var events = randomUse(account, new Random(3), 200).stream()
                .filter(event -> !(event instanceof StorageChange))
                .toList();
        record(events);
        BigDecimal cost = BigDecimal.ZERO;
        int lines = 0;
        String target = "/v1/usage/lines?from=" + FROM + "&to=" + TO + "&limit=50";
        var page = billing.json(account, target);
        while (true) {
            cost = cost.add(sum(page.get("lines"), "cost"));
            lines += page.get("lines").size();
            if (!page.has("after")) {
                break;
            }
            page = billing.json(account, target + "&after=" + page.get("after").asString());
        }
        assertThat(lines).isEqualTo((int) events.stream()
                .filter(event -> !event.time().isBefore(FROM) && event.time().isBefore(TO))
                .count());
        assertThat(cost)
                .isEqualByComparingTo(billing.json(account, query(FROM, TO, "resource,meter"))
                        .at("/totals/cost")
                        .asString());
    }

    @Test
    void anAccountSeesItsOwnUsageOnly() {
        String mine = Events.newAccount();
        String theirs = Events.newAccount();
        var foreign = Events.invocation(theirs, FROM.plusSeconds(1), "secret");
        record(List.of(foreign, Events.change(theirs, FROM, "secret", 1 << 30)));
        var report = billing.json(mine, query(FROM, TO, "resource,meter"));
        assertThat(report.get("rows").size()).isZero();
        assertThat(report.at("/totals/cost").asString()).isEqualTo("0");
        assertThat(billing.json(mine, "/v1/usage/lines?from=" + FROM + "&to=" + TO)
                        .toString())
                .doesNotContain("secret");
        assertThat(billing.get(
                                mine,
                                dev.mayfly.contracts.identity.Role.OWNER,
                                "/v1/usage/lines?from=" + FROM + "&to=" + TO + "&after=" + foreign.id())
                        .statusCode())
                .isEqualTo(400);
    }
}
