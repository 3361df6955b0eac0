package dev.mayfly.objects.server;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.metering.RequestMeter;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.S3Target;
import dev.mayfly.objects.site.Site;
import dev.mayfly.objects.site.Visit;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Web sites: what the gateway was asked for by a host name that is a site's, as {@code /BUCKET/PATH} in the voucher. */
final class SiteServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(SiteServlet.class);

    private final transient Buckets buckets;
    private final transient Site site;
    private final transient RequestMeter meter;
    private final transient AnswerWriter writer;

    SiteServlet(Buckets buckets, Site site, RequestMeter meter, AnswerWriter writer) {
        this.buckets = buckets;
        this.site = site;
        this.meter = meter;
        this.writer = writer;
    }

    @Override
    protected void service(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Voucher voucher = VoucherFilter.voucher(http);
        writer.write(answer(http, voucher), http, response);
    }

    private Answer answer(HttpServletRequest http, Voucher voucher) {
        try {
            String raw = voucher.target() == null ? "" : voucher.target();
            int query = raw.indexOf('?');
            S3Target target = S3Target.parse(query < 0 ? raw : raw.substring(0, query));
            var bucket = buckets.find(target.bucket())
                    .orElseThrow(() -> new S3Exception(
                            S3Error.NO_SUCH_BUCKET,
                            S3Error.NO_SUCH_BUCKET.message(),
                            Map.of("BucketName", target.bucket())));
            var visit = new Visit(http, voucher, bucket, target.key());
            Answer answer = site.answer(visit);
            meter.record(
                    visit.reading(target.key()), answer.status(), answer.body().length());
            return answer;
        } catch (S3Exception e) {
            return Site.errorPage(e, voucher.requestId());
        } catch (DataAccessException | TransactionException e) {
            log.warn("The site {} cannot be shown now: {}", voucher.target(), e.toString());
            return Site.errorPage(new S3Exception(S3Error.SERVICE_UNAVAILABLE), voucher.requestId());
        } catch (IOException | UncheckedIOException e) {
            log.error("The site {} could not be shown (request {})", voucher.target(), voucher.requestId(), e);
            return Site.errorPage(new S3Exception(S3Error.INTERNAL_ERROR), voucher.requestId());
        }
    }
}
