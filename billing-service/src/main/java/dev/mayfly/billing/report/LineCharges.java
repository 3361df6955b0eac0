package dev.mayfly.billing.report;

import dev.mayfly.billing.ledger.LedgerLine;
import dev.mayfly.billing.rating.Charge;
import dev.mayfly.billing.rating.Meter;
import dev.mayfly.billing.rating.PriceList;
import dev.mayfly.billing.rating.Quantities;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a single line costs. Storage costs by balance and time, so a change of it costs nothing by itself. */
final class LineCharges {
    private LineCharges() {}

    static List<Charge> of(LedgerLine line, PriceList prices) {
        return switch (line.kind()) {
            case LedgerLine.INVOCATION -> ofInvocation(line, prices);
            case LedgerLine.OBJECT_REQUEST -> ofRequest(line, prices);
            default -> List.of();
        };
    }

    private static List<Charge> ofInvocation(LedgerLine line, PriceList prices) {
        if ("PLATFORM_ERROR".equals(line.status())) {
            return List.of();
        }
        BigDecimal mbMillis = number(line.memoryMb()).multiply(number(line.billedMillis()));
        return List.of(
                Charge.of(prices, Meter.FUNCTION_REQUESTS, line.tier(), BigDecimal.ONE),
                Charge.of(prices, Meter.FUNCTION_COMPUTE, line.tier(), Quantities.gbSeconds(mbMillis)));
    }

    private static List<Charge> ofRequest(LedgerLine line, PriceList prices) {
        if (number(line.httpStatus()).intValueExact() >= 500) {
            return List.of();
        }
        var charges = new ArrayList<Charge>();
        charges.add(Charge.of(prices, meterOf(String.valueOf(line.requestClass())), null, BigDecimal.ONE));
        BigDecimal bytesOut = number(line.bytesOut());
        if (bytesOut.signum() > 0) {
            charges.add(Charge.of(prices, Meter.OBJECT_EGRESS, null, bytesOut));
        }
        return charges;
    }

    static Meter meterOf(String requestClass) {
        return switch (RequestClass.valueOf(requestClass)) {
            case A -> Meter.OBJECT_REQUESTS_CLASS_A;
            case B -> Meter.OBJECT_REQUESTS_CLASS_B;
            case FREE -> Meter.OBJECT_REQUESTS_FREE;
        };
    }

    private static BigDecimal number(@Nullable Number value) {
        return value == null ? BigDecimal.ZERO : BigDecimal.valueOf(value.longValue());
    }
}
