package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.Zips;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RacesTest extends RegistryFixture {
    private static final int CLIENTS = 8;
    private static final String FUNCTIONS = "/2015-03-31/functions";

    @Test
    void oneOfManyCreatesWins() throws Exception {
        byte[] zip = Zips.of("index.js", "race");
        List<Integer> statuses = atOnce(client -> send("POST", FUNCTIONS, createBody("race", zip, "nodejs20.x", ""))
                .statusCode());

        assertThat(statuses).containsOnly(201, 409).containsOnlyOnce(201);
    }

    @Test
    void racingUpdatesNeverTearAFunction() throws Exception {
        send("POST", FUNCTIONS, createBody("torn", Zips.of("index.js", "torn"), "nodejs20.x", ""));
        List<Integer> statuses = atOnce(client -> {
            int memory = 200 + client;
            return send(
                            "PUT",
                            FUNCTIONS + "/torn/configuration",
                            "{\"MemorySize\":%d,\"Timeout\":%d}".formatted(memory, memory))
                    .statusCode();
        });

        assertThat(statuses).contains(200).isSubsetOf(200, 409);
        var configuration = Json.mapper()
                .readTree(send("GET", FUNCTIONS + "/torn/configuration", "").body());
        assertThat(configuration.get("MemorySize").intValue())
                .isEqualTo(configuration.get("Timeout").intValue())
                .isGreaterThanOrEqualTo(200);
        await().untilAsserted(() -> assertThat(published("torn").orElseThrow().revisionId())
                .isEqualTo(configuration.get("RevisionId").stringValue()));
    }

    @Test
    void oneOfManyWhoSawTheSameAliasChangesIt() throws Exception {
        send("POST", FUNCTIONS, createBody("aliased", Zips.of("index.js", "aliased"), "nodejs20.x", ""));
        var made = send("POST", FUNCTIONS + "/aliased/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"$LATEST\"}");
        String seen = Json.mapper().readTree(made.body()).get("RevisionId").stringValue();
        List<Integer> statuses = atOnce(client -> send(
                        "PUT",
                        FUNCTIONS + "/aliased/aliases/live",
                        "{\"Description\":\"%d\",\"RevisionId\":\"%s\"}".formatted(client, seen))
                .statusCode());

        assertThat(statuses).contains(200).isSubsetOf(200, 409, 412).containsOnlyOnce(200);
    }

    /** Each finds room for its reservation as long as it looks alone. */
    @Test
    void reservationsAtOnceLeaveWhatNobodyMayReserve() throws Exception {
        for (int client = 0; client < CLIENTS; client++) {
            send("POST", FUNCTIONS, createBody("room-" + client, Zips.of("index.js", "room"), "nodejs20.x", ""));
        }
        var before = Json.mapper()
                .readTree(send("GET", "/2016-08-19/account-settings", "").body());
        int free = before.at("/AccountLimit/UnreservedConcurrentExecutions").intValue() - 100;
        int each = free / 3;
        List<Integer> statuses = atOnce(client -> send(
                        "PUT",
                        "/2017-10-31/functions/room-" + client + "/concurrency",
                        "{\"ReservedConcurrentExecutions\":%d}".formatted(each))
                .statusCode());
        atOnce(client -> send("DELETE", FUNCTIONS + "/room-" + client, ""));

        assertThat(statuses).containsOnly(200, 400);
        assertThat(statuses.stream().filter(status -> status == 200)).hasSize(3);
    }

    @Test
    void deletesAndUpdatesAtOnceEndInOneOfBoth() throws Exception {
        send("POST", FUNCTIONS, createBody("fight", Zips.of("index.js", "fight"), "nodejs20.x", ""));
        List<Integer> statuses = atOnce(client -> client % 2 == 0
                ? send("DELETE", FUNCTIONS + "/fight", "").statusCode()
                : send("PUT", FUNCTIONS + "/fight/configuration", "{\"Timeout\":5}")
                        .statusCode());

        assertThat(statuses).isSubsetOf(200, 204, 404, 409);
        boolean there = send("GET", FUNCTIONS + "/fight", "").statusCode() == 200;
        await().untilAsserted(() -> assertThat(published("fight").isPresent()).isEqualTo(there));
    }

    private static <T> List<T> atOnce(IntFunction<T> work) throws Exception {
        var barrier = new CyclicBarrier(CLIENTS);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> tasks = IntStream.range(0, CLIENTS)
                    .<Callable<T>>mapToObj(client -> () -> {
                        barrier.await();
                        return work.apply(client);
                    })
                    .toList();
            var results = new ArrayList<T>();
            for (Future<T> done : clients.invokeAll(tasks)) {
                results.add(done.get());
            }
            return results;
        }
    }
}
