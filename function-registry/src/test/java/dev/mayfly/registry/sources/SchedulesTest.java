package dev.mayfly.registry.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.contracts.identity.Role;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Schedules, as clients see them and as invokers hear of them. */
class SchedulesTest extends SourcesFixture {
    private static final String FUNCTION = "scheduled";
    private static final String PATH = "/v1/schedules";

    SchedulesTest() {
        super(FUNCTION);
    }

    private HttpResponse<String> listed(String account, String marker) {
        return send("GET", PATH + "?marker=" + marker, new byte[0], voucher(account, Role.OWNER, "UNSIGNED-PAYLOAD"));
    }

    @Test
    void listedInPagesOfTheirAccountOnly() {
        for (int n = 100; n <= 200; n++) {
            var created = send(
                    "POST",
                    PATH,
                    "{\"name\":\"page.-_" + n + "\",\"function\":\"" + FUNCTION
                            + "\",\"expression\":\"rate(1 day)\",\"enabled\":false}");
            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        }
        var names = new ArrayList<String>();
        var sizes = new ArrayList<Integer>();
        String marker = "";
        String first = "";
        do {
            JsonNode page = Json.mapper().readTree(listed(ACCOUNT, marker).body());
            sizes.add(page.path("schedules").size());
            page.path("schedules")
                    .forEach(schedule -> names.add(schedule.path("name").asString()));
            marker = page.path("nextMarker").asString("");
            first = first.isEmpty() ? marker : first;
        } while (!marker.isEmpty());
        assertThat(sizes.getFirst()).isEqualTo(100);
        assertThat(names).isSorted().doesNotHaveDuplicates().contains("page.-_100", "page.-_200");

        String changed = (first.startsWith("A") ? "B" : "A") + first.substring(1);
        for (String none : List.of("page.-_100", "no%20marker", "%00", changed, "x".repeat(1000))) {
            assertProblem(listed(ACCOUNT, none));
        }
        assertProblem(listed("111111111111", first));
        assertThat(listed("111111111111", "").body()).isEqualTo("{\"schedules\":[]}");
        for (int n = 100; n <= 200; n++) {
            assertThat(send("DELETE", PATH + "/page.-_" + n, "").statusCode()).isEqualTo(204);
        }
    }

    private static void assertProblem(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @Test
    void aScheduleLives() {
        var created = send(
                "POST",
                "/v1/schedules",
                "{\"name\":\"daily\",\"function\":\"scheduled\",\"expression\":\"cron(0 9 ? * MON-FRI *)\","
                        + "\"timeZone\":\"Europe/Berlin\",\"input\":{\"n\":[1]}}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body()).contains("\"input\":{\"n\":[1]}", "\"nextTimes\":[\"", "schedule/default/daily");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(published.values().stream()
                                .flatMap(Optional::stream)
                                .filter(source -> source instanceof Schedule schedule
                                        && schedule.name().equals("daily")))
                        .hasSize(1));
        assertThat(send(
                                "POST",
                                "/v1/schedules",
                                "{\"name\":\"daily\",\"function\":\"scheduled\",\"expression\":\"rate(1 day)\"}")
                        .statusCode())
                .isEqualTo(409);
        for (String target : List.of("/v1/schedules", "/v1/schedules/daily")) {
            var refused = send("PUT", target, "{}");
            assertThat(refused.statusCode()).isEqualTo(405);
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
        var changed = send("PATCH", "/v1/schedules/daily", "{\"enabled\":false}");
        assertThat(changed.body()).contains("\"enabled\":false", "\"nextTimes\":[]", "MON-FRI");
        assertThat(send("GET", "/v1/schedules", "").body()).contains("\"name\":\"daily\"");
        assertThat(send("DELETE", "/v1/schedules/daily", "").statusCode()).isEqualTo(204);
        assertThat(send("GET", "/v1/schedules/daily", "").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":\"a/b\",\"function\":\"scheduled\",\"expression\":\"rate(1 day)\"}",
                "{\"name\":5,\"function\":\"scheduled\",\"expression\":\"rate(1 day)\"}",
                "{\"name\":\"x\",\"function\":\"scheduled\",\"expression\":\"rate(0 days)\"}",
                "{\"name\":\"x\",\"function\":\"scheduled\",\"expression\":\"at(2001-01-01T00:00:00)\"}",
                "{\"name\":\"x\",\"function\":\"scheduled\",\"expression\":\"rate(1 day)\",\"timeZone\":\"Mars\"}",
                "{\"name\":\"x\",\"function\":\"scheduled\",\"expression\":\"rate(1 day)\",\"enabled\":\"yes\"}",
                "{\"name\":\"x\",\"function\":\"scheduled\",\"expression\":\"rate(1 day)\",\"colour\":1}",
                "{\"name\":\"x\",\"expression\":\"rate(1 day)\"}",
                "nonsense"
            })
    void malformedSchedulesAreProblems(String body) {
        var answer = send("POST", "/v1/schedules", body);
        assertProblem(answer);
        assertThat(send(
                                "POST",
                                "/v1/schedules",
                                "{\"name\":\"x\",\"function\":\"nobody\",\"expression\":\"rate(1 day)\"}")
                        .statusCode())
                .isEqualTo(404);
    }
}
