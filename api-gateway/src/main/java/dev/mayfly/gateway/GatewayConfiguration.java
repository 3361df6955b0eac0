package dev.mayfly.gateway;

import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.gateway.signature.SignatureVerifier;
import io.netty.channel.ChannelOption;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.netty.NettyPipeline;

/** Keys, clock, and the two ends of the proxy. */
@Configuration(proxyBeanMethods = false)
class GatewayConfiguration {
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Sealer trustKey(GatewaySettings settings) {
        return Sealer.of(settings.trustKey());
    }

    @Bean
    Sealer masterKey(GatewaySettings settings) {
        return Sealer.of(settings.masterKey());
    }

    @Bean
    Vouching vouching(@Qualifier("trustKey") Sealer trustKey, Clock clock) {
        return new Vouching(trustKey, clock);
    }

    @Bean
    SignatureVerifier signatureVerifier(Clock clock, GatewaySettings settings) {
        return new SignatureVerifier(clock, settings.region());
    }

    /** Never sends a request twice: the first may have had its effect. */
    @Bean
    HttpClientCustomizer towardsServices(GatewaySettings settings) {
        return client -> client.disableRetry(true)
                .followRedirect(false)
                .compress(false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(settings.connectTimeout().toMillis()));
    }

    @Bean
    NettyServerCustomizer towardsClients(GatewaySettings settings) {
        var interim = new InterimAnswers();
        return server -> server.readTimeout(settings.readTimeout())
                .compress(false)
                .doOnChannelInit((observer, channel, address) -> channel.pipeline()
                        .addBefore(NettyPipeline.HttpTrafficHandler, "mayfly.interim-answers", interim));
    }
}
