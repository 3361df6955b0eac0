package dev.mayfly.gateway.door;

import dev.mayfly.gateway.keys.AccessKeys;
import dev.mayfly.gateway.refusal.Dialect;
import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusalBody;
import dev.mayfly.gateway.refusal.RefusedException;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.PrematureCloseException;
import reactor.netty.http.server.HttpServerResponse;

/** Answers that the gateway gives itself. */
@Component
class Answers {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    private final AccessKeys keys;

    Answers(AccessKeys keys) {
        this.keys = keys;
    }

    Mono<Void> health(ServerWebExchange exchange) {
        boolean ready = keys.isReady();
        ServerHttpResponse response = exchange.getResponse();
        response.setRawStatusCode(ready ? 200 : 503);
        response.getHeaders().set("Content-Type", "application/json");
        byte[] body = (ready ? "{\"status\":\"UP\"}" : "{\"status\":\"STARTING\"}").getBytes(StandardCharsets.UTF_8);
        response.getHeaders().setContentLength(body.length);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    /** Answers for a request that failed on its way, if nothing was answered yet; else the connection is cut. */
    Mono<Void> failed(ServerWebExchange exchange, Inquiry inquiry, Throwable failure) {
        if (exchange.getResponse().isCommitted()) {
            log.warn("{} was cut off: {}", inquiry.requestId(), failure.toString());
            return Mono.error(failure);
        }
        RefusedException refused = explain(inquiry, failure);
        return refuse(
                exchange, inquiry.dialect(), inquiry.requestId(), inquiry.head().path(), refused);
    }

    private static RefusedException explain(Inquiry inquiry, Throwable failure) {
        if (failure instanceof RefusedException refused) {
            return refused;
        }
        String what = inquiry.head().method() + " " + inquiry.head().path();
        if (failure instanceof ConnectException
                || failure instanceof UnknownHostException
                || failure instanceof UnresolvedAddressException) {
            log.warn("{} {}: the service behind is not reachable: {}", inquiry.requestId(), what, failure.toString());
            return new RefusedException(
                    Refusal.UNAVAILABLE, "The service is not available at the moment. Please try again.");
        }
        if (failure instanceof ServiceSilentException) {
            log.warn("{} {}: the service behind did not answer in time", inquiry.requestId(), what);
            return new RefusedException(Refusal.CUT_OFF, "The service did not answer in time.");
        }
        if (failure instanceof PrematureCloseException || failure instanceof IOException) {
            log.warn("{} {}: the service behind broke off: {}", inquiry.requestId(), what, failure.toString());
            return new RefusedException(Refusal.CUT_OFF, "The service broke off before it had answered.");
        }
        if (failure instanceof ResponseStatusException status
                && status.getStatusCode().value() == 404) {
            return new RefusedException(Refusal.UNKNOWN_OPERATION, what + " is nothing that is served here.");
        }
        log.error("{} {} failed", inquiry.requestId(), what, failure);
        return new RefusedException(Refusal.FAULT, "The gateway failed. The request id tells the operator why.");
    }

    Mono<Void> refuse(
            ServerWebExchange exchange, Dialect dialect, String requestId, String path, RefusedException refused) {
        ServerHttpResponse response = exchange.getResponse();
        HttpServerResponse http = nativeResponse(response);
        var body = RefusalBody.of(refused, dialect, requestId, path);
        response.getHeaders().clear();
        http.responseHeaders().clear();
        HttpHeaders headers = http.responseHeaders();
        response.setStatusCode(HttpStatusCode.valueOf(body.status()));
        headers.set("Content-Type", body.contentType());
        headers.set("Content-Length", body.bytes().length);
        dialect.name(requestId, headers);
        switch (dialect) {
            case LAMBDA -> headers.set("x-amzn-ErrorType", body.errorType());
            case V1 -> {
                if (body.status() == 401) {
                    headers.set("WWW-Authenticate", "Bearer realm=\"mayfly\"");
                }
            }
            case S3, STS, LOGS -> {}
        }
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body.bytes())));
    }

    static HttpServerResponse nativeResponse(ServerHttpResponse response) {
        ServerHttpResponse inner = response;
        while (inner instanceof ServerHttpResponseDecorator decorator) {
            inner = decorator.getDelegate();
        }
        return ((AbstractServerHttpResponse) inner).getNativeResponse();
    }
}
