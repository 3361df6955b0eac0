package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.LogSink;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one guest does, told to those of its extensions that subscribed: the platform's events and the log's lines, pushed to a
 * port inside the sandbox. Telling never waits for a subscriber; one that is slow loses events, and is told how many.
 */
public final class Telemetry implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> PATHS = List.of("/2022-07-01/telemetry", "/2020-08-15/logs");
    private static final Set<String> HOSTS = Set.of("sandbox.localdomain", "sandbox", "localhost", "127.0.0.1");

    private static final int MOST_EARLY = 200;

    /** What can be subscribed to. */
    enum Type {
        PLATFORM,
        /** The log's lines, whoever wrote them: the extensions' cannot be told from the function's. */
        FUNCTION,
        /** Has no events; taken beside others because most subscribers name all there are. */
        EXTENSION
    }

    private final @Nullable Dialer dialer;
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final List<Early> early = new ArrayList<>();
    private volatile boolean initialised;
    private volatile boolean closed;

    /** An event of the init phase, for those that subscribe during it. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Early(Type type, byte[] event) {}

    /**
     * @param dialer reaches the sandbox's ports; null where nothing does, and nobody can subscribe
     */
    public Telemetry(@Nullable Dialer dialer) {
        this.dialer = dialer;
    }

    static boolean isPath(String path) {
        return PATHS.contains(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    /** Takes a subscription, in place of the extension's earlier one; false where there are none. */
    boolean subscribe(String path, String extension, JsonNode wish) throws Extensions.RefusedException {
        Dialer reached = dialer;
        if (reached == null) {
            return false;
        }
        Set<Type> types = EnumSet.noneOf(Type.class);
        for (JsonNode each : wish.path("types")) {
            String name = each.asString("");
            if (!List.of("platform", "function", "extension").contains(name)) {
                throw invalid("types: " + name + " is none of platform, function, extension");
            }
            types.add(Type.valueOf(name.toUpperCase(Locale.ROOT)));
        }
        if (types.isEmpty()) {
            throw invalid("types: at least one is needed");
        }
        if (types.equals(EnumSet.of(Type.EXTENSION))) {
            throw invalid("types: extension has no events of its own here; what extensions write is told as function");
        }
        if (initialised) {
            throw new Extensions.RefusedException(
                    "Telemetry.SubscriptionClosed", "Telemetry API subscription is closed already");
        }
        JsonNode buffering = wish.path("buffering");
        var buffer = new Subscriber.Buffering(
                bounded(buffering, "maxItems", 10_000, 1_000, 10_000),
                bounded(buffering, "maxBytes", 262_144, 262_144, 1_048_576),
                Duration.ofMillis(bounded(buffering, "timeoutMs", 1_000, 25, 30_000)));
        var added = new Subscriber(extension, types, destination(wish.path("destination")), buffer, reached);
        subscribers.stream()
                .filter(earlier -> earlier.extension().equals(extension))
                .forEach(earlier -> {
                    subscribers.remove(earlier);
                    earlier.close();
                });
        synchronized (early) {
            early.forEach(event -> added.tell(event.type, event.event));
            subscribers.add(added);
        }
        if (closed) {
            added.close();
        }
        if (path.startsWith(PATHS.getFirst())) {
            platform(
                    "telemetrySubscription",
                    Map.of(
                            "name",
                            extension,
                            "state",
                            "Subscribed",
                            "types",
                            types.stream()
                                    .map(type -> type.name().toLowerCase(Locale.ROOT))
                                    .toList()));
        }
        return true;
    }

    private static Extensions.RefusedException invalid(String message) {
        return new Extensions.RefusedException(400, "ValidationError", message);
    }

    private static int bounded(JsonNode buffering, String name, int usual, int least, int most)
            throws Extensions.RefusedException {
        JsonNode given = buffering.path(name);
        if (given.isMissingNode() || given.isNull()) {
            return usual;
        }
        if (!given.isIntegralNumber()
                || given.bigIntegerValue().bitLength() > 31
                || given.asInt() < least
                || given.asInt() > most) {
            throw invalid("buffering." + name + " must be from " + least + " to " + most);
        }
        return given.asInt();
    }

    private static URI destination(JsonNode destination) throws Extensions.RefusedException {
        if (!destination.path("protocol").asString("").equals("HTTP")) {
            throw invalid("destination.protocol must be HTTP");
        }
        JsonNode named = destination.has("URI") ? destination.path("URI") : destination.path("uri");
        try {
            URI uri = URI.create(named.asString(""));
            boolean inside = uri.getHost() != null && HOSTS.contains(uri.getHost());
            if ("http".equals(uri.getScheme()) && inside && uri.getPort() > 0 && uri.getPort() < 65_536) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw invalid("destination.URI cannot be read");
        }
        throw invalid("destination.URI must be http://sandbox.localdomain:PORT");
    }

    /** Tells of an event of the platform, e.g. {@code start}. */
    void platform(String event, Map<String, ?> record) {
        tell(Type.PLATFORM, "platform." + event, record);
    }

    /** Tells a line of the log. */
    private void line(String line) {
        tell(Type.FUNCTION, "function", line);
    }

    /** Where lines go that are told beside being logged. */
    public LogSink beside(LogSink logs) {
        return line -> {
            logs.line(line);
            line(line);
        };
    }

    private void tell(Type type, String name, Object record) {
        if (initialised && subscribers.isEmpty()) {
            return;
        }
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        event.put("type", name);
        event.put("record", record);
        byte[] json = JSON.writeValueAsBytes(event);
        synchronized (early) {
            if (!initialised && early.size() < MOST_EARLY) {
                early.add(new Early(type, json));
            }
            subscribers.forEach(subscriber -> subscriber.tell(type, json));
        }
    }

    /** Nobody can subscribe any more. */
    void initialised() {
        synchronized (early) {
            initialised = true;
            early.clear();
        }
    }

    /** Nothing is pushed until {@link #resume}: what would take it is stopped. */
    void pause() {
        subscribers.forEach(subscriber -> subscriber.pause(true));
    }

    void resume() {
        subscribers.forEach(subscriber -> subscriber.pause(false));
    }

    /** What waits is pushed now. */
    void hurry() {
        subscribers.forEach(Subscriber::hurry);
    }

    @Override
    public void close() {
        closed = true;
        subscribers.forEach(Subscriber::close);
    }
}
