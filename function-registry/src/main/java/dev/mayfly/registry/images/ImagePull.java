package dev.mayfly.registry.images;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.NameValuePair;
import org.jspecify.annotations.Nullable;

/**
 * The requests that bring one image, one after the other. When its time is over, the request under way is broken off, whatever
 * it waits for. For one thread.
 */
final class ImagePull implements AutoCloseable {
    private final RegistryConnections connections;
    private final Duration limit;
    private final Future<?> end;
    private @Nullable HttpGet current;
    private boolean over;

    ImagePull(RegistryConnections connections, ScheduledExecutorService timer, Duration limit) {
        this.connections = connections;
        this.limit = limit;
        this.end = timer.schedule(this::end, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** An answer, which must be closed: what is left of it is not read, but the connection is broken off. */
    record Answer(HttpGet request, ClassicHttpResponse response) implements AutoCloseable {
        int status() {
            return response.getCode();
        }

        Optional<String> header(String name) {
            return Optional.ofNullable(response.getFirstHeader(name)).map(NameValuePair::getValue);
        }

        /** Not to be closed, which would read it to its end. */
        InputStream body() throws IOException {
            var entity = response.getEntity();
            return entity == null ? InputStream.nullInputStream() : entity.getContent();
        }

        @Override
        public void close() {
            request.cancel();
        }
    }

    /**
     * The answer to a request.
     *
     * @throws java.net.UnknownHostException when there is no such host, or none at a public address
     */
    Answer get(URI uri, String accept, @Nullable String bearer) throws IOException {
        var request = new HttpGet(uri);
        request.setHeader("Accept", accept);
        if (bearer != null) {
            request.setHeader("Authorization", "Bearer " + bearer);
        }
        begin(request);
        return new Answer(request, connections.send(request));
    }

    private synchronized void begin(HttpGet request) throws SocketTimeoutException {
        if (over) {
            throw new SocketTimeoutException("The time of the pull is over");
        }
        current = request;
    }

    private synchronized void end() {
        over = true;
        if (current != null) {
            current.cancel();
        }
    }

    /** Whether it took longer than it may. */
    synchronized boolean isOver() {
        return over;
    }

    Duration limit() {
        return limit;
    }

    @Override
    public void close() {
        end.cancel(false);
        end();
    }
}
