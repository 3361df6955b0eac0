package dev.mayfly.identity.accesskey;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.identity.caller.Caller;
import dev.mayfly.identity.caller.Problem;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/access-keys}: for owners, within their account. */
@RestController
@RequestMapping("/v1/access-keys")
class AccessKeyController {
    private final AccessKeys keys;

    AccessKeyController(AccessKeys keys) {
        this.keys = keys;
    }

    record KeyList(List<AccessKeyView> accessKeys) {}

    record CreateRequest(@Nullable String role) {}

    record ChangeRequest(@Nullable Boolean active) {}

    @GetMapping
    KeyList list(Caller caller) {
        return new KeyList(keys.list(caller.owner().accountId()));
    }

    @PostMapping
    ResponseEntity<NewAccessKey> create(Caller caller, @RequestBody CreateRequest request) {
        String account = caller.owner().accountId();
        var key = keys.create(account, role(request.role()));
        return ResponseEntity.created(URI.create("/v1/access-keys/" + key.accessKeyId()))
                .body(key);
    }

    @PatchMapping("/{id}")
    AccessKeyView change(Caller caller, @PathVariable String id, @RequestBody ChangeRequest request) {
        String account = caller.owner().accountId();
        if (request.active() == null) {
            throw new Problem(HttpStatus.BAD_REQUEST, "Send {\"active\": true} or {\"active\": false}.");
        }
        return keys.activate(account, id, request.active());
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Caller caller, @PathVariable String id) {
        keys.delete(caller.owner().accountId(), id);
    }

    private static Role role(@Nullable String name) {
        return Arrays.stream(Role.values())
                .filter(role -> AccessKeyView.nameOf(role).equals(name))
                .findFirst()
                .orElseThrow(() -> new Problem(
                        HttpStatus.BAD_REQUEST,
                        "role must be one of owner, deployer, invoker, auditor"
                                + (name == null ? "." : "; '" + name + "' is none of them.")));
    }
}
