package dev.mayfly.objects.server;

import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Xml;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The document of an error. */
final class ErrorAnswer {
    private ErrorAnswer() {}

    /** @param target as the client sent it */
    static Answer of(S3Exception error, String target, String requestId) {
        int mark = target.indexOf('?');
        Xml xml = Xml.plainRoot("Error").element("Code", error.error().code()).element("Message", error.text());
        error.details().forEach(xml::element);
        xml.element("Resource", mark < 0 ? target : target.substring(0, mark))
                .element("RequestId", requestId)
                .element("HostId", Base64.getEncoder().encodeToString(requestId.getBytes(StandardCharsets.UTF_8)));
        Answer answer = Answer.xml(error.error().status(), xml);
        error.headers().forEach(answer::with);
        return answer;
    }
}
