package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.SourceReport;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** What invokers tell about event sources. */
@RestController
class ReportsController {
    private final MappingLife life;

    ReportsController(MappingLife life) {
        this.life = life;
    }

    @PostMapping("/internal/event-sources/{id}/reports")
    ResponseEntity<Void> report(@PathVariable UUID id, @RequestBody byte[] report, HttpServletRequest http) {
        if (!VoucherFilter.voucher(http).betweenServices()) {
            return ResponseEntity.status(HttpStatus.FORBIDDEN).build();
        }
        life.report(id, Json.read(report, SourceReport.class));
        return ResponseEntity.noContent().build();
    }
}
