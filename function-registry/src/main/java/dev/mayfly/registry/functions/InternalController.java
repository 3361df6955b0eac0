package dev.mayfly.registry.functions;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.registry.lambda.FunctionRef;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What sibling services ask when they have not heard of a function. */
@RestController
class InternalController {
    private final DeployedFunctions functions;
    private final PublishedVersions versions;

    InternalController(DeployedFunctions functions, PublishedVersions versions) {
        this.functions = functions;
        this.versions = versions;
    }

    @GetMapping("/internal/function-versions/{account}/{name}/{qualifier}")
    ResponseEntity<byte[]> version(
            @PathVariable String account,
            @PathVariable String name,
            @PathVariable String qualifier,
            HttpServletRequest http) {
        if (!VoucherFilter.voucher(http).betweenServices()) {
            return ResponseEntity.status(HttpStatus.FORBIDDEN).build();
        }
        return functions
                .findByAccountIdAndName(account, name)
                .flatMap(function -> version(function, new FunctionRef(account, name, qualifier)))
                .map(version -> ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(Json.bytes(version)))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }

    private Optional<FunctionVersion> version(DeployedFunction function, FunctionRef ref) {
        return ref.isLatest()
                ? Optional.of(function.version())
                : ref.versionNumber()
                        .flatMap(number -> versions.find(function.id(), number))
                        .map(FunctionSnapshot::version);
    }
}
