package dev.mayfly.identity.caller;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets a body in only when it is the one that the client signed. Bodies here are short; a long one is refused. */
@Component
@Order(0)
class SignedBodyFilter extends OncePerRequestFilter {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int DIGEST_CHARACTERS = 64;

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getRequestURI().startsWith("/actuator/")) {
            chain.doFilter(request, response);
            return;
        }
        byte[] body = request.getInputStream().readNBytes(MAX_BYTES + 1);
        if (body.length > MAX_BYTES) {
            refuse(response, 413, "Content Too Large", "Send at most " + MAX_BYTES + " bytes.");
        } else if (isSigned(body, VoucherFilter.voucher(request))) {
            chain.doFilter(new WithBody(request, body), response);
        } else {
            refuse(
                    response,
                    401,
                    "Unauthorized",
                    "The body is not the one that was signed: its SHA-256 differs from x-amz-content-sha256.");
        }
    }

    private static boolean isSigned(byte[] body, Voucher voucher) {
        Voucher.@Nullable PayloadSignature payload = voucher.payload();
        if (payload == null || payload.contentSha256().length() != DIGEST_CHARACTERS) {
            return true;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
            return HexFormat.of().formatHex(digest).equalsIgnoreCase(payload.contentSha256());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }

    private static void refuse(HttpServletResponse response, int status, String title, String detail)
            throws IOException {
        byte[] problem = """
                {"type":"about:blank","title":"%s","status":%d,"detail":"%s"}""".formatted(title, status, detail).getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.setContentLength(problem.length);
        response.getOutputStream().write(problem);
    }

    /** The request, with a body that was read already. */
    private static final class WithBody extends HttpServletRequestWrapper {
        private final byte[] body;

        private WithBody(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public ServletInputStream getInputStream() {
            var bytes = new ByteArrayInputStream(body);
            return new ServletInputStream() {
                @Override
                public int read() {
                    return bytes.read();
                }

                @Override
                public int read(byte[] into, int offset, int length) {
                    return bytes.read(into, offset, length);
                }

                @Override
                public boolean isFinished() {
                    return bytes.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new UnsupportedOperationException("Requests are served synchronously");
                }
            };
        }
    }
}
