package dev.mayfly.objects.server;

import dev.mayfly.objects.blob.ContentReader;
import dev.mayfly.objects.blob.Segment;
import dev.mayfly.objects.protocol.Answer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Sends answers. Bytes that lie in one file go from the file to the socket within the kernel, where Tomcat can do that. */
@Component
class AnswerWriter {
    /** Below this a copy costs less than the kernel's way. */
    private static final long SENDFILE_FROM_BYTES = 48 << 10;

    private static final String SENDFILE = "org.apache.tomcat.sendfile.";

    private final ContentReader reader;

    AnswerWriter(ContentReader reader) {
        this.reader = reader;
    }

    /** @throws IOException when the client is gone, or the bytes cannot be read: the connection is cut then */
    void write(Answer answer, HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean head = request.getMethod().equals("HEAD");
        response.setStatus(answer.status());
        answer.headers().forEach((name, value) -> {
            if (!head || answer.status() < 300 || !name.equals("Content-Type")) {
                response.setHeader(name, value);
            }
        });
        switch (answer.body()) {
            case Answer.NoBody none -> {
                if (answer.status() == HttpServletResponse.SC_OK) {
                    response.setContentLength(0);
                }
            }
            case Answer.HeadOnly head1 -> response.setContentLengthLong(head1.announced());
            case Answer.Document document -> {
                if (!head) {
                    response.setContentLength(document.xml().length);
                    response.getOutputStream().write(document.xml());
                }
            }
            case Answer.Bytes bytes -> send(bytes, request, response);
        }
    }

    private void send(Answer.Bytes bytes, HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentLengthLong(bytes.length());
        if (bytes.length() == 0 || sendFile(bytes, request)) {
            return;
        }
        OutputStream out = response.getOutputStream();
        reader.copy(bytes.content(), out::write);
    }

    private boolean sendFile(Answer.Bytes bytes, HttpServletRequest request) throws IOException {
        if (bytes.length() < SENDFILE_FROM_BYTES
                || bytes.content().seal() != null
                || bytes.content().segments().size() != 1
                || !Boolean.TRUE.equals(request.getAttribute(SENDFILE + "support"))) {
            return false;
        }
        Segment segment = bytes.content().segments().getFirst();
        Optional<Path> file = reader.store().file(segment.blob());
        if (file.isEmpty()) {
            return false;
        }
        Path path = file.get();
        if (Files.size(path) < segment.offset() + segment.length()) {
            throw reader.tooShort(segment);
        }
        request.setAttribute(SENDFILE + "filename", path.toString());
        request.setAttribute(SENDFILE + "start", segment.offset());
        request.setAttribute(SENDFILE + "end", segment.offset() + segment.length());
        return true;
    }
}
