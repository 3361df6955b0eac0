package dev.mayfly.objects.site;

import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What browsers see of an error where the site has no page of its own for it. */
final class ErrorPage {
    private static final Map<Integer, String> REASONS = Map.of(
            400, "Bad Request",
            403, "Forbidden",
            404, "Not Found",
            405, "Method Not Allowed",
            412, "Precondition Failed",
            416, "Requested Range Not Satisfiable",
            500, "Internal Server Error",
            503, "Service Unavailable");

    private ErrorPage() {}

    /** @param missing the error document's key, when the site names one that cannot be shown */
    static Answer of(S3Exception error, String requestId, @Nullable String missing) {
        int status = error.error().status();
        String title = status + " " + REASONS.getOrDefault(status, error.error().code());
        var items = new LinkedHashMap<String, String>();
        items.put("Code", error.error().code());
        items.put("Message", error.text());
        items.putAll(error.details());
        items.put("RequestId", requestId);
        var html = new StringBuilder("<!DOCTYPE html>\n<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>"
                + title + "</h1>\n<ul>\n");
        items.forEach((name, value) -> html.append("<li>")
                .append(name)
                .append(": ")
                .append(escaped(value))
                .append("</li>\n"));
        html.append("</ul>\n");
        if (missing != null) {
            html.append(
                            "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n<li>Key: ")
                    .append(escaped(missing))
                    .append("</li>\n</ul>\n");
        }
        html.append("<hr/>\n</body>\n</html>\n");
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "text/html; charset=utf-8");
        headers.put("Cache-Control", "no-store");
        if (status == 405) {
            headers.put("Allow", "GET, HEAD");
        }
        return new Answer(status, headers, new Answer.Document(html.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
