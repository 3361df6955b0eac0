package dev.mayfly.objects.bucket.cors;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.bucket.settings.SettingHandlers;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A bucket's cross-origin rules: their document, the preflight, and the headers of all other answers. */
@Configuration(proxyBeanMethods = false)
public class Cors {
    /** A bucket's rules, in order: the first that fits counts. */
    record Rules(List<CorsRule> rules) {
        static Rules read(XmlElement document) {
            List<CorsRule> rules =
                    document.children("CORSRule").stream().map(CorsRule::read).toList();
            if (rules.isEmpty() || rules.size() > MAX_RULES) {
                throw new S3Exception(S3Error.MALFORMED_XML);
            }
            return new Rules(rules);
        }

        Xml write() {
            Xml xml = Xml.root("CORSConfiguration");
            rules.forEach(rule -> rule.write(xml));
            return xml;
        }

        Optional<CorsRule> first(String origin, String method) {
            return rules.stream().filter(rule -> rule.allows(origin, method)).findFirst();
        }
    }

    static final Setting<Rules> RULES = Setting.xml("cors", "CORSConfiguration", Rules::read, Rules::write);

    private static final String METHOD = "access-control-request-method";
    private static final int MAX_RULES = 100;
    private static final int MAX_DOCUMENT_BYTES = 64 << 10;
    private static final String VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

    private final Buckets buckets;
    private final BucketSettings settings;

    Cors(Buckets buckets, BucketSettings settings) {
        this.buckets = buckets;
        this.settings = settings;
    }

    @Bean
    Handler getBucketCors(SettingHandlers handlers) {
        return handlers.get(S3Operation.GET_BUCKET_CORS, RULES, S3Error.NO_SUCH_CORS_CONFIGURATION);
    }

    @Bean
    Handler putBucketCors(SettingHandlers handlers) {
        return handlers.put(S3Operation.PUT_BUCKET_CORS, RULES, 200, MAX_DOCUMENT_BYTES);
    }

    @Bean
    Handler deleteBucketCors(SettingHandlers handlers) {
        return handlers.delete(S3Operation.DELETE_BUCKET_CORS, RULES);
    }

    @Bean
    Handler preflight() {
        return Handler.of(S3Operation.PREFLIGHT, this::preflight);
    }

    private Answer preflight(S3Request request) {
        String origin = request.header("origin");
        String method = request.header(METHOD);
        if (origin == null) {
            throw new S3Exception(S3Error.BAD_REQUEST, "Insufficient information. Origin request header needed.");
        }
        if (method == null) {
            throw new S3Exception(S3Error.BAD_REQUEST, "Invalid Access-Control-Request-Method: null");
        }
        Rules rules = settings.find(buckets.require(request.bucket()), RULES)
                .orElseThrow(() -> new S3Exception(
                        S3Error.ACCESS_FORBIDDEN,
                        "CORSResponse: CORS is not enabled for this bucket.",
                        details(method, request)));
        String asked = request.header("access-control-request-headers");
        List<String> headers = asked == null
                ? List.of()
                : Arrays.stream(asked.split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
        CorsRule rule = rules.rules().stream()
                .filter(one -> one.allows(origin, method) && one.allowsHeaders(headers))
                .findFirst()
                .orElseThrow(() -> new S3Exception(
                        S3Error.ACCESS_FORBIDDEN,
                        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin,"
                                + " request method / Access-Control-Request-Method or Access-Control-Request-Headers are"
                                + " not whitelisted by the resource's CORS spec.",
                        details(method, request)));
        Answer answer = Answer.empty(200);
        tell(answer, rule, origin);
        if (!headers.isEmpty()) {
            answer.with("Access-Control-Allow-Headers", String.join(", ", headers));
        }
        return answer;
    }

    private static Map<String, String> details(String method, S3Request request) {
        return Map.of("Method", method, "ResourceType", request.key().isEmpty() ? "BUCKET" : "OBJECT");
    }

    /** Adds to an answer what the browser must know to show it to another site's page. */
    public void tell(S3Request request, Answer answer) {
        if (request.operation() == S3Operation.PREFLIGHT
                || !(request.opened(request.bucket()) instanceof Bucket bucket)) {
            return;
        }
        Optional<Rules> rules = settings.find(bucket, RULES);
        if (rules.isEmpty()) {
            return;
        }
        String origin = request.header("origin");
        answer.with("Vary", VARY);
        if (origin != null) {
            String method = request.header(METHOD);
            rules.get()
                    .first(origin, method == null ? request.method() : method)
                    .ifPresent(rule -> tell(answer, rule, origin));
        }
    }

    private static void tell(Answer answer, CorsRule rule, String origin) {
        boolean everybody = rule.isForEverybody(origin);
        answer.with("Access-Control-Allow-Origin", everybody ? "*" : origin)
                .with("Access-Control-Allow-Methods", String.join(", ", rule.methods()))
                .with("Vary", VARY);
        if (!everybody) {
            answer.with("Access-Control-Allow-Credentials", "true");
        }
        if (!rule.exposed().isEmpty()) {
            answer.with("Access-Control-Expose-Headers", String.join(", ", rule.exposed()));
        }
        String maxAge = rule.maxAge();
        if (maxAge != null) {
            answer.with("Access-Control-Max-Age", maxAge);
        }
    }
}
