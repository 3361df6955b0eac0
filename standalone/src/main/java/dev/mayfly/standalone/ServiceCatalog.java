package dev.mayfly.standalone;

import dev.mayfly.standalone.home.Ports;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The services of the suite, in the order of their start. */
enum ServiceCatalog {
    IDENTITY("identity-service", "IDENTITY", Ports::identity, "identity"),
    REGISTRY("function-registry", "REGISTRY", Ports::registry, "registry"),
    HOST("sandbox-host", "HOST", Ports::host, null),
    OBJECTS("object-store-service", "OBJECTS", Ports::objects, "objects"),
    INVOKER("invoker-service", "INVOKER", Ports::invoker, null),
    BILLING("billing-service", "BILLING", Ports::billing, "billing"),
    OBSERVABILITY("observability-service", "OBSERVABILITY", Ports::observability, "observability"),
    GATEWAY("api-gateway", "GATEWAY", Ports::gateway, null),
    AUTOSCALER("autoscaler", "AUTOSCALER", Ports::autoscaler, null);

    private final String module;
    private final String variable;
    private final ToIntFunction<Ports> port;
    private final @Nullable String databaseRole;

    ServiceCatalog(String module, String variable, ToIntFunction<Ports> port, @Nullable String databaseRole) {
        this.module = module;
        this.variable = variable;
        this.port = port;
        this.databaseRole = databaseRole;
    }

    String module() {
        return module;
    }

    int port(Ports ports) {
        return port.applyAsInt(ports);
    }

    /** The variable that sets its port. */
    String portVariable() {
        return this == GATEWAY ? "MAYFLY_PORT" : "MAYFLY_" + variable + "_PORT";
    }

    /** The variable that tells the others where it is. */
    String urlVariable() {
        return "MAYFLY_" + variable + "_URL";
    }

    /** Its role in PostgreSQL and the name of the schema it owns. */
    Optional<String> databaseRole() {
        return Optional.ofNullable(databaseRole);
    }

    /** Where it says whether it can work. */
    String healthPath() {
        return "/actuator/health/readiness";
    }

    /** Whether it opens the secrets of access keys. */
    boolean needsMasterKey() {
        return this == IDENTITY || this == GATEWAY;
    }

    /** On the path of every request: worth the better compiler, which costs memory and start-up time. */
    boolean isHot() {
        return this == GATEWAY || this == INVOKER || this == HOST || this == OBJECTS;
    }

    static List<String> databaseRoles() {
        return Arrays.stream(values())
                .flatMap(service -> service.databaseRole().stream())
                .toList();
    }
}
