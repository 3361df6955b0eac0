package dev.mayfly.registry.concurrency;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.RequestBodies;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/** Put-, Get- and DeleteFunctionConcurrency. */
@RestController
class ReservedConcurrencyController {
    private final RuledFunctions functions;
    private final Concurrency concurrency;
    private final RequestBodies bodies;
    private final RegistryProperties.Concurrency limits;

    ReservedConcurrencyController(
            RuledFunctions functions, Concurrency concurrency, RequestBodies bodies, RegistryProperties properties) {
        this.functions = functions;
        this.concurrency = concurrency;
        this.bodies = bodies;
        this.limits = properties.concurrency();
    }

    private record Reserved(@Nullable Integer reservedConcurrentExecutions) {}

    @PutMapping("/2017-10-31/functions/{name}/concurrency")
    ResponseEntity<byte[]> put(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changingWhole(name, http, "PutFunctionConcurrency");
        @Nullable
        Integer wanted =
                bodies.read(http, "PutFunctionConcurrency", Reserved.class).reservedConcurrentExecutions();
        new Constraints()
                .required("reservedConcurrentExecutions", wanted)
                .between("reservedConcurrentExecutions", wanted, 0, Integer.MAX_VALUE)
                .check();
        int executions = Objects.requireNonNull(wanted);
        return functions.changeInTurn(function, () -> {
            long provisioned = concurrency.provisioned(function.id()).stream()
                    .mapToLong(Concurrency.Provisioned::executions)
                    .sum();
            if (executions < provisioned) {
                throw LambdaError.INVALID_PARAMETER_VALUE.with("ReservedConcurrentExecutions " + executions
                        + " should not be lower than function's total provisioned concurrency [" + provisioned + "].");
            }
            long others = concurrency.takenByOthers(function.ref().accountId(), function.id());
            if (limits.account() - others - executions < limits.unreserved()) {
                throw LambdaError.INVALID_PARAMETER_VALUE.with(
                        "Specified ReservedConcurrentExecutions for function decreases account's"
                                + " UnreservedConcurrentExecution below its minimum value of [" + limits.unreserved()
                                + "].");
            }
            concurrency.reserve(function.id(), executions);
            return LambdaJson.answer(200, new Reserved(executions));
        });
    }

    @GetMapping("/2019-09-30/functions/{name}/concurrency")
    ResponseEntity<byte[]> get(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.readingWhole(name, http, "GetFunctionConcurrency");
        return LambdaJson.answer(
                200, new Reserved(concurrency.reserved(function.id()).orElse(null)));
    }

    @DeleteMapping("/2017-10-31/functions/{name}/concurrency")
    ResponseEntity<byte[]> delete(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changingWhole(name, http, "DeleteFunctionConcurrency");
        return functions.changeInTurn(function, () -> {
            concurrency.release(function.id());
            return LambdaJson.noContent();
        });
    }
}
