package dev.mayfly.registry.concurrency;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.Paging;
import dev.mayfly.registry.lambda.RequestBodies;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Put-, Get-, Delete- and ListProvisionedConcurrencyConfig(s). */
@RestController
@RequestMapping("/2019-09-30/functions/{name}/provisioned-concurrency")
class ProvisionedConcurrencyController {
    private static final int MOST = 50;

    private final RuledFunctions functions;
    private final Concurrency concurrency;
    private final ProvisionedRules rules;
    private final ProvisionedReadiness readiness;
    private final RequestBodies bodies;
    private final String region;
    private final Clock clock;

    ProvisionedConcurrencyController(
            RuledFunctions functions,
            Concurrency concurrency,
            ProvisionedRules rules,
            ProvisionedReadiness readiness,
            RequestBodies bodies,
            RegistryProperties properties,
            Clock clock) {
        this.functions = functions;
        this.concurrency = concurrency;
        this.rules = rules;
        this.readiness = readiness;
        this.bodies = bodies;
        this.region = properties.region();
        this.clock = clock;
    }

    private record Wanted(@Nullable Integer provisionedConcurrentExecutions) {}

    private record Item(String functionArn, @JsonUnwrapped ProvisionedReadiness.Status status) {}

    private record Listing(
            List<Item> provisionedConcurrencyConfigs,
            @Nullable String nextMarker) {}

    @PutMapping
    ResponseEntity<byte[]> put(@PathVariable String name, HttpServletRequest http) {
        requireQualifier(http);
        RuledFunction function = functions.changing(name, http, "PutProvisionedConcurrencyConfig");
        @Nullable
        Integer wanted = bodies.read(http, "PutProvisionedConcurrencyConfig", Wanted.class)
                .provisionedConcurrentExecutions();
        new Constraints()
                .required("provisionedConcurrentExecutions", wanted)
                .between("provisionedConcurrentExecutions", wanted, 1, Integer.MAX_VALUE)
                .check();
        var provisioned = new Concurrency.Provisioned(
                function.qualifier(),
                Objects.requireNonNull(wanted),
                clock.instant().truncatedTo(ChronoUnit.SECONDS));
        functions.changeInTurn(function, () -> {
            rules.check(function, provisioned.executions());
            concurrency.provision(function.id(), provisioned);
            functions.requireRoom(function, LambdaError.INVALID_PARAMETER_VALUE);
            return null;
        });
        return LambdaJson.answer(202, readiness.of(function, provisioned));
    }

    @GetMapping
    ResponseEntity<byte[]> get(@PathVariable String name, HttpServletRequest http) {
        if ("ALL".equals(http.getParameter("List"))) {
            return list(name, http);
        }
        requireQualifier(http);
        RuledFunction function = functions.reading(name, http, "GetProvisionedConcurrencyConfig");
        return LambdaJson.answer(200, readiness.of(function, existing(function)));
    }

    private ResponseEntity<byte[]> list(String name, HttpServletRequest http) {
        RuledFunction function = functions.readingWhole(name, http, "ListProvisionedConcurrencyConfigs");
        Paging paging = Paging.of(http, MOST, MOST);
        var found = concurrency.provisioned(function.id(), paging.after(), paging.size() + 1);
        var page = paging.page(found, Concurrency.Provisioned::qualifier);
        List<Item> items = page.items().stream()
                .map(one -> new Item(function.arnOf(region, one.qualifier()), readiness.of(function, one)))
                .toList();
        return LambdaJson.answer(200, new Listing(items, page.nextMarker()));
    }

    @DeleteMapping
    ResponseEntity<byte[]> delete(@PathVariable String name, HttpServletRequest http) {
        requireQualifier(http);
        RuledFunction function = functions.changing(name, http, "DeleteProvisionedConcurrencyConfig");
        return functions.changeInTurn(function, () -> {
            existing(function);
            concurrency.removed(function.id(), function.qualifier());
            return LambdaJson.noContent();
        });
    }

    private Concurrency.Provisioned existing(RuledFunction function) {
        return concurrency.provisioned(function.id()).stream()
                .filter(one -> one.qualifier().equals(function.qualifier()))
                .findFirst()
                .orElseThrow(() -> LambdaError.PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND.with(
                        "No Provisioned Concurrency Config found for this function"));
    }

    private static void requireQualifier(HttpServletRequest http) {
        new Constraints().required("qualifier", http.getParameter("Qualifier")).check();
    }
}
