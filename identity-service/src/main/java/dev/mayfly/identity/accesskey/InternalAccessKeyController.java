package dev.mayfly.identity.accesskey;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What the gateway asks for when it meets a key that Kafka has not told it of. For siblings only. */
@RestController
class InternalAccessKeyController {
    private final AccessKeys keys;

    InternalAccessKeyController(AccessKeys keys) {
        this.keys = keys;
    }

    @GetMapping("/internal/access-keys/{id}")
    ResponseEntity<byte[]> get(HttpServletRequest request, @PathVariable String id) {
        if (!VoucherFilter.voucher(request).betweenServices()) {
            return ResponseEntity.notFound().build();
        }
        return keys.find(id)
                .map(key -> ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(Json.bytes(key)))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }
}
