package dev.mayfly.registry.rules;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What sibling services ask when they have not heard of a function's rules. */
@RestController
class RulesController {
    private final RulesPublication rules;

    RulesController(RulesPublication rules) {
        this.rules = rules;
    }

    @GetMapping("/internal/functions/{account}/{name}/rules")
    ResponseEntity<byte[]> rules(@PathVariable String account, @PathVariable String name, HttpServletRequest http) {
        if (!VoucherFilter.voucher(http).betweenServices()) {
            return ResponseEntity.status(HttpStatus.FORBIDDEN).build();
        }
        return rules.find(account, name)
                .map(found -> ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(Json.bytes(found)))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }
}
