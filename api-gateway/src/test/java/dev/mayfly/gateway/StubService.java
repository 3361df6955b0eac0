package dev.mayfly.gateway;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.gateway.signature.Hashing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Plays every service behind the gateway: remembers what came and answers as a test wants. */
public final class StubService {
    /** What a service saw. */
    public record Seen(
            String method, String uri, HttpHeaders headers, Voucher voucher, String bodySha256, long bodyBytes) {}

    /** Answers one request whose body was read. */
    @FunctionalInterface
    public interface Answer {
        Publisher<Void> to(HttpServerRequest request, HttpServerResponse response);
    }

    public final LinkedBlockingDeque<Seen> seen = new LinkedBlockingDeque<>();
    public final Map<String, AccessKeyRecord> identityKnows = new ConcurrentHashMap<>();
    public final AtomicInteger identityAsked = new AtomicInteger();
    public final AtomicInteger waiting = new AtomicInteger();
    private final Vouching vouching;
    private final DisposableServer server;
    private volatile Answer answer = StubService::ok;

    public StubService(Sealer trustKey) {
        vouching = new Vouching(trustKey, Clock.systemUTC());
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .httpRequestDecoder(spec -> spec.maxHeaderSize(65536).maxInitialLineLength(65536))
                .handle(this::handle)
                .bindNow();
    }

    public int port() {
        return server.port();
    }

    public void answers(Answer next) {
        answer = next;
    }

    public void reset() {
        answer = StubService::ok;
        seen.clear();
    }

    public static Publisher<Void> ok(HttpServerRequest request, HttpServerResponse response) {
        return response.header("Content-Type", "application/json")
                .header("Content-Length", "2")
                .sendObject(Unpooled.wrappedBuffer("{}".getBytes()));
    }

    /** Answers only when {@code gate} opens. */
    public Answer after(Sinks.Empty<Void> gate) {
        return (request, response) -> {
            waiting.incrementAndGet();
            return gate.asMono().then(Mono.from(ok(request, response)));
        };
    }

    private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        String uri = request.uri();
        if (uri.startsWith("/internal/access-keys/")) {
            return identity(uri.substring(uri.lastIndexOf('/') + 1), response);
        }
        var digest = Hashing.newDigest();
        long[] length = {0};
        return request.receive()
                .doOnNext(part -> {
                    length[0] += part.readableBytes();
                    digest.update(part.nioBuffer());
                })
                .then(Mono.defer(() -> {
                    seen.add(new Seen(
                            request.method().name(),
                            uri,
                            request.requestHeaders().copy(),
                            voucher(request),
                            Hashing.hex(digest.digest()),
                            length[0]));
                    return Mono.from(answer.to(request, response));
                }));
    }

    private Publisher<Void> identity(String id, HttpServerResponse response) {
        identityAsked.incrementAndGet();
        var key = identityKnows.get(id);
        return key == null ? response.status(404).send() : response.sendByteArray(Mono.just(Json.bytes(key)));
    }

    private Voucher voucher(HttpServerRequest request) {
        try {
            return vouching.verify(request.requestHeaders().get(Voucher.HEADER));
        } catch (dev.mayfly.contracts.trust.InvalidSealException e) {
            throw new AssertionError(e);
        }
    }

    /** Pieces of 64 KiB, {@code count} of them. */
    public static Flux<ByteBuf> pieces(int count) {
        return Flux.range(0, count).map(i -> Unpooled.wrappedBuffer(new byte[65536]));
    }
}
