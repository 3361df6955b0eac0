package dev.mayfly.host.invocation;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

/** {@code POST /internal/invocations}: the hot path, hence a servlet of its own. */
@Component
class InvocationServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(InvocationServlet.class);
    private static final int LARGEST_EVENT = 6 * 1024 * 1024 + 1024;

    private final transient InvocationRunner runner;
    private final transient RepeatedOrders repeated = new RepeatedOrders();

    InvocationServlet(InvocationRunner runner) {
        this.runner = runner;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HostInvocation order;
        try {
            order = order(request.getHeader(HostInvocation.HEADER));
        } catch (IllegalArgumentException e) {
            problem(response, 400, "The header " + HostInvocation.HEADER + " holds no order: " + e.getMessage());
            return;
        }
        byte[] event = request.getInputStream().readNBytes(LARGEST_EVENT + 1);
        if (event.length > LARGEST_EVENT) {
            problem(response, 413, "The event is larger than " + LARGEST_EVENT + " bytes");
            return;
        }
        try {
            if (order.stream()) {
                var stream = new AnswerStream(response, order.requestId());
                stream.end(runner.run(order, event, stream));
            } else if (order.async()) {
                answer(response, repeated.once(order, () -> runner.run(order, event, null)));
            } else {
                answer(response, runner.run(order, event, null));
            }
        } catch (RefusedException e) {
            problem(response, e.status(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem(response, 503, "The host is stopping");
        } catch (UncheckedIOException e) {
            log.error("The use of {} could not be recorded", order.requestId(), e);
            problem(response, 500, "What was used could not be recorded, so it is not answered");
        }
    }

    private static HostInvocation order(@Nullable String header) {
        if (header == null) {
            throw new IllegalArgumentException("it is missing");
        }
        try {
            return Json.read(Base64.getUrlDecoder().decode(header), HostInvocation.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is not the JSON that was agreed", e);
        }
    }

    private static void answer(HttpServletResponse response, Answer answer) throws IOException {
        response.setHeader(
                InvocationOutcome.HEADER,
                Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(answer.outcome())));
        response.setContentType("application/json");
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }

    private static void problem(HttpServletResponse response, int status, @Nullable String detail) throws IOException {
        if (response.isCommitted()) {
            throw new IOException("The answer breaks off: " + detail);
        }
        byte[] body = Json.bytes(Map.of(
                "type",
                "about:blank",
                "title",
                "Invocation refused",
                "status",
                status,
                "detail",
                String.valueOf(detail)));
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
