package dev.mayfly.objects.site;

import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.ObjectAttributes;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.StoredObject;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Percent;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Answers browsers as a bucket's site configuration says. */
@Component
public final class Site {
    private static final int MOVED = 301;
    private static final int FOUND = 302;

    private final BucketSettings settings;
    private final ObjectIndex index;
    private final Visitors visitors;
    private final Representation representation;

    Site(BucketSettings settings, ObjectIndex index, Visitors visitors, Representation representation) {
        this.settings = settings;
        this.index = index;
        this.visitors = visitors;
        this.representation = representation;
    }

    /** The answer, an error's page included. */
    public Answer answer(Visit visit) throws IOException {
        SiteConfiguration site = null;
        try {
            site = settings.find(visit.bucket(), SiteSettings.SITE)
                    .orElseThrow(() -> new S3Exception(
                            S3Error.NO_SUCH_WEBSITE_CONFIGURATION,
                            S3Error.NO_SUCH_WEBSITE_CONFIGURATION.message(),
                            Map.of("BucketName", visit.bucket().name())));
            if (!visit.isRead()) {
                throw new S3Exception(S3Error.METHOD_NOT_ALLOWED);
            }
            return content(visit, site);
        } catch (S3Exception e) {
            return error(visit, site, e);
        }
    }

    /** The page of an error that no site has its own page for. */
    public static Answer errorPage(S3Exception error, String requestId) {
        return ErrorPage.of(error, requestId, null);
    }

    private Answer content(Visit visit, SiteConfiguration site) throws IOException {
        if (site.all() != null) {
            return redirect(visit, site.all(), "");
        }
        var rule = rule(visit, site, null);
        if (rule.isPresent()) {
            return redirect(visit, rule.get().redirect(), rule.get().prefix());
        }
        boolean folder = visit.key().isEmpty() || visit.key().endsWith("/");
        String key = folder ? visit.key() + site.index() : visit.key();
        StoredObject object = index.find(visit.bucket(), key, true).orElse(null);
        if (object == null) {
            String within = key + "/" + site.index();
            if (!folder && index.find(visit.bucket(), within).isPresent()) {
                visitors.require(visit, within);
                return location(
                        FOUND, new Redirect(null, null, null, null, FOUND).location("", key + "/", visit.host()));
            }
            visitors.require(visit, key);
            throw new S3Exception(S3Error.NO_SUCH_KEY, S3Error.NO_SUCH_KEY.message(), Map.of("Key", key));
        }
        visitors.require(visit, key);
        String elsewhere = object.attributes().headers().get(ObjectAttributes.REDIRECT);
        return elsewhere == null ? representation.of(visit, object) : location(MOVED, printable(elsewhere));
    }

    private Answer error(Visit visit, @Nullable SiteConfiguration site, S3Exception error) {
        int status = error.error().status();
        if (site == null || !visit.isRead()) {
            return ErrorPage.of(error, visit.voucher().requestId(), null);
        }
        var rule = rule(visit, site, status);
        if (rule.isPresent()) {
            return redirect(visit, rule.get().redirect(), rule.get().prefix());
        }
        String key = site.errorKey();
        if (key == null) {
            return ErrorPage.of(error, visit.voucher().requestId(), null);
        }
        return index.find(visit.bucket(), key, true)
                .filter(page -> visitors.mayRead(visit, key))
                .map(page -> representation.ofError(visit, page, status))
                .orElseGet(() -> ErrorPage.of(error, visit.voucher().requestId(), key));
    }

    private static Optional<RoutingRule> rule(Visit visit, SiteConfiguration site, @Nullable Integer status) {
        return site.rules().stream()
                .filter(candidate -> candidate.applies(visit.key(), status))
                .findFirst();
    }

    private static Answer redirect(Visit visit, Redirect redirect, String matched) {
        return location(redirect.status(), redirect.location(matched, visit.key(), visit.host()));
    }

    private static Answer location(int status, String location) {
        return Answer.empty(status).with("Location", location).with("Content-Length", "0");
    }

    /** What could end the header, or is no character of a URL, is escaped. */
    private static String printable(String location) {
        var out = new StringBuilder(location.length());
        location.codePoints().forEach(c -> {
            String character = Character.toString(c);
            out.append(
                    c > 0x20 && c < 0x7F && c != '"' && c != '<' && c != '>' ? character : Percent.encode(character));
        });
        return out.toString();
    }
}
