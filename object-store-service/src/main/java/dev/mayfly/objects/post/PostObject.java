package dev.mayfly.objects.post;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.access.Access;
import dev.mayfly.objects.body.Patience;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.tagging.TagSet;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.PutObject;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.S3Target;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** An upload from a form: a put whose headers are the form's fields. */
@Component
final class PostObject implements Handler {
    private static final Set<String> HEADERS = Set.of(
            "content-type", "cache-control", "content-disposition", "content-encoding", "expires", "content-md5");
    private static final Set<String> OF_SIGNATURE =
            Set.of("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-security-token");

    /** Far more than the fields of a form and what stands around them. */
    private static final long FORM_BYTES = 1L << 20;

    private final Buckets buckets;
    private final FormSigners signers;
    private final Access access;
    private final PutObject put;
    private final Clock clock;

    PostObject(Buckets buckets, FormSigners signers, Access access, PutObject put, Clock clock) {
        this.buckets = buckets;
        this.signers = signers;
        this.access = access;
        this.put = put;
        this.clock = clock;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.POST_OBJECT;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        if (request.contentLength() < 0) {
            throw new S3Exception(S3Error.MISSING_CONTENT_LENGTH);
        }
        if (request.contentLength() > PutObject.MAX_BYTES + FORM_BYTES) {
            throw new S3Exception(S3Error.ENTITY_TOO_LARGE);
        }
        buckets.require(request.bucket());
        MultipartForm form = MultipartForm.read(request.header("content-type"), Patience.of(request));
        String key = form.field("key");
        if (key == null || key.isEmpty()) {
            throw MultipartForm.missing("key");
        }
        Voucher sender = request.voucher();
        long min = 0;
        long max = PutObject.MAX_BYTES;
        String document = form.field("policy");
        if (document != null) {
            sender = signers.signer(form, document, sender);
            FormPolicy policy = FormPolicy.read(document);
            policy.check(form.fields(), request.bucket(), clock.instant());
            min = policy.minBytes();
            max = Math.min(max, policy.maxBytes());
        } else if (form.field("signature") != null || form.field("x-amz-signature") != null) {
            throw S3Exception.invalidArgument("policy", "", "Bucket POST must contain a field named 'policy'.");
        }
        S3Target.checkKey(key);
        S3Request upload =
                request.upload(withoutPayload(sender), key, headers(form), new FormBody(form.file(), min, max));
        access.check(upload);
        return answer(form, request.bucket(), key, put.handle(upload));
    }

    /** What was signed of the request's body is the form's, and not its file's. */
    private static Voucher withoutPayload(Voucher sender) {
        return new Voucher(
                sender.issuer(),
                sender.accountId(),
                sender.accessKeyId(),
                sender.role(),
                sender.functionArn(),
                sender.requestId(),
                sender.target(),
                null,
                sender.expiresAt());
    }

    private static Map<String, String> headers(MultipartForm form) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        form.fields().forEach((name, value) -> {
            boolean amz = name.regionMatches(true, 0, "x-amz-", 0, 6);
            if (HEADERS.contains(name.toLowerCase(Locale.ROOT))
                    || amz && !OF_SIGNATURE.contains(name.toLowerCase(Locale.ROOT))) {
                requirePrintable(name, value);
                headers.put(name, new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
            }
        });
        String acl = form.field("acl");
        if (acl != null) {
            headers.put("x-amz-acl", acl);
        }
        String tagging = form.field("tagging");
        if (tagging != null) {
            TagSet tags = TagSet.read(
                    XmlElement.parse(tagging.getBytes(StandardCharsets.UTF_8), "Tagging"), TagSet.MAX_OBJECT_TAGS);
            headers.put(
                    "x-amz-tagging",
                    tags.tags().entrySet().stream()
                            .map(tag -> Percent.encode(tag.getKey()) + "=" + Percent.encode(tag.getValue()))
                            .collect(Collectors.joining("&")));
        }
        return headers;
    }

    private static void requirePrintable(String name, String value) {
        if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7F)
                || !name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != ':')) {
            throw S3Exception.invalidArgument(name, value, "Form fields that become headers must be printable");
        }
    }

    private static Answer answer(MultipartForm form, String bucket, String key, Answer written) {
        String etag = written.headers().getOrDefault("ETag", "");
        String location = "/" + bucket + "/" + Percent.encode(key);
        String redirect = redirect(form);
        Answer answer;
        if (redirect != null) {
            answer = Answer.empty(303)
                    .with(
                            "Location",
                            redirect + (redirect.indexOf('?') < 0 ? "?" : "&") + "bucket=" + bucket + "&key="
                                    + Percent.encode(key).replace("/", "%2F") + "&etag=" + Percent.encode(etag));
        } else {
            answer = switch (String.valueOf(form.field("success_action_status"))) {
                case "200" -> Answer.empty(200);
                case "201" ->
                    Answer.xml(
                            201,
                            Xml.plainRoot("PostResponse")
                                    .element("Location", location)
                                    .element("Bucket", bucket)
                                    .element("Key", key)
                                    .element("ETag", etag));
                default -> Answer.empty(204);
            };
        }
        written.headers().forEach(answer.headers()::putIfAbsent);
        answer.headers().putIfAbsent("Location", location);
        return answer;
    }

    /** What is no address of the web, or would break the header, is ignored, as S3 does. */
    private static @Nullable String redirect(MultipartForm form) {
        String named = form.field("success_action_redirect");
        String url = named == null ? form.field("redirect") : named;
        boolean good = url != null
                && (url.startsWith("http://") || url.startsWith("https://"))
                && url.chars().allMatch(c -> c > 0x20 && c < 0x7F);
        return good ? url : null;
    }
}
