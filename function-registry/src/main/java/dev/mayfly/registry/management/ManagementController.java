package dev.mayfly.registry.management;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.RequestBodies;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/** Put- and GetFunctionRecursionConfig, Put- and GetRuntimeManagementConfig. */
@RestController
class ManagementController {
    private static final Pattern RUNTIME_ARN =
            Pattern.compile("arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}::runtime:.+");

    private final RuledFunctions functions;
    private final FunctionManagement management;
    private final RequestBodies bodies;
    private final String region;

    ManagementController(
            RuledFunctions functions,
            FunctionManagement management,
            RequestBodies bodies,
            RegistryProperties properties) {
        this.functions = functions;
        this.management = management;
        this.bodies = bodies;
        this.region = properties.region();
    }

    private record Recursion(@Nullable String recursiveLoop) {}

    private record RuntimeRequest(
            @Nullable String updateRuntimeOn, @Nullable String runtimeVersionArn) {}

    private record RuntimeAnswer(String updateRuntimeOn, String functionArn) {}

    @PutMapping("/2024-08-31/functions/{name}/recursion-config")
    ResponseEntity<byte[]> putRecursion(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changingWhole(name, http, "PutFunctionRecursionConfig");
        @Nullable
        String loop =
                bodies.read(http, "PutFunctionRecursionConfig", Recursion.class).recursiveLoop();
        new Constraints()
                .required("recursiveLoop", loop)
                .oneOf("recursiveLoop", loop, List.of("Allow", "Terminate"))
                .check();
        return functions.change(function, () -> {
            management.recursiveLoop(function.id(), Objects.requireNonNull(loop));
            return LambdaJson.answer(200, new Recursion(loop));
        });
    }

    @GetMapping("/2024-08-31/functions/{name}/recursion-config")
    ResponseEntity<byte[]> getRecursion(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.readingWhole(name, http, "GetFunctionRecursionConfig");
        return LambdaJson.answer(200, new Recursion(management.recursiveLoop(function.id())));
    }

    @PutMapping("/2021-07-20/functions/{name}/runtime-management-config")
    ResponseEntity<byte[]> putRuntime(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changing(name, http, "PutRuntimeManagementConfig");
        var request = bodies.read(http, "PutRuntimeManagementConfig", RuntimeRequest.class);
        new Constraints()
                .required("updateRuntimeOn", request.updateRuntimeOn())
                .oneOf("updateRuntimeOn", request.updateRuntimeOn(), List.of("Auto", "Manual", "FunctionUpdate"))
                .length("runtimeVersionArn", request.runtimeVersionArn(), 26, 2048)
                .pattern("runtimeVersionArn", request.runtimeVersionArn(), RUNTIME_ARN)
                .check();
        String on = Objects.requireNonNull(request.updateRuntimeOn());
        if (on.equals("Manual")) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "UpdateRuntimeOn Manual is not supported: Mayfly runs functions"
                            + " with the runtime that the sandbox hosts have installed, of which there is one. To stay with"
                            + " one, bring it along: deploy an image, or provided.al2023 with a bootstrap.");
        }
        if (request.runtimeVersionArn() != null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "RuntimeVersionArn can be used with UpdateRuntimeOn Manual only.");
        }
        return functions.change(function, () -> {
            management.updateRuntimeOn(function.id(), function.qualifier(), on);
            return LambdaJson.answer(200, new RuntimeAnswer(on, function.qualifiedArn(region)));
        });
    }

    @GetMapping("/2021-07-20/functions/{name}/runtime-management-config")
    ResponseEntity<byte[]> getRuntime(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.reading(name, http, "GetRuntimeManagementConfig");
        String on = management.updateRuntimeOn(function.id(), function.qualifier());
        return LambdaJson.answer(200, new RuntimeAnswer(on, function.qualifiedArn(region)));
    }
}
