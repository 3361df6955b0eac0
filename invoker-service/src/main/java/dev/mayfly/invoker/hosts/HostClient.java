package dev.mayfly.invoker.hosts;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.StreamedAnswer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.invoker.dispatch.DispatchSettings;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** Gives orders to hosts over kept-alive connections. Never repeats one by itself. Thread-safe. */
public final class HostClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HostClient.class);

    private final PoolingHttpClientConnectionManager pool;
    private final CloseableHttpClient http;

    public HostClient(DispatchSettings settings) {
        this.pool = PoolingHttpClientConnectionManagerBuilder.create()
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnPerRoute(settings.connections())
                .setMaxConnTotal(settings.connections())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                        .setIdleTimeout(Timeout.of(settings.idleConnection()))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(2))
                        .build())
                .setDefaultSocketConfig(
                        SocketConfig.custom().setTcpNoDelay(true).build())
                .build();
        this.http = HttpClients.custom()
                .setConnectionManager(pool)
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .disableDefaultUserAgent()
                .build();
    }

    /**
     * Gives the order to the host at {@code url} and waits for its answer.
     *
     * @param voucher the sealed voucher
     * @param answerWithin the longest wait for the answer to begin
     * @throws AnswerSink.ReceiverGoneException when the host answered and {@code sink} could not take it
     */
    public HostReply invoke(
            URI url, HostInvocation order, String voucher, byte[] event, Duration answerWithin, AnswerSink sink)
            throws AnswerSink.ReceiverGoneException {
        var post = new HttpPost(HostInvocation.PATH);
        post.setHeader(HostInvocation.HEADER, Base64.getUrlEncoder().encodeToString(Json.bytes(order)));
        post.setHeader(Voucher.HEADER, voucher);
        post.setEntity(new ByteArrayEntity(event, ContentType.APPLICATION_JSON));
        post.setConfig(RequestConfig.custom()
                .setResponseTimeout(Timeout.of(answerWithin))
                .setConnectionRequestTimeout(Timeout.ofSeconds(5))
                .build());
        var target = new HttpHost(url.getScheme(), url.getHost(), url.getPort());
        sink.asked(url);
        try {
            return http.execute(target, post, response -> read(response, sink));
        } catch (HttpHostConnectException | ConnectTimeoutException | java.net.UnknownHostException e) {
            // Whatever else is pooled for it leads nowhere either.
            pool.closeIdle(TimeValue.ZERO_MILLISECONDS);
            return new HostReply.Unreachable(e.toString());
        } catch (ConnectionRequestTimeoutException e) {
            return new HostReply.Full();
        } catch (AnswerSink.ReceiverGoneException e) {
            throw e;
        } catch (IOException e) {
            pool.closeIdle(TimeValue.ZERO_MILLISECONDS);
            log.warn("Host {} broke off request {}: {}", url, order.requestId(), e.toString());
            return new HostReply.Broken(e.toString());
        }
    }

    private static HostReply read(ClassicHttpResponse response, AnswerSink sink) throws IOException {
        return switch (response.getCode()) {
            case 200 -> accepted(response, sink);
            case 404 -> new HostReply.UnknownFunction();
            case 429 -> new HostReply.Full();
            case 503 -> new HostReply.NotOffered(detail(response));
            default -> new HostReply.Broken("The host answered " + response.getCode() + ": " + detail(response));
        };
    }

    private static HostReply accepted(ClassicHttpResponse response, AnswerSink sink) throws IOException {
        if (StreamedAnswer.CONTENT_TYPE.equals(contentType(response))) {
            return streamed(response, sink);
        }
        Header header = response.getFirstHeader(InvocationOutcome.HEADER);
        if (header == null) {
            return new HostReply.Broken("The host's answer lacks its outcome");
        }
        InvocationOutcome outcome;
        try {
            outcome = Json.read(Base64.getUrlDecoder().decode(header.getValue()), InvocationOutcome.class);
        } catch (IllegalArgumentException | JacksonException e) {
            return new HostReply.Broken("The host's outcome cannot be read: " + e.getMessage());
        }
        var entity = response.getEntity();
        if (entity == null) {
            sink.accept(outcome, InputStream.nullInputStream(), 0);
        } else {
            sink.accept(outcome, entity.getContent(), entity.getContentLength());
        }
        return new HostReply.Accepted();
    }

    private static HostReply streamed(ClassicHttpResponse response, AnswerSink sink) throws IOException {
        Header header = response.getFirstHeader(StreamedAnswer.Beginning.HEADER);
        if (header != null) {
            try {
                byte[] json = Base64.getUrlDecoder().decode(header.getValue());
                sink.begun(Json.read(json, StreamedAnswer.Beginning.class));
            } catch (IllegalArgumentException | JacksonException e) {
                return new HostReply.Broken("What the host says of the beginning cannot be read: " + e.getMessage());
            }
        }
        InputStream parts = response.getEntity().getContent();
        byte[] error = new byte[0];
        while (true) {
            StreamedAnswer.Part part = StreamedAnswer.read(parts);
            if (part == null) {
                throw new EOFException("The host's answer lacks its outcome");
            }
            switch (part.type()) {
                case StreamedAnswer.PIECE -> sink.piece(part.content());
                case StreamedAnswer.ERROR -> error = part.content();
                case StreamedAnswer.OUTCOME -> {
                    sink.ended(part.outcome(), error);
                    return new HostReply.Accepted();
                }
                default -> throw new IOException("The host sent a part of type " + part.type());
            }
        }
    }

    private static @Nullable String contentType(ClassicHttpResponse response) {
        var entity = response.getEntity();
        return entity == null ? null : entity.getContentType();
    }

    private static String detail(ClassicHttpResponse response) throws IOException {
        var entity = response.getEntity();
        if (entity == null) {
            return "";
        }
        byte[] start = EntityUtils.toByteArray(entity, 2048);
        try {
            return Json.mapper().readTree(start).path("detail").asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    @Override
    public void close() {
        http.close(org.apache.hc.core5.io.CloseMode.IMMEDIATE);
    }
}
