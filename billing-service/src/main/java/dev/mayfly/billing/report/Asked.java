package dev.mayfly.billing.report;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** A request to read usage: who asks, for what, in which form. */
final class Asked {
    static final MediaType CSV = MediaType.parseMediaType("text/csv;charset=UTF-8");

    private final HttpServletRequest request;
    private final Voucher voucher;

    /**
     * @param known the parameters there are
     * @throws Problem when a parameter is unknown or repeated
     */
    Asked(HttpServletRequest request, Set<String> known) {
        this.request = request;
        this.voucher = VoucherFilter.voucher(request);
        request.getParameterMap().forEach((name, values) -> {
            if (!known.contains(name)) {
                throw Problem.badRequest("There is no parameter \"" + name + "\" here. There is: "
                        + String.join(", ", new TreeSet<>(known)) + ".");
            }
            if (values.length > 1) {
                throw Problem.badRequest("The parameter " + name + " is given more than once.");
            }
        });
    }

    /** The account whose usage may be read. */
    String account() {
        if (!voucher.role().mayReadUsage()) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "This access key has the role invoker, which may not read usage. Use a key with the role owner,"
                            + " deployer or auditor.");
        }
        return voucher.accountId();
    }

    @Nullable
    String text(String name) {
        String value = request.getParameter(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    int limit(int standard, int most) {
        String text = text("limit");
        if (text == null) {
            return standard;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= most) {
                return limit;
            }
        } catch (NumberFormatException e) {
            throw badLimit(text, most);
        }
        throw badLimit(text, most);
    }

    private static Problem badLimit(String text, int most) {
        return Problem.badRequest("limit=" + text + " is not a whole number between 1 and " + most + ".");
    }

    /** Whether CSV is wanted: {@code format} decides, else {@code Accept}, else it is JSON. */
    boolean csv() {
        String format = text("format");
        if (format != null) {
            return switch (format) {
                case "csv" -> true;
                case "json" -> false;
                default -> throw Problem.badRequest("format=" + format + " is neither json nor csv.");
            };
        }
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        if (accept == null || accept.isBlank()) {
            return false;
        }
        return accepted(accept).stream()
                .filter(type -> type.isCompatibleWith(MediaType.APPLICATION_JSON) || type.isCompatibleWith(CSV))
                .findFirst()
                .map(type -> !type.isCompatibleWith(MediaType.APPLICATION_JSON))
                .orElseThrow(() -> new Problem(
                        HttpStatus.NOT_ACCEPTABLE,
                        "Usage comes as application/json or text/csv, not as " + accept + "."));
    }

    private static List<MediaType> accepted(String accept) {
        try {
            return MediaType.parseMediaTypes(accept).stream()
                    .filter(type -> type.getQualityValue() > 0)
                    .sorted(Comparator.comparing(MediaType::getQualityValue)
                            .reversed()
                            .thenComparing(MediaType::isWildcardType))
                    .toList();
        } catch (InvalidMediaTypeException e) {
            throw new Problem(HttpStatus.NOT_ACCEPTABLE, "The header Accept cannot be read: " + accept + ".");
        }
    }
}
