package dev.mayfly.objects.access;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.policy.PolicyContext;
import dev.mayfly.objects.policy.Requester;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.S3Target;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The condition keys of one request.
 *
 * @param prefix that is asked about in place of the request's own, or null
 * @param existingTags of the object that it is about, asked for only when a policy wants them
 */
record RequestContext(
        S3Request request,
        Requester requester,
        Clock clock,
        @Nullable String prefix,
        Supplier<Map<String, String>> existingTags)
        implements PolicyContext {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String EXISTING_TAG = "s3:existingobjecttag/";
    private static final String REQUEST_TAG = "s3:requestobjecttag/";

    @Override
    public List<String> values(String key) {
        if (key.startsWith(EXISTING_TAG)) {
            return tag(existingTags.get(), key.substring(EXISTING_TAG.length()));
        }
        if (key.startsWith(REQUEST_TAG)) {
            return tag(requestTags(), key.substring(REQUEST_TAG.length()));
        }
        if (key.equals("s3:requestobjecttagkeys")) {
            return List.copyOf(requestTags().keySet());
        }
        String value = key.startsWith("aws:") ? global(key.substring(4)) : ofS3(key.substring(key.indexOf(':') + 1));
        return value == null ? List.of() : List.of(value);
    }

    /** Condition keys are compared without case, and so is the tag's key in them. */
    private static List<String> tag(Map<String, String> tags, String name) {
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            if (tag.getKey().equalsIgnoreCase(name)) {
                return List.of(tag.getValue());
            }
        }
        return List.of();
    }

    private @Nullable String global(String key) {
        Voucher voucher = request.voucher();
        boolean known = !requester.isAnonymous();
        return switch (key) {
            case "sourceip" -> request.sourceIp();
            case "securetransport" -> Boolean.toString("https".equalsIgnoreCase(request.header("x-forwarded-proto")));
            case "currenttime" -> clock.instant().toString();
            case "epochtime" -> Long.toString(clock.instant().getEpochSecond());
            case "useragent" -> request.header("user-agent");
            case "referer" -> request.header("referer");
            case "principalaccount" -> requester.accountId();
            case "principalarn" -> known ? requester.arns().getLast() : null;
            case "principaltype" -> !known ? "Anonymous" : voucher.functionArn() == null ? "User" : "AssumedRole";
            case "username" -> known && voucher.functionArn() == null ? voucher.accessKeyId() : null;
            case "userid" -> known ? voucher.accessKeyId() : "anonymous";
            default -> null;
        };
    }

    private @Nullable String ofS3(String key) {
        return switch (key) {
            case "prefix" -> prefix == null ? request.query(key) : prefix;
            case "delimiter", "max-keys" -> request.query(key);
            case "versionid" -> request.query("versionId");
            case "authtype" -> request.authType();
            case "signatureversion" -> signatureVersion();
            case "signatureage" -> signatureAge();
            case "x-amz-content-sha256" ->
                request.voucher().payload() == null
                        ? null
                        : request.voucher().payload().contentSha256();
            case "object-lock-mode", "object-lock-retain-until-date", "object-lock-legal-hold" ->
                request.header("x-amz-" + key);
            default -> key.startsWith("x-amz-") ? request.header(key) : null;
        };
    }

    private @Nullable String signatureVersion() {
        if (requester.isAnonymous()) {
            return null;
        }
        return request.query("AWSAccessKeyId") == null ? "AWS4-HMAC-SHA256" : "AWS";
    }

    private @Nullable String signatureAge() {
        String signedAt = request.query("X-Amz-Date");
        if (signedAt == null) {
            return null;
        }
        try {
            return Long.toString(Duration.between(STAMP.parse(signedAt, Instant::from), clock.instant())
                    .toMillis());
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private Map<String, String> requestTags() {
        String header = request.header("x-amz-tagging");
        return header == null ? Map.of() : S3Target.parse("/?" + header).query();
    }
}
