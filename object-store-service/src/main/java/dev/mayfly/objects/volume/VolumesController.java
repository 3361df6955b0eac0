package dev.mayfly.objects.volume;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/volumes}: the caller's volumes, their quotas, and how they go. They are made by being mounted. */
@RestController
class VolumesController {
    /** A smaller one has no room for a file system. */
    private static final long SMALLEST = 16 << 20;

    private final KeptVolumes volumes;

    VolumesController(KeptVolumes volumes) {
        this.volumes = volumes;
    }

    record Page(List<KeptVolume> volumes) {}

    @GetMapping("/v1/volumes")
    Page list(HttpServletRequest request) {
        return new Page(volumes.list(reader(request).accountId()));
    }

    @GetMapping("/v1/volumes/{name}")
    KeptVolume show(@PathVariable String name, HttpServletRequest request) {
        return find(reader(request), name);
    }

    /** A volume's quota may be set before anybody has mounted it. */
    @PutMapping("/v1/volumes/{name}")
    KeptVolume setQuota(
            @PathVariable String name, @RequestParam @Nullable String quotaBytes, HttpServletRequest request) {
        Voucher caller = writer(request);
        if (!InternalVolumes.isVolume(name)) {
            throw new VolumeProblem(
                    HttpStatus.BAD_REQUEST, "A volume's name is fsap- and 17 lower-case hexadecimal digits.");
        }
        long bytes = bytes(quotaBytes);
        volumes.grant(caller.accountId(), name);
        KeptVolume known = find(caller, name);
        if (bytes < known.bytes()) {
            throw new VolumeProblem(
                    HttpStatus.CONFLICT,
                    name + " holds " + known.bytes() + " bytes, more than the quota would be. Delete files first.");
        }
        volumes.setQuota(caller.accountId(), name, bytes);
        return find(caller, name);
    }

    private static long bytes(@Nullable String text) {
        if (text == null || !text.matches("\\d{1,15}") || Long.parseLong(text) < SMALLEST) {
            throw new VolumeProblem(
                    HttpStatus.BAD_REQUEST,
                    "The query parameter quotaBytes must be a whole number of bytes, " + SMALLEST + " or more.");
        }
        return Long.parseLong(text);
    }

    /** Its host deletes what is in it at its next report; until then it cannot be mounted. */
    @DeleteMapping("/v1/volumes/{name}")
    ResponseEntity<Void> delete(@PathVariable String name, HttpServletRequest request) {
        Voucher caller = writer(request);
        KeptVolume known = find(caller, name);
        if (known.sandboxes() > 0) {
            throw new VolumeProblem(
                    HttpStatus.CONFLICT,
                    name + " is mounted in " + known.sandboxes()
                            + " sandboxes. Take it from the functions that name it, or wait until they are idle.");
        }
        volumes.markDeleted(caller.accountId(), name);
        if (known.measuredAt() == null) {
            volumes.forget(caller.accountId(), name);
        }
        return ResponseEntity.accepted().build();
    }

    private KeptVolume find(Voucher caller, String name) {
        return volumes.find(caller.accountId(), name)
                .orElseThrow(() -> new VolumeProblem(
                        HttpStatus.NOT_FOUND,
                        "The account has no volume " + name + ". One is made when it is mounted."));
    }

    private static Voucher reader(HttpServletRequest request) {
        Voucher caller = VoucherFilter.voucher(request);
        if (caller.betweenServices() || !caller.role().mayReadUsage()) {
            throw new VolumeProblem(HttpStatus.FORBIDDEN, "The access key's role may not see volumes.");
        }
        return caller;
    }

    private static Voucher writer(HttpServletRequest request) {
        Voucher caller = reader(request);
        if (!caller.role().mayDeploy()) {
            throw new VolumeProblem(HttpStatus.FORBIDDEN, "The access key's role may not change volumes.");
        }
        return caller;
    }
}
