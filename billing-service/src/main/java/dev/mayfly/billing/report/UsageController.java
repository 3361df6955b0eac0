package dev.mayfly.billing.report;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/usage}: what the caller's account used, grouped and rated. */
@RestController
class UsageController {
    private static final Set<String> PARAMETERS = Set.of("from", "to", "groupBy", "limit", "nextToken", "format");
    private static final Set<String> NUMBERS = Set.of("quantity", "unitPrice", "cost");
    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;

    /** Where a CSV answer carries what JSON has as {@code nextToken}. */
    static final String NEXT_TOKEN = "X-Mayfly-Next-Token";

    private final UsageReports reports;
    private final Clock clock;

    UsageController(UsageReports reports, Clock clock) {
        this.reports = reports;
        this.clock = clock;
    }

    @GetMapping("/v1/usage")
    ResponseEntity<Object> usage(HttpServletRequest request) {
        var asked = new Asked(request, PARAMETERS);
        String account = asked.account();
        boolean csv = asked.csv();
        UsageReport report = reports.report(question(asked, account));
        if (!csv) {
            return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(report);
        }
        var columns = new ArrayList<>(report.groupBy());
        columns.addAll(List.of("quantity", "unit", "unitPrice", "cost", "currency"));
        report.rows().forEach(row -> row.put("currency", report.currency()));
        var answer = ResponseEntity.ok().contentType(Asked.CSV);
        if (report.nextToken() != null) {
            answer.header(NEXT_TOKEN, report.nextToken());
        }
        return answer.body(Csv.of(columns, NUMBERS, report.rows()));
    }

    private UsageQuestion question(Asked asked, String account) {
        int limit = asked.limit(DEFAULT_LIMIT, MAX_LIMIT);
        String token = asked.text("nextToken");
        if (token == null) {
            Interval interval = Interval.of(asked.text("from"), asked.text("to"), clock.instant());
            return new UsageQuestion(account, interval, UsageQuestion.groups(asked.text("groupBy")), limit, null);
        }
        Page page = Page.of(token);
        return new UsageQuestion(account, new Interval(page.from(), page.to()), page.groupBy(), limit, page.after());
    }
}
