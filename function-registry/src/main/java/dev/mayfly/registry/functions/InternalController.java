package dev.mayfly.registry.functions;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
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

    InternalController(DeployedFunctions functions) {
        this.functions = functions;
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
        if (!qualifier.equals(FunctionVersion.LATEST)) {
            return ResponseEntity.notFound().build();
        }
        return functions
                .findByAccountIdAndName(account, name)
                .map(function -> ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(Json.bytes(function.version())))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }
}
