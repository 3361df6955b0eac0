package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The extensions of one guest: who has registered, what each is told, and who is done. {@link ExtensionRequests} call the
 * methods that begin with {@code guest}.
 */
public final class Extensions implements AutoCloseable {
    /** As on Lambda. */
    static final int MOST = 10;

    /** The exit status of a guest whose extension has ended too early: see {@code launch.sh}. */
    static final int CRASHED = 222;

    private static final JsonMapper JSON = JsonMapper.shared();

    /** What an extension registers for. */
    enum Event {
        INVOKE,
        SHUTDOWN
    }

    /** Why a sandbox ends. */
    public enum Reason {
        /** It is not needed any more. */
        SPINDOWN,
        /** An invocation took too long. */
        TIMEOUT,
        /** The function or an extension failed. */
        FAILURE
    }

    /** A call of an extension that is refused, as the API's error object. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String type;

        RefusedException(String type, String message) {
            this(403, type, message);
        }

        RefusedException(int status, String type, String message) {
            super(message, null, false, false);
            this.status = status;
            this.type = type;
        }

        int status() {
            return status;
        }

        ErrorJson error() {
            return new ErrorJson(type, String.valueOf(getMessage()));
        }
    }

    /**
     * What the function is, as extensions are told.
     *
     * @param accountId its owner's, or null when nobody says
     * @param external file names of those that are started beside the runtime
     */
    public record Function(
            String name,
            String version,
            String handler,
            @Nullable String accountId,
            Set<String> external) {
        /** The function that {@code spec} starts. */
        public static Function of(SandboxSpec spec) throws IOException {
            Map<String, String> environment = spec.environment();
            return new Function(
                    environment.getOrDefault("AWS_LAMBDA_FUNCTION_NAME", ""),
                    environment.getOrDefault("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                    spec.code().handler(),
                    spec.accountId(),
                    programs(spec.code()));
        }

        private static Set<String> programs(FunctionCode code) throws IOException {
            Path layers = code.layers();
            Path folder = layers != null
                    ? layers.resolve("extensions")
                    : code.directory().resolve("opt/extensions");
            if (layers == null && code.image() == null || !Files.isDirectory(folder)) {
                return Set.of();
            }
            try (Stream<Path> files = Files.list(folder)) {
                return files.filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                        .map(file -> String.valueOf(file.getFileName()))
                        .collect(Collectors.toUnmodifiableSet());
            }
        }

        /** What runs the function, its extensions beside it. */
        public List<String> launch(List<String> command) {
            return external.isEmpty()
                    ? command
                    : Stream.concat(Stream.of("/bin/sh", "/var/runtime/launch.sh"), command.stream())
                            .toList();
        }
    }

    private static final class Extension {
        private final String name;
        private final boolean external;
        private final Set<Event> events;
        private final Deque<byte[]> waiting = new ArrayDeque<>();
        private boolean polling;

        Extension(String name, boolean external, Set<Event> events) {
            this.name = name;
            this.external = external;
            this.events = events;
        }

        boolean isDone() {
            return polling && waiting.isEmpty();
        }
    }

    private final Function function;
    private final Telemetry telemetry;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Extension> byId = new LinkedHashMap<>();
    private GuestLink.InitOutcome.@Nullable Failed failed;
    private boolean initialised;
    private boolean closed;

    /**
     * @param telemetry what they may subscribe to
     */
    public Extensions(Function function, Telemetry telemetry) {
        this.function = function;
        this.telemetry = telemetry;
    }

    public Telemetry telemetry() {
        return telemetry;
    }

    Function function() {
        return function;
    }

    /** Whether any has registered. */
    public boolean any() {
        return has(_ -> true);
    }

    /** Whether any wants to be told of the end, or has a process of its own. */
    boolean anyExternal() {
        return has(extension -> extension.external);
    }

    private boolean has(Predicate<Extension> what) {
        lock.lock();
        try {
            return byId.values().stream().anyMatch(what);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all that were started have registered, and all that have registered are done with their own init. */
    GuestLink.InitOutcome awaitInit() throws IOException, InterruptedException {
        lock.lock();
        try {
            while (true) {
                if (failed != null) {
                    return failed;
                }
                Collection<Extension> all = byId.values();
                long external = all.stream().filter(each -> each.external).count();
                if (external == function.external.size() && all.stream().allMatch(Extension::isDone)) {
                    initialised = true;
                    return new GuestLink.InitOutcome.Ready();
                }
                awaitChange();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells of an invocation. */
    void invoke(InvocationRequest request, long deadlineMillis) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("eventType", "INVOKE");
        event.put("deadlineMs", deadlineMillis);
        event.put("requestId", request.requestId());
        event.put("invokedFunctionArn", request.functionArn());
        if (request.traceId() != null) {
            event.put("tracing", Map.of("type", "X-Amzn-Trace-Id", "value", request.traceId()));
        }
        tell(Event.INVOKE, event);
    }

    /** Tells of the end; true when anybody listens. */
    boolean shutDown(Reason reason, long deadlineMillis) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("eventType", "SHUTDOWN");
        event.put("shutdownReason", reason.name().toLowerCase(Locale.ROOT));
        event.put("deadlineMs", deadlineMillis);
        return tell(Event.SHUTDOWN, event);
    }

    private boolean tell(Event kind, Map<String, Object> event) {
        lock.lock();
        try {
            List<Extension> told = byId.values().stream()
                    .filter(extension -> extension.events.contains(kind))
                    .toList();
            if (!told.isEmpty()) {
                byte[] json = JSON.writeValueAsBytes(event);
                told.forEach(extension -> extension.waiting.add(json));
                changed.signalAll();
            }
            return !told.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all are done with the invocation. */
    void awaitDone() throws IOException, InterruptedException {
        lock.lock();
        try {
            while (failed == null && !byId.values().stream().allMatch(Extension::isDone)) {
                awaitChange();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How an extension said that it fails; null when none did. */
    GuestLink.InitOutcome.@Nullable Failed failure() {
        lock.lock();
        try {
            return failed;
        } finally {
            lock.unlock();
        }
    }

    private void awaitChange() throws IOException, InterruptedException {
        if (closed) {
            throw new ClosedChannelException();
        }
        changed.await();
    }

    /** The identifier of an extension that registers. */
    String guestRegisters(String name, List<String> names) throws RefusedException {
        boolean external = function.external.contains(name);
        Set<Event> events = EnumSet.noneOf(Event.class);
        for (String each : names) {
            switch (each) {
                case "INVOKE" -> events.add(Event.INVOKE);
                case "SHUTDOWN" -> {
                    if (!external) {
                        throw new RefusedException(
                                "Extension.InvalidEventType", "SHUTDOWN: not for internal extensions");
                    }
                    events.add(Event.SHUTDOWN);
                }
                default -> throw new RefusedException("Extension.InvalidEventType", each + ": no such event");
            }
        }
        lock.lock();
        try {
            if (initialised || closed) {
                throw new RefusedException("Extension.RegistrationClosed", "Extension registration closed already");
            }
            if (byId.values().stream().anyMatch(extension -> extension.name.equals(name))) {
                throw new RefusedException(
                        "Extension.InvalidExtensionState", "Extension with this name already registered");
            }
            if (byId.size() >= MOST) {
                throw new RefusedException("Extension.TooManyExtensions", "Extension limit (" + MOST + ") reached");
            }
            String id = UUID.randomUUID().toString();
            byId.put(id, new Extension(name, external, events));
            changed.signalAll();
            return id;
        } finally {
            lock.unlock();
        }
    }

    /** The name that the extension registered with. */
    String guestNamed(String id) throws RefusedException {
        lock.lock();
        try {
            return find(id).name;
        } finally {
            lock.unlock();
        }
    }

    private Extension find(String id) throws RefusedException {
        Extension found = byId.get(id);
        if (found == null) {
            throw new RefusedException("Extension.UnknownExtensionIdentifier", "Unknown extension " + id);
        }
        return found;
    }

    /** Waits for the extension's next event. */
    byte[] guestNext(String id) throws RefusedException, IOException, InterruptedException {
        lock.lock();
        try {
            Extension extension = find(id);
            if (extension.polling) {
                throw new RefusedException("Extension.InvalidExtensionState", "It waits for its next event already");
            }
            extension.polling = true;
            changed.signalAll();
            try {
                while (extension.waiting.isEmpty()) {
                    awaitChange();
                }
                return extension.waiting.remove();
            } finally {
                extension.polling = false;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The event did not reach the extension: its next question gets it. */
    void guestMissed(String id, byte[] event) {
        lock.lock();
        try {
            Extension extension = byId.get(id);
            if (extension != null) {
                extension.waiting.addFirst(event);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The extension fails: while the sandbox begins, or later. */
    void guestFails(String id, String type, String message) throws RefusedException {
        lock.lock();
        try {
            Extension extension = find(id);
            if (failed == null) {
                failed = new GuestLink.InitOutcome.Failed(type, "Extension " + extension.name + ": " + message);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        telemetry.close();
    }
}
