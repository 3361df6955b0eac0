package dev.mayfly.objects.volume;

import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.contracts.volume.VolumeGrant;
import dev.mayfly.contracts.volume.VolumeOrders;
import dev.mayfly.contracts.volume.VolumeReport;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** What hosts ask and tell. */
@RestController
class InternalVolumes {
    private static final String ONE = VolumeGrant.PATH + "{account}/{name}";

    private final KeptVolumes volumes;

    InternalVolumes(KeptVolumes volumes) {
        this.volumes = volumes;
    }

    static boolean isVolume(String name) {
        return name.matches("fsap-[a-f0-9]{17}");
    }

    @PutMapping(ONE)
    VolumeGrant grant(@PathVariable String account, @PathVariable String name, HttpServletRequest request) {
        requireService(request);
        if (!isVolume(name)) {
            throw new VolumeProblem(HttpStatus.CONFLICT, name + " is no volume's name.");
        }
        return new VolumeGrant(volumes.grant(account, name));
    }

    @DeleteMapping(ONE)
    ResponseEntity<Void> deleted(@PathVariable String account, @PathVariable String name, HttpServletRequest request) {
        requireService(request);
        volumes.forget(account, name);
        return ResponseEntity.noContent().build();
    }

    @PostMapping(VolumeReport.PATH)
    VolumeOrders report(@RequestBody VolumeReport report, HttpServletRequest request) {
        requireService(request);
        return volumes.report(report);
    }

    private static void requireService(HttpServletRequest request) {
        if (!VoucherFilter.voucher(request).betweenServices()) {
            throw new VolumeProblem(HttpStatus.FORBIDDEN, "Services only.");
        }
    }
}
