package dev.mayfly.invoker;

import static dev.mayfly.invoker.InvokerUnderTest.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.function.InvocationRules.Alias;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which version an invocation means, and who may invoke. */
class RoutingTest {
    private static InvokerUnderTest invoker;

    @BeforeAll
    static void start() throws Exception {
        invoker = new InvokerUnderTest("--mayfly.invoker.queue.group=routing-test");
        register("shop", "$LATEST", "1", "2", "3");
        invoker.publish(rules("shop", new Alias("live", "1", Map.of()), new Alias("split", "1", Map.of("2", 0.5))));
    }

    @AfterAll
    static void stop() {
        invoker.close();
    }

    private static void register(String name, String... versions) {
        Stream.of(versions).forEach(version -> invoker.register(version(name, version)));
    }

    private static FunctionVersion version(String name, String version) {
        return InvokerUnderTest.version(ACCOUNT, name, version);
    }

    private static InvocationRules rules(String name, Alias... aliases) {
        return new InvocationRules(
                ACCOUNT,
                name,
                UUID.randomUUID().toString(),
                "3",
                List.of(aliases),
                null,
                List.of(),
                List.of(),
                List.of(),
                null);
    }

    private static String executed(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.headers().firstValue("X-Amz-Executed-Version").orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop:live/invocations",
                "shop/invocations?Qualifier=live",
                "shop:live/invocations?Qualifier=live",
                "000000000000:function:shop:live/invocations",
                "arn:aws:lambda:us-east-1:000000000000:function:shop:live/invocations",
                "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Ashop%3Alive/invocations",
                "shop:1/invocations",
                "shop/invocations?Qualifier=1"
            })
    void aQualifierNamesAVersion(String target) throws Exception {
        assertThat(executed(invoker.new Call("/2015-03-31/functions/" + target).send()))
                .isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop/invocations",
                "shop:$LATEST/invocations",
                "shop%3A%24LATEST/invocations",
                "function:shop/invocations",
                "000000000000:function:shop/invocations",
                "arn:aws:lambda:us-east-1:000000000000:function:shop/invocations",
                "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Ashop%3A%24LATEST/invocations",
                "shop/invocations?Qualifier=%24LATEST"
            })
    void withoutAQualifierItIsTheLatest(String target) throws Exception {
        assertThat(executed(invoker.new Call("/2015-03-31/functions/" + target).send()))
                .isEqualTo("$LATEST");
    }

    @Test
    void twoQualifiersMustBeTheSame() throws Exception {
        var response = invoker.new Call("/2015-03-31/functions/shop:1/invocations?Qualifier=2").send();
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("x-amzn-ErrorType")).hasValue("InvalidParameterValueException");
        assertThat(response.body())
                .contains("The derived qualifier from the function name does not match the specified qualifier.");
    }

    @Test
    void theFunctionHearsTheArnAsInvoked() throws Exception {
        var call = invoker.call("shop:live");
        call.send();
        var run = invoker.host.runsOf("shop").stream()
                .filter(one -> one.order().requestId().equals(call.requestId()))
                .findFirst()
                .orElseThrow();
        assertThat(run.order().functionArn()).isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:shop:live");
        assertThat(run.order().functionKey()).isEqualTo("000000000000:shop:1");
    }

    @Test
    void weightsShareTheInvocationsOfAnAlias() throws Exception {
        var executed = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            executed.add(executed(invoker.call("shop:split").send()));
        }
        assertThat(executed).contains("1", "2").doesNotContain("3", "$LATEST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "9", "99999999999999999999999999999999", "LATEST", "-1"})
    void whatIsNoVersionIsNotFound(String qualifier) throws Exception {
        var response = invoker.call("shop:" + qualifier).send();
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("x-amzn-ErrorType")).hasValue("ResourceNotFoundException");
        assertThat(response.body())
                .contains("Function not found: arn:aws:lambda:us-east-1:000000000000:function:shop:" + qualifier);
    }

    @Test
    void anAliasThatKafkaHasNotToldOfIsAskedFor() throws Exception {
        register("fresh", "1");
        invoker.rule(rules("fresh", new Alias("new", "1", Map.of())));
        assertThat(executed(invoker.call("fresh:new").send())).isEqualTo("1");
    }

    @Test
    void repointingAnAliasWhileManyInvokeGivesNoError() throws Exception {
        var name = "moving";
        register(name, "1");
        invoker.publish(rules(name, new Alias("live", "1", Map.of())));
        // A host does not run what is deleted.
        invoker.host.when(name, (order, event, exchange) -> {
            if (invoker.isRegistered(order.functionKey())) {
                StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
            } else {
                StubHost.problem(exchange, 404, "no such function");
            }
        });
        var done = new AtomicBoolean();
        var answered = new AtomicIntegerArray(32);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Integer>>> all = IntStream.range(0, 32)
                    .mapToObj(client -> clients.submit(
                            () -> statuses(name + ":live", done, () -> answered.incrementAndGet(client))))
                    .toList();
            for (int version = 2; version <= 8; version++) {
                // As the registry does it: publish, repoint, delete. The topics may tell it in any order.
                var next = version(name, Integer.toString(version));
                var old = version(name, Integer.toString(version - 1));
                invoker.register(next);
                invoker.rule(rules(name, new Alias("live", next.version(), Map.of())));
                invoker.unregister(old);
                invoker.publish(rules(name, new Alias("live", next.version(), Map.of())));
                invoker.publish(next);
                assertThat(executed(invoker.call(name + ":live").send())).isEqualTo(next.version());
                int[] before = IntStream.range(0, 32).map(answered::get).toArray();
                await().until(() -> IntStream.range(0, 32).allMatch(client -> answered.get(client) > before[client]));
            }
            done.set(true);
            for (var client : all) {
                assertThat(client.get()).isNotEmpty().containsOnly(200);
            }
        }
    }

    private static InvocationRules shared(String name, @Nullable Integer reserved, InvocationRules.Grant... grants) {
        return new InvocationRules(
                ACCOUNT,
                name,
                UUID.randomUUID().toString(),
                null,
                List.of(new Alias("live", "1", Map.of())),
                reserved,
                List.of(),
                List.of(),
                List.of(grants),
                null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Event", "DryRun"})
    void anotherAccountInvokesWhatItIsGranted(String type) throws Exception {
        var name = "granted" + type;
        register(name, "$LATEST", "1");
        var grant = new InvocationRules.Grant(
                "s", "live", "lambda:InvokeFunction", "111111111111", null, null, null, null, null);
        for (var named : List.of(
                "arn:aws:lambda:us-east-1:000000000000:function:" + name + ":live",
                "000000000000:function:" + name + ":live")) {
            assertDenied(invoker.call(named).account("111111111111").send(), named);
        }
        invoker.rule(shared(name, null, grant));
        for (var named : List.of(
                "arn:aws:lambda:us-east-1:000000000000:function:" + name + ":live",
                "000000000000:function:" + name + ":live")) {
            var call = invoker.call(named).account("111111111111");
            var response = (type.isEmpty() ? call : call.header("X-Amz-Invocation-Type", type)).send();
            assertThat(response.statusCode()).as(response.body()).isBetween(200, 204);
        }
        assertDenied(
                invoker.call("000000000000:function:" + name)
                        .account("111111111111")
                        .send(),
                name);
        assertDenied(
                invoker.call("000000000000:function:" + name + ":live")
                        .account("222222222222")
                        .send(),
                name);
        if (type.isEmpty()) {
            assertThat(invoker.host.runsOf(name))
                    .allSatisfy(run -> assertThat(run.order().functionKey()).startsWith(ACCOUNT));
        }
    }

    @Test
    void refusalDoesNotTellWhetherThereIsAFunction() throws Exception {
        var present = invoker.call("000000000000:function:shop:live").account("333333333333");
        var absent = invoker.call("000000000000:function:none:live").account("333333333333");
        assertThat(present.send().body().replace("function:shop", "function:none"))
                .isEqualTo(absent.send().body());
    }

    private static void assertDenied(HttpResponse<String> response, String about) {
        assertThat(response.statusCode()).as(about + " " + response.body()).isEqualTo(403);
        assertThat(response.headers().firstValue("x-amzn-ErrorType")).hasValue("AccessDeniedException");
        assertThat(response.body()).contains("is not authorized to perform: lambda:InvokeFunction on resource: arn:");
    }

    @Test
    void aFunctionThatMayNotRunIsThrottledWithItsReason() throws Exception {
        register("stopped", "$LATEST");
        invoker.publish(shared("stopped", 0));
        await().until(() -> invoker.call("stopped").send().statusCode() == 429);
        var response = invoker.call("stopped").send();
        assertThat(response.headers().firstValue("x-amzn-ErrorType")).hasValue("TooManyRequestsException");
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        assertThat(response.body())
                .contains(
                        "\"Reason\":\"ReservedFunctionConcurrentInvocationLimitExceeded\"",
                        "\"Type\":\"User\"",
                        "\"message\":\"Rate Exceeded.\"");
        invoker.publish(shared("stopped", null));
        await().until(() -> invoker.call("stopped").send().statusCode() == 200);
    }

    @Test
    void aNoisyAccountThatWaitsForRoomDoesNotHoldUpAnother() throws Exception {
        var started = new CopyOnWriteArrayList<String>();
        var refused = new ConcurrentHashMap<String, Integer>();
        var full = new AtomicBoolean();
        var mayEnd = new Semaphore(0);
        // Room for one, and no invocation ends before the test lets it.
        StubHost.Behaviour room = (order, event, exchange) -> {
            if (full.compareAndSet(false, true)) {
                started.add(order.functionKey());
                mayEnd.acquire();
                full.set(false);
                StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
            } else {
                refused.merge(order.functionKey(), 1, Integer::sum);
                StubHost.problem(exchange, 429, "full");
            }
        };
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<HttpResponse<String>>>();
            for (int i = 0; i < 40; i++) {
                var name = "noisy" + i % 4;
                invoker.host.when(name, room);
                invoker.register("444444444444", name);
                answers.add(clients.submit(
                        () -> invoker.call(name).account("444444444444").send()));
            }
            await().until(() -> !started.isEmpty() && refused.size() >= 4);
            invoker.host.when("quiet", room);
            invoker.register("555555555555", "quiet");
            var quiet = clients.submit(
                    () -> invoker.call("quiet").account("555555555555").send());
            // All have come, and the quiet one was refused in the line too, not only before it joined.
            await().until(() -> invoker.inFlight() == 41 && refused.getOrDefault("555555555555:quiet:$LATEST", 0) > 1);
            // A few of the noisy ones may still be between their first question and the line.
            for (int turn = 1; turn <= 8 && !started.contains("555555555555:quiet:$LATEST"); turn++) {
                int before = started.size();
                mayEnd.release();
                await().until(() -> started.size() > before);
            }
            assertThat(started).contains("555555555555:quiet:$LATEST");
            mayEnd.release(100);
            assertThat(quiet.get().statusCode()).isEqualTo(200);
            for (var answer : answers) {
                assertThat(answer.get().statusCode()).isEqualTo(200);
            }
        }
    }

    private static List<Integer> statuses(String function, AtomicBoolean done, Runnable answered) throws Exception {
        var statuses = new ArrayList<Integer>();
        do {
            statuses.add(invoker.call(function).send().statusCode());
            answered.run();
        } while (!done.get());
        return statuses;
    }
}
