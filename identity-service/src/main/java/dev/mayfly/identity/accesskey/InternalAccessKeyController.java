package dev.mayfly.identity.accesskey;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.identity.FormSignature;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;

/** What the gateway asks for when it meets a key that Kafka has not told it of. For siblings only. */
@RestController
class InternalAccessKeyController {
    private final AccessKeys keys;

    InternalAccessKeyController(AccessKeys keys) {
        this.keys = keys;
    }

    /** Whether a form was signed with a key: 200 and whose it is, 403 when it was not, 404 when there is no such active key. */
    @PostMapping("/internal/access-keys/signatures")
    ResponseEntity<byte[]> check(HttpServletRequest request, @RequestBody byte[] body) {
        if (!VoucherFilter.voucher(request).betweenServices()) {
            return ResponseEntity.notFound().build();
        }
        FormSignature signature;
        try {
            signature = Json.read(body, FormSignature.class);
        } catch (JacksonException e) {
            return ResponseEntity.badRequest().build();
        }
        return keys.find(signature.accessKeyId())
                .filter(AccessKeyRecord::active)
                .map(key -> keys.isBy(signature, key)
                        ? ResponseEntity.ok()
                                .contentType(MediaType.APPLICATION_JSON)
                                .body(Json.bytes(new FormSignature.Signer(key.accountId(), key.role())))
                        : ResponseEntity.status(HttpStatus.FORBIDDEN).<byte[]>build())
                .orElseGet(() -> ResponseEntity.notFound().build());
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
