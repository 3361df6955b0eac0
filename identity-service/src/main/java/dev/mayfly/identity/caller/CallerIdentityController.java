package dev.mayfly.identity.caller;

import dev.mayfly.contracts.trust.Voucher;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** AWS STS over the query protocol: {@code GetCallerIdentity}. */
@RestController
class CallerIdentityController {
    private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

    @RequestMapping(
            path = "/",
            method = {RequestMethod.GET, RequestMethod.POST})
    ResponseEntity<String> answer(Caller caller, HttpServletRequest request) throws IOException {
        String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String action = parameter(request.getQueryString(), "Action");
        if (action.isEmpty()) {
            action = parameter(body, "Action");
        }
        Voucher voucher = caller.voucher();
        return switch (action) {
            case "GetCallerIdentity" -> xml(200, identity(voucher));
            case "" -> xml(400, error("MissingAction", "Could not find operation: no Action was sent", voucher));
            default ->
                xml(
                        400,
                        error(
                                "InvalidAction",
                                "Could not find operation " + escape(action) + " for version 2011-06-15",
                                voucher));
        };
    }

    private static String identity(Voucher voucher) {
        String account = voucher.accountId();
        String key = Objects.requireNonNullElse(voucher.accessKeyId(), "service");
        @Nullable String function = voucher.functionArn();
        String arn;
        String userId;
        if (function == null) {
            arn = "arn:aws:iam::" + account + ":user/" + key;
            userId = key;
        } else {
            String name = function.substring(function.lastIndexOf(':') + 1);
            arn = "arn:aws:sts::" + account + ":assumed-role/mayfly-function/" + name;
            userId = key + ":" + name;
        }
        return """
                <GetCallerIdentityResponse xmlns="%s">
                  <GetCallerIdentityResult>
                    <Arn>%s</Arn>
                    <UserId>%s</UserId>
                    <Account>%s</Account>
                  </GetCallerIdentityResult>
                  <ResponseMetadata>
                    <RequestId>%s</RequestId>
                  </ResponseMetadata>
                </GetCallerIdentityResponse>
                """.formatted(NAMESPACE, escape(arn), escape(userId), account, voucher.requestId());
    }

    private static String error(String code, String message, Voucher voucher) {
        return """
                <ErrorResponse xmlns="%s">
                  <Error>
                    <Type>Sender</Type>
                    <Code>%s</Code>
                    <Message>%s</Message>
                  </Error>
                  <RequestId>%s</RequestId>
                </ErrorResponse>
                """.formatted(NAMESPACE, code, message, voucher.requestId());
    }

    private static ResponseEntity<String> xml(int status, String body) {
        return ResponseEntity.status(status)
                .header("Content-Type", "text/xml;charset=UTF-8")
                .body(body);
    }

    private static String parameter(@Nullable String form, String name) {
        if (form == null) {
            return "";
        }
        for (String pair : form.split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return decode(pair.substring(name.length() + 1));
            }
        }
        return "";
    }

    private static String decode(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
