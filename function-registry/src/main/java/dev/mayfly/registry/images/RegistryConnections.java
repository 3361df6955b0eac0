package dev.mayfly.registry.images;

import dev.mayfly.contracts.trust.PublicAddresses;
import dev.mayfly.registry.RegistryProperties;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.util.Timeout;
import org.springframework.stereotype.Component;

/**
 * Connects to image registries, which customers name: to public addresses, and to what the operator named. A name is looked up
 * once for each connection, and the connection goes to just the addresses that were checked. Follows no redirect itself.
 */
@Component
class RegistryConnections {
    private static final Timeout CONNECT = Timeout.ofSeconds(10);
    private static final Timeout PATIENCE = Timeout.ofSeconds(60);

    private static final Http1Config HEADS =
            Http1Config.custom().setMaxHeaderCount(200).setMaxLineLength(16_384).build();

    private final Set<String> named;
    private final Duration limit;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("image-pull-limit").factory());
    private final CloseableHttpClient anywhere = client(SystemDefaultDnsResolver.INSTANCE);
    private final CloseableHttpClient publicOnly = client(new PublicOnly());

    RegistryConnections(RegistryProperties properties) {
        named = properties.images().registries().stream()
                .map(registry -> registry.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        limit = properties.images().pullLimit();
    }

    private static CloseableHttpClient client(SystemDefaultDnsResolver resolver) {
        return HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(resolver)
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                                .http1Config(HEADS)
                                .build())
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(CONNECT)
                                .setSocketTimeout(PATIENCE)
                                .build())
                        .setMaxConnPerRoute(64)
                        .setMaxConnTotal(256)
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(PATIENCE)
                        .setResponseTimeout(PATIENCE)
                        .build())
                .disableRedirectHandling()
                .disableContentCompression()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    /** Finds addresses that are all public, or none: which of a host's addresses is meant, its owner decides. */
    private static final class PublicOnly extends SystemDefaultDnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            InetAddress[] found = super.resolve(host);
            if (!Arrays.stream(found).allMatch(PublicAddresses::isPublic)) {
                throw new UnknownHostException(host);
            }
            return found;
        }
    }

    /** Whether the operator named it, or all of its host. */
    boolean isNamed(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        return named.contains(host) || named.contains(host + ":" + port(uri));
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "http".equals(uri.getScheme()) ? 80 : 443;
    }

    /** A pull, which ends in time. */
    ImagePull begin() {
        return new ImagePull(this, timer, limit);
    }

    /** @throws UnknownHostException when there is no such host, or none at a public address */
    ClassicHttpResponse send(HttpGet request) throws IOException {
        try {
            var client = isNamed(request.getUri()) ? anywhere : publicOnly;
            return client.executeOpen(RoutingSupport.determineHost(request), request, null);
        } catch (HttpException | URISyntaxException e) {
            throw new IOException(e);
        }
    }

    @PreDestroy
    void close() throws IOException {
        timer.shutdownNow();
        anywhere.close();
        publicOnly.close();
    }
}
