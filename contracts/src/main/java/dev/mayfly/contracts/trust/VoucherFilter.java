package dev.mayfly.contracts.trust;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses every request that no {@link Voucher} comes with, but for health and metrics. What passes carries the voucher
 * as a request attribute: {@link #voucher}.
 */
public final class VoucherFilter implements Filter {
    private static final String ATTRIBUTE = Voucher.class.getName();

    /** Compared with the raw path, so no path that a server normalises later ({@code /../}) passes as one of these. */
    private static final Set<String> OPEN = Set.of(
            "/actuator/prometheus", "/actuator/health", "/actuator/health/readiness", "/actuator/health/liveness");

    private final Vouching vouching;

    public VoucherFilter(Vouching vouching) {
        this.vouching = vouching;
    }

    /** The voucher of a request that passed the filter. */
    public static Voucher voucher(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Voucher voucher) {
            return voucher;
        }
        throw new IllegalStateException("The voucher filter is not installed before this servlet");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var http = (HttpServletRequest) request;
        if (OPEN.contains(http.getRequestURI())) {
            chain.doFilter(request, response);
            return;
        }
        @Nullable String header = http.getHeader(Voucher.HEADER);
        if (header == null) {
            refuse((HttpServletResponse) response, "no voucher");
            return;
        }
        try {
            request.setAttribute(ATTRIBUTE, vouching.verify(header));
        } catch (InvalidSealException e) {
            refuse((HttpServletResponse) response, e.getMessage());
            return;
        }
        chain.doFilter(request, response);
    }

    private static void refuse(HttpServletResponse response, @Nullable String why) throws IOException {
        byte[] problem = """
                {"type":"about:blank","title":"Forbidden","status":403,\
                "detail":"This port serves only requests that the API gateway vouches for (%s). \
                Send yours to the gateway."}""".formatted(why).getBytes(StandardCharsets.UTF_8);
        response.setStatus(HttpServletResponse.SC_FORBIDDEN);
        response.setContentType("application/problem+json");
        response.setContentLength(problem.length);
        response.getOutputStream().write(problem);
    }
}
