package dev.mayfly.gateway.refusal;

import dev.mayfly.contracts.events.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An error as the client's protocol spells it.
 *
 * @param errorType goes into {@code x-amzn-ErrorType} for Lambda
 */
public record RefusalBody(int status, String errorType, String contentType, byte[] bytes) {

    /** @param path the request's path, which S3 repeats as {@code Resource} */
    public static RefusalBody of(RefusedException refused, Dialect dialect, String requestId, String path) {
        Refusal.Code code = refused.refusal().in(dialect);
        return switch (dialect) {
            case LAMBDA -> json(code, "application/json", lambda(refused));
            case S3 -> xml(code, s3(refused, code, requestId, path));
            case LOGS ->
                json(
                        code,
                        "application/x-amz-json-1.1",
                        Map.of("__type", code.type(), "message", refused.explanation()));
            case STS -> xml(code, sts(refused, code, requestId));
            case V1 -> json(code, "application/problem+json", problem(refused, code, requestId));
        };
    }

    private static Map<String, Object> lambda(RefusedException refused) {
        var members = new LinkedHashMap<String, Object>();
        members.put("Type", refused.refusal().in(Dialect.LAMBDA).status() < 500 ? "User" : "Service");
        members.put("message", refused.explanation());
        members.put("Message", refused.explanation());
        return members;
    }

    private static Map<String, Object> problem(RefusedException refused, Refusal.Code code, String requestId) {
        var members = new LinkedHashMap<String, Object>();
        members.put("type", code.type());
        members.put("title", title(code.status()));
        members.put("status", code.status());
        members.put("detail", refused.explanation());
        members.put("requestId", requestId);
        return members;
    }

    private static String s3(RefusedException refused, Refusal.Code code, String requestId, String path) {
        var xml = new StringBuilder(512).append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        element(xml, "Code", code.type());
        element(xml, "Message", refused.explanation());
        refused.details().forEach((name, value) -> element(xml, name, value));
        element(xml, "Resource", path);
        element(xml, "RequestId", requestId);
        element(xml, "HostId", requestId);
        return xml.append("</Error>").toString();
    }

    private static String sts(RefusedException refused, Refusal.Code code, String requestId) {
        var xml = new StringBuilder(512)
                .append("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>");
        element(xml, "Type", code.status() < 500 ? "Sender" : "Receiver");
        element(xml, "Code", code.type());
        element(xml, "Message", refused.explanation());
        xml.append("</Error>");
        element(xml, "RequestId", requestId);
        return xml.append("</ErrorResponse>").toString();
    }

    private static RefusalBody json(Refusal.Code code, String contentType, Map<String, Object> members) {
        return new RefusalBody(code.status(), code.type(), contentType, Json.bytes(members));
    }

    private static RefusalBody xml(Refusal.Code code, String xml) {
        return new RefusalBody(code.status(), code.type(), "application/xml", xml.getBytes(StandardCharsets.UTF_8));
    }

    private static void element(StringBuilder xml, String name, String text) {
        xml.append('<').append(name).append('>');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '&' -> xml.append("&amp;");
                case '\n', '\t' -> xml.append(c);
                default -> xml.append(c < ' ' || c == 0xFFFE || c == 0xFFFF || Character.isSurrogate(c) ? '?' : c);
            }
        }
        xml.append("</").append(name).append('>');
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 404 -> "Not Found";
            case 413 -> "Content Too Large";
            case 429 -> "Too Many Requests";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            default -> "Internal Server Error";
        };
    }
}
