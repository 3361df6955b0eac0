package dev.mayfly.benchmarks;

import dev.mayfly.contracts.events.Json;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** Asynchronous invocations: how fast they are accepted, how soon they run, and whether all do, once, while processes die. */
final class Asynchronous {
    private static final int CLIENTS = 64;
    private static final int MEMORY_MB = 256;
    private static final int ASKED_AT_ONCE = 64;
    private static final int HOLD_MILLIS = 300;

    private final Gateway gateway;
    private final Report report;

    Asynchronous(Gateway gateway, Report report) {
        this.gateway = gateway;
        this.report = report;
    }

    /** What the function's sandboxes remember. */
    private record Memory(int runs, Set<String> ids, Samples delays) {
        int twice() {
            return runs - ids.size();
        }
    }

    void acceptRate(Duration time) throws Exception {
        String function = deploy("accept");
        try {
            HttpRequest event = event(function, 0);
            Crowd.run(gateway.http(), CLIENTS, time.dividedBy(2), () -> event);
            Crowd accepted = Crowd.run(gateway.http(), CLIENTS, time, () -> event);
            report.row("event accepted, " + CLIENTS + " clients", accepted.samples());
            report.figure(
                    "asynchronous events accepted",
                    "%,.0f/s (%d failed)".formatted(accepted.perSecond(), accepted.failures()),
                    ">= 3,000/s");
            awaitEmpty(function);
        } finally {
            gateway.delete(function);
        }
    }

    void endToEnd(int perSecond, Duration time) throws Exception {
        String function = deploy("delay");
        try {
            offer(function, perSecond, Duration.ofSeconds(5));
            awaitEmpty(function);
            int before = ask(function).runs();
            int sent = offer(function, perSecond, time);
            awaitEmpty(function);
            Memory all = ask(function);
            report.row("from sent to begun, at %,d events a second".formatted(perSecond), all.delays());
            report.figure(
                    "end to end at %,d events a second, p99 (%,d of %,d told)"
                            .formatted(perSecond, all.runs() - before, sent),
                    all.delays().millis(0.99),
                    "<= 250 ms");
        } finally {
            gateway.delete(function);
        }
    }

