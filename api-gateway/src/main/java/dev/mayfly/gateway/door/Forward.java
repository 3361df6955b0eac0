package dev.mayfly.gateway.door;

import dev.mayfly.gateway.GatewaySettings;
import dev.mayfly.gateway.body.DigestedBody;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.timeout.ReadTimeoutException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/** Hands an admitted request to its service, both bodies streaming, and its target exactly as it is. */
@Component
class Forward implements GlobalFilter, Ordered {
    /** Answers up to this length are passed on in one piece. */
    private static final int SHORT_BYTES = 32 * 1024;

    private final HttpClient client;
    private final Map<URI, HttpClient> clients = new ConcurrentHashMap<>();

    Forward(HttpClient client, GatewaySettings settings) {
        this.client = client.responseTimeout(settings.responseTimeout());
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Admission admission = exchange.getRequiredAttribute(Admission.ATTRIBUTE);
        Inquiry inquiry = exchange.getRequiredAttribute(Inquiry.ATTRIBUTE);
        Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        HttpClient.RequestSender request = clients.computeIfAbsent(route.getUri(), this::clientOf)
                .headers(headers -> Passage.toService(
                        inquiry.head().headers(),
                        headers,
                        admission.voucher(),
                        inquiry.http().remoteAddress()))
                .request(HttpMethod.valueOf(inquiry.head().method()))
                .uri(admission.target());
        @Nullable Publisher<ByteBuf> body = body(inquiry, admission.body());
        HttpClient.ResponseReceiver<?> receiver = body == null ? request : request.send(body);
        return receiver.response((response, content) -> answer(exchange, inquiry, response, content))
                .onErrorMap(ReadTimeoutException.class, ServiceSilentException::new)
                .then();
    }

    private HttpClient clientOf(URI service) {
        int port = service.getPort() < 0 ? 80 : service.getPort();
        var address = InetSocketAddress.createUnresolved(service.getHost(), port);
        return client.remoteAddress(() -> address);
    }

    private static @Nullable Publisher<ByteBuf> body(Inquiry inquiry, @Nullable DigestedBody digested) {
        if (digested != null) {
            return digested.content();
        }
        return inquiry.hasBody() ? inquiry.http().receive().retain() : null;
    }

    private static Mono<Void> answer(
            ServerWebExchange exchange, Inquiry inquiry, HttpClientResponse received, ByteBufFlux content) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(received.status().code()));
        HttpHeaders headers = Answers.nativeResponse(response).responseHeaders();
        Passage.toClient(received.responseHeaders(), headers);
        inquiry.dialect().name(inquiry.requestId(), headers);
        var buffers = (NettyDataBufferFactory) response.bufferFactory();
        int length = headers.getInt("content-length", -1);
        if (length >= 0 && length <= SHORT_BYTES) {
            return response.writeWith(content.aggregate().retain().map(buffers::wrap));
        }
        if (length < 0) {
            // It may come in pieces over time: none waits for the next.
            return response.writeAndFlushWith(
                    content.retain().map(piece -> Mono.just((DataBuffer) buffers.wrap(piece))));
        }
        return response.writeWith(content.retain().map(piece -> (DataBuffer) buffers.wrap(piece)));
    }
}
