package dev.mayfly.gateway.door;

import dev.mayfly.gateway.GatewaySettings;
import java.util.Locale;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** One route for each service; the {@link Door} has decided which. */
@Configuration(proxyBeanMethods = false)
class Routes {
    @Bean
    RouteLocator services(RouteLocatorBuilder builder, GatewaySettings settings) {
        var routes = builder.routes();
        for (Destination destination : Destination.values()) {
            routes.route(
                    destination.name().toLowerCase(Locale.ROOT),
                    route -> route.predicate(exchange ->
                                    exchange.getAttribute(Admission.ATTRIBUTE) instanceof Admission admission
                                            && admission.destination() == destination)
                            .uri(destination.in(settings.services())));
        }
        return routes.build();
    }
}