    /** Fills the queue while the invoker and Kafka are killed, and waits until it is empty. */
    void drain(int events, Runnable kill) throws Exception {
        String function = deploy("drain");
        try {
            HttpRequest event = event(function, 0);
            var left = new AtomicInteger(events);
            Set<String> accepted = ConcurrentHashMap.newKeySet();
            var failures = new AtomicInteger();
            long start = System.nanoTime();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < CLIENTS; i++) {
                    pool.submit(() -> accept(event, left, accepted, failures, events, kill));
                }
            }
            awaitEmpty(function);
            double seconds = (System.nanoTime() - start) / 1e9;
            Memory seen = ask(function);
            Set<String> lost = notBilled(function, accepted);
            report.figure(
                    "%,d events accepted and run while invoker and Kafka were killed (%,d refused or unanswered)"
                            .formatted(accepted.size(), failures.get()),
                    "%d lost; of %,d whose sandboxes still live %d run twice; %.0f s"
                            .formatted(lost.size(), seen.runs(), seen.twice(), seconds),
                    "0 lost, 0 twice");
        } finally {
            gateway.delete(function);
        }
    }

    private Void accept(
            HttpRequest event,
            AtomicInteger left,
            Set<String> accepted,
            AtomicInteger failures,
            int events,
            Runnable kill)
            throws InterruptedException {
        while (left.get() > 0) {
            int status;
            String id;
            try {
                var answer = gateway.http().send(event, HttpResponse.BodyHandlers.discarding());
                status = answer.statusCode();
                id = answer.headers().firstValue("x-amzn-requestid").orElse("");
            } catch (IOException e) {
                status = 0;
                id = "";
            }
            if (status == 202) {
                accepted.add(id);
                int rest = left.decrementAndGet();
                if (rest == events * 2 / 3 || rest == events / 3) {
                    kill.run();
                }
            } else {
                failures.incrementAndGet();
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(50, 150));
            }
        }
        return null;
    }

    private String deploy(String kind) throws IOException, InterruptedException {
        String function = gateway.newName(kind);
        gateway.create(function, "nodejs20.x", "index.handler", Functions.witnessZip(), MEMORY_MB, "container");
        gateway.send(gateway.invocation(function, "{\"tell\":true,\"holdMillis\":0}".getBytes(StandardCharsets.UTF_8)));
        return function;
    }

    private HttpRequest event(String function, long sentMillis) {
        return gateway.event(function, ("{\"sent\":" + sentMillis + "}").getBytes(StandardCharsets.UTF_8));
    }

    /** Sends at a steady rate, whether or not answers come; returns how many. */
    private int offer(String function, int perSecond, Duration time) throws InterruptedException, ExecutionException {
        int count = (int) (perSecond * time.toSeconds());
        var failures = new AtomicInteger();
        var room = new Semaphore(1000);
        long start = System.nanoTime();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                long wait = start + i * 1_000_000_000L / perSecond - System.nanoTime();
                if (wait > 0) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                room.acquire();
                pool.submit(() -> {
                    try {
                        gateway.send(event(function, System.currentTimeMillis()));
                    } catch (IOException | IllegalStateException e) {
                        failures.incrementAndGet();
                    } finally {
                        room.release();
                    }
                    return null;
                });
            }
        }
        return count - failures.get();
    }

    /** Waits until nothing of the function waits or runs. */
    private void awaitEmpty(String function) throws IOException, InterruptedException {
        int empty = 0;
        long end = System.nanoTime() + Duration.ofMinutes(10).toNanos();
        while (empty < 2) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The queue of " + function + " did not become empty in 10 minutes");
            }
            TimeUnit.MILLISECONDS.sleep(1500);
            try {
                JsonNode queue = Json.mapper()
                        .readTree(gateway.send(
                                gateway.signed("GET", "/v1/functions/" + function + "/queue", new byte[0])));
                empty = queue.required("total").asInt() == 0 ? empty + 1 : 0;
            } catch (IOException | IllegalStateException e) {
                empty = 0;
            }
        }
    }

    /** Those that the ledger does not have a minute after all of them have run. */
    private Set<String> notBilled(String function, Set<String> accepted) throws IOException, InterruptedException {
        Set<String> missing = new HashSet<>(accepted);
        for (int time = 0; time < 30 && !missing.isEmpty(); time++) {
            TimeUnit.SECONDS.sleep(2);
            missing.removeAll(billed(function));
        }
        return missing;
    }

    /** The request ids on the ledger, which outlives sandboxes. Whether a run was repeated it does not tell: it counts each once. */
    private Set<String> billed(String function) throws IOException, InterruptedException {
        Set<String> ids = new HashSet<>();
        String after = "";
        do {
            JsonNode page = Json.mapper()
                    .readTree(gateway.send(gateway.signed(
                            "GET", "/v1/usage/lines?limit=1000&resource=" + function + after, new byte[0])));
            page.required("lines")
                    .forEach(line -> ids.add(line.required("requestId").asString()));
            after = page.hasNonNull("after") ? "&after=" + page.get("after").asString() : "";
        } while (!after.isEmpty());
        return ids;
    }

    /** Asks until no sandbox is heard of that was not heard of before. */
    private Memory ask(String function) throws InterruptedException {
        Map<String, JsonNode> heard = new ConcurrentHashMap<>();
        byte[] question = ("{\"tell\":true,\"holdMillis\":" + HOLD_MILLIS + "}").getBytes(StandardCharsets.UTF_8);
        HttpRequest request = gateway.invocation(function, question);
        int known = -1;
        for (int round = 0; round < 10 && heard.size() > known; round++) {
            known = heard.size();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < ASKED_AT_ONCE; i++) {
                    pool.submit(() -> {
                        JsonNode memory = Json.mapper().readTree(gateway.send(request));
                        if (!memory.path("ids").asString("").isEmpty()) {
                            heard.put(memory.path("sandbox").asString(""), memory);
                        }
                        return null;
                    });
                }
            }
        }
        int runs = 0;
        Set<String> ids = new HashSet<>();
        var delays = new Samples(1 << 16);
        for (JsonNode memory : new HashMap<>(heard).values()) {
            String[] told = memory.path("ids").asString("").split(",", -1);
            runs += told.length;
            ids.addAll(Arrays.asList(told));
            for (String delay : memory.path("delays").asString("").split(",", -1)) {
                delays.add(Long.parseLong(delay) * 1_000_000);
            }
        }
        return new Memory(runs, ids, delays);
    }
}
