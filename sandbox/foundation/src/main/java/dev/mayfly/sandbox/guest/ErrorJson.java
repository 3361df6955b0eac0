package dev.mayfly.sandbox.guest;

import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lambda's error object, {@code {"errorType": ..., "errorMessage": ...}}. */
record ErrorJson(String errorType, String errorMessage) {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String UNKNOWN = "Runtime.Unknown";

    static ErrorJson parse(byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            return new ErrorJson(
                    node.path("errorType").asString(UNKNOWN),
                    node.path("errorMessage").asString(""));
        } catch (JacksonException e) {
            return new ErrorJson(UNKNOWN, "The runtime reported an error that is not JSON");
        }
    }

    byte[] bytes() {
        return JSON.writeValueAsBytes(Map.of("errorType", errorType, "errorMessage", errorMessage));
    }

    static ErrorJson responseTooLarge(long limit) {
        return new ErrorJson(
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size (" + limit + " bytes).");
    }
}
