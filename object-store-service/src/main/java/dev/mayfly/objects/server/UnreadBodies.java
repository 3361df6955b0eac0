package dev.mayfly.objects.server;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.objects.protocol.Answer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/**
 * Where Tomcat cannot read a request's body, it throws away what the service answers and asks for an error page: the answer is given
 * here once more.
 */
@Controller
final class UnreadBodies implements ErrorController {
    private static final String ANSWER = UnreadBodies.class.getName() + ".answer";

    private final AnswerWriter writer;

    UnreadBodies(AnswerWriter writer) {
        this.writer = writer;
    }

    /** Notes what is to be answered, should Tomcat ask. */
    static void note(HttpServletRequest http, Answer answer) {
        http.setAttribute(ANSWER, answer);
    }

    @RequestMapping("${server.error.path:/error}")
    void answer(HttpServletRequest http, HttpServletResponse response) throws IOException {
        if (http.getAttribute(ANSWER) instanceof Answer answer) {
            writer.write(answer, http, response);
        } else {
            response.setContentType("application/problem+json");
            response.getOutputStream().write(Json.bytes(Map.of("status", response.getStatus())));
        }
    }
}
