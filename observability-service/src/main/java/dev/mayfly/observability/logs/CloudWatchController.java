package dev.mayfly.observability.logs;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The one address of the CloudWatch Logs API (JSON 1.1): the header {@code X-Amz-Target} names the operation. */
@RestController
class CloudWatchController {
    private static final Logger log = LoggerFactory.getLogger(CloudWatchController.class);
    private static final MediaType JSON_1_1 = MediaType.parseMediaType("application/x-amz-json-1.1");
    private static final String SERVICE = "Logs_20140328.";
    private static final int MOST_BYTES = 1 << 20;

    private final CloudWatchLogs logs;

    CloudWatchController(CloudWatchLogs logs) {
        this.logs = logs;
    }

    @PostMapping("/")
    ResponseEntity<byte[]> operation(HttpServletRequest request) throws IOException {
        try {
            return answer(200, perform(request));
        } catch (CloudWatchRefusal e) {
            return answer(e.status(), Map.of("__type", e.type(), "message", String.valueOf(e.getMessage())));
        } catch (DataAccessException e) {
            log.warn("PostgreSQL did not answer: {}", e.toString());
            return answer(
                    503,
                    Map.of(
                            "__type",
                            "ServiceUnavailableException",
                            "message",
                            "The logs cannot be read at the moment. Nothing is lost; try again."));
        }
    }

    private static ResponseEntity<byte[]> answer(int status, Object body) {
        return ResponseEntity.status(status).contentType(JSON_1_1).body(Json.bytes(body));
    }

    private Map<String, Object> perform(HttpServletRequest request) throws IOException {
        Voucher voucher = VoucherFilter.voucher(request);
        String operation = operation(request.getHeader("X-Amz-Target"));
        byte[] body = request.getInputStream().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw CloudWatchRefusal.invalid("The request is larger than " + MOST_BYTES + " bytes");
        }
        check(body, voucher.payload());
        if (!voucher.role().mayReadUsage()) {
            throw new CloudWatchRefusal(
                    400,
                    "AccessDeniedException",
                    "User: arn:aws:iam::" + voucher.accountId() + ":root is not authorized to perform: logs:"
                            + operation + " because the access key's role " + voucher.role() + " does not allow it");
        }
        String account = voucher.accountId();
        var input = new CloudWatchInput(account, body);
        return switch (operation) {
            case "FilterLogEvents" -> logs.filterLogEvents(account, input);
            case "GetLogEvents" -> logs.getLogEvents(account, input);
            case "DescribeLogGroups" -> logs.describeLogGroups(account, input);
            case "DescribeLogStreams" -> logs.describeLogStreams(account, input);
            default ->
                throw new CloudWatchRefusal(
                        400,
                        "UnsupportedOperationException",
                        "Mayfly does not support " + operation + ". Log groups and streams appear with their first line"
                                + " and are kept for the retention that the operator sets; there are FilterLogEvents,"
                                + " GetLogEvents, DescribeLogGroups and DescribeLogStreams.");
        };
    }

    private static String operation(@Nullable String target) {
        if (target == null || !target.startsWith(SERVICE)) {
            throw new CloudWatchRefusal(
                    400, "UnknownOperationException", "The header X-Amz-Target names no operation of CloudWatch Logs");
        }
        String name = target.substring(SERVICE.length());
        if (!name.matches("[A-Za-z]{1,64}")) {
            throw new CloudWatchRefusal(400, "UnknownOperationException", "There is no such operation");
        }
        return name;
    }

    /** The gateway digests a body only where the client did not. */
    private static void check(byte[] body, Voucher.@Nullable PayloadSignature payload) {
        if (payload == null || !payload.contentSha256().matches("[0-9a-f]{64}")) {
            return;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
            if (!HexFormat.of().formatHex(digest).equals(payload.contentSha256())) {
                throw new CloudWatchRefusal(
                        400, "InvalidSignatureException", "The body is not the one that was signed");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
