package dev.mayfly.host.preparation;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.HostPreparation;
import dev.mayfly.host.lease.Preparations;
import dev.mayfly.host.lease.Preparations.Outcome;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** {@code POST /internal/preparations}. */
class PreparationServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int LARGEST_ORDER = 256 * 1024;

    private final transient Preparations preparations;

    PreparationServlet(Preparations preparations) {
        this.preparations = preparations;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        @Nullable HostPreparation order = order(request.getInputStream().readNBytes(LARGEST_ORDER));
        if (order == null) {
            problem(response, 400, "The body is not the order that was agreed", null);
            return;
        }
        try {
            switch (preparations.prepare(order.version(), order.within())) {
                case Outcome.Ready() -> response.setStatus(204);
                case Outcome.Impossible(String code, String message) -> problem(response, 422, message, code);
                case Outcome.Elsewhere(String message) -> problem(response, 503, message, null);
                case Outcome.Busy(String message) -> problem(response, 429, message, null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem(response, 503, "The host is stopping", null);
        }
    }

    private static @Nullable HostPreparation order(byte[] body) {
        try {
            HostPreparation order = Json.read(body, HostPreparation.class);
            return order == null || order.version() == null ? null : order;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static void problem(HttpServletResponse response, int status, String detail, @Nullable String code)
            throws IOException {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", "Not prepared");
        problem.put("status", status);
        problem.put("detail", detail);
        if (code != null) {
            problem.put("code", code);
        }
        byte[] body = Json.bytes(problem);
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
