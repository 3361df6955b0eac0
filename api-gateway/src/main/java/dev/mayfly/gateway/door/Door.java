package dev.mayfly.gateway.door;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.gateway.GatewaySettings;
import dev.mayfly.gateway.keys.Credential;
import dev.mayfly.gateway.refusal.Dialect;
import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import dev.mayfly.gateway.signature.LegacyPresign;
import dev.mayfly.gateway.signature.RequestHead;
import dev.mayfly.gateway.signature.SignatureClaim;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** The first filter: nothing gets past it without an {@link Admission}, but for health and metrics. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class Door implements WebFilter {
    private static final String ISSUER = "api-gateway";

    private final Authenticator authenticator;
    private final Answers answers;
    private final Traffic traffic;
    private final Vouching vouching;
    private final List<String> domains;
    private final List<String> webDomains;

    Door(Authenticator authenticator, Answers answers, Traffic traffic, Vouching vouching, GatewaySettings settings) {
        this.authenticator = authenticator;
        this.answers = answers;
        this.traffic = traffic;
        this.vouching = vouching;
        this.domains = settings.domains();
        this.webDomains = settings.webDomains();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        long begun = System.nanoTime();
        HttpServerRequest http = ((AbstractServerHttpRequest) exchange.getRequest()).getNativeRequest();
        String requestId = UUID.randomUUID().toString();
        Inquiry inquiry;
        try {
            inquiry = inquire(http, requestId);
        } catch (RefusedException e) {
            return answers.refuse(exchange, Dialect.S3, requestId, http.uri(), e);
        }
        if (isUnsigned(inquiry)) {
            if (OpenPaths.isHealth(inquiry.head().path())) {
                return answers.health(exchange);
            }
            if (OpenPaths.isActuator(inquiry.head().path())) {
                return chain.filter(exchange);
            }
        }
        exchange.getAttributes().put(Inquiry.ATTRIBUTE, inquiry);
        return admit(inquiry)
                .flatMap(admission -> {
                    exchange.getAttributes().put(Admission.ATTRIBUTE, admission);
                    Mono<Void> through = chain.filter(passing(exchange));
                    return admission.body() == null ? through : through.doFinally(end -> admission.release());
                })
                .onErrorResume(e -> answers.failed(exchange, inquiry, e))
                .doFinally(end -> traffic.count(inquiry.dialect(), exchange.getResponse(), begun));
    }

    /** Spring would answer preflights itself; services do that here, and get the headers as they came. */
    private static ServerWebExchange passing(ServerWebExchange exchange) {
        return CorsUtils.isPreFlightRequest(exchange.getRequest())
                ? exchange.mutate()
                        .request(request ->
                                request.headers(headers -> headers.remove(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)))
                        .build()
                : exchange;
    }

    private Inquiry inquire(HttpServerRequest http, String requestId) throws RefusedException {
        var headers = http.requestHeaders();
        String target = RequestTarget.originForm(http.uri());
        var head = RequestHead.of(http.method().name(), target, headers);
        @Nullable String host = headers.get("host");
        @Nullable String site = BucketHost.bucketOf(host, webDomains);
        @Nullable String bucket = site == null ? BucketHost.bucketOf(host, domains) : site;
        @Nullable String authorization = headers.get("authorization");
        Dialect dialect = site != null ? Dialect.S3 : RequestKind.of(head, authorization, bucket != null);
        return new Inquiry(http, head, target, dialect, authorization, bucket, site != null, requestId);
    }

    private static boolean isUnsigned(Inquiry inquiry) {
        String method = inquiry.head().method();
        return inquiry.authorization() == null
                && inquiry.bucket() == null
                && (method.equals("GET") || method.equals("HEAD"))
                && !SignatureClaim.inQuery(inquiry.head().query())
                && !LegacyPresign.inQuery(inquiry.head().query());
    }

    private Mono<Admission> admit(Inquiry inquiry) {
        if (isUnsigned(inquiry) && OpenPaths.isCode(inquiry.head().path())) {
            return Mono.just(new Admission(Destination.REGISTRY, inquiry.head().path(), anonymous(inquiry), null));
        }
        if (inquiry.site()) {
            return Mono.just(new Admission(Destination.OBJECTS, "/site", anonymous(inquiry), null));
        }
        return authenticator.authenticate(inquiry).flatMap(caller -> admit(inquiry, caller));
    }

    private Mono<Admission> admit(Inquiry inquiry, Authenticator.Caller caller) {
        String path = inquiry.head().path();
        if (inquiry.dialect() == Dialect.LAMBDA && RequestTarget.isAmbiguous(path)) {
            @Nullable String refused = RequestTarget.durableExecution(path);
            if (refused != null) {
                return Mono.just(new Admission(Destination.REGISTRY, refused, voucher(inquiry, caller), caller.body()));
            }
        }
        @Nullable Destination destination = Destination.of(inquiry.dialect(), path);
        if (destination == null || destination != Destination.OBJECTS && RequestTarget.isAmbiguous(path)) {
            caller.release();
            return Mono.error(new RefusedException(
                    Refusal.UNKNOWN_OPERATION,
                    inquiry.head().method() + " " + path + " is nothing that is served here."));
        }
        String target = inquiry.dialect() == Dialect.S3 ? "/s3" : inquiry.target();
        return Mono.just(new Admission(destination, target, voucher(inquiry, caller), caller.body()));
    }

    private String voucher(Inquiry inquiry, Authenticator.Caller caller) {
        Credential credential = caller.credential();
        return vouching.issue(new Voucher(
                ISSUER,
                credential.accountId(),
                credential.accessKeyId(),
                credential.role(),
                credential.functionArn(),
                inquiry.requestId(),
                inquiry.dialect() == Dialect.S3 ? inquiry.pathStyleTarget() : inquiry.target(),
                caller.payload(),
                vouching.expiry()));
    }

    private String anonymous(Inquiry inquiry) {
        return voucher(inquiry, Authenticator.nobody());
    }
}
