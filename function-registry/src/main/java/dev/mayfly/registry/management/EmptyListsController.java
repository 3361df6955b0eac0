package dev.mayfly.registry.management;

import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.Paging;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Questions about what Mayfly has none of, that AWS answers the same way where an account has none. */
@RestController
class EmptyListsController {
    private final RuledFunctions functions;

    EmptyListsController(RuledFunctions functions) {
        this.functions = functions;
    }

    private record FunctionName(String functionName) {}

    @GetMapping("/2020-04-22/code-signing-configs")
    ResponseEntity<byte[]> codeSigningConfigs(HttpServletRequest http) {
        return none(http, "ListCodeSigningConfigs", "CodeSigningConfigs", 10_000);
    }

    @GetMapping("/2025-11-30/capacity-providers")
    ResponseEntity<byte[]> capacityProviders(HttpServletRequest http) {
        return none(http, "ListCapacityProviders", "CapacityProviders", 50);
    }

    private static ResponseEntity<byte[]> none(HttpServletRequest http, String operation, String list, int most) {
        Caller.of(http).mayRead(operation);
        Paging paging = Paging.of(http, most, most);
        if (!paging.after().isEmpty()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The Marker is none that an earlier answer gave as NextMarker.");
        }
        return LambdaJson.answer(200, Map.of(list, List.of()));
    }

    @GetMapping("/2020-06-30/functions/{name}/code-signing-config")
    ResponseEntity<byte[]> codeSigningConfig(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.readingWhole(name, http, "GetFunctionCodeSigningConfig");
        return LambdaJson.answer(200, new FunctionName(function.ref().name()));
    }

    @DeleteMapping("/2020-06-30/functions/{name}/code-signing-config")
    ResponseEntity<byte[]> deleteCodeSigningConfig(@PathVariable String name, HttpServletRequest http) {
        functions.changingWhole(name, http, "DeleteFunctionCodeSigningConfig");
        return LambdaJson.noContent();
    }
}
