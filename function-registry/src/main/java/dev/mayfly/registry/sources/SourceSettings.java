package dev.mayfly.registry.sources;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What event sources may read.
 *
 * @param sharedTopics topics of Mayfly's own broker that every account may read, besides those that begin with its id and a
 *     dot; none by default
 * @param brokers {@code host:port} of brokers that may be connected to although their address is not public; none by default
 * @param mostMappings event source mappings that an account may have, as each takes threads and connections in every
 *     invoker; default 100
 */
@ConfigurationProperties("mayfly.sources")
record SourceSettings(
        @DefaultValue List<String> sharedTopics,
        @DefaultValue List<String> brokers,
        @DefaultValue("100") int mostMappings) {}
