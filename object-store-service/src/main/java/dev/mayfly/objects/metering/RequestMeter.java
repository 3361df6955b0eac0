package dev.mayfly.objects.metering;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.protocol.S3Request;
import java.time.Clock;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** Meters requests: what was answered with success or an error of the client, to accounts that can be billed. */
@Component
public class RequestMeter {
    private static final int SERVER_ERRORS = 500;
    private static final int FORBIDDEN = 403;
    private static final Pattern CUSTOMER = Pattern.compile("\\d{12}");

    private final Reporting reporting;
    private final Clock clock;

    RequestMeter(Reporting reporting, Clock clock) {
        this.reporting = reporting;
        this.clock = clock;
    }

    /**
     * Records a request that is about to be answered.
     *
     * @param bytesOut of the body, which is not sent to HEAD
     * @throws java.io.UncheckedIOException when it cannot be recorded; the answer must not be success then
     */
    public void record(S3Request request, int status, long bytesOut) {
        String account = payer(request, status);
        if (status >= SERVER_ERRORS || !CUSTOMER.matcher(account).matches()) {
            return;
        }
        reporting.append(new ObjectRequest(
                ObjectRequest.idOf(request.requestId()),
                account,
                clock.instant(),
                request.bucket().isEmpty() ? "-" : request.bucket(),
                request.operation().title(),
                request.operation().requestClass(),
                request.bytesIn(),
                request.method().equals("HEAD") ? 0 : bytesOut,
                status));
    }

    /**
     * Records what a sibling service asked for a customer, before it is answered.
     *
     * @param resource as the bill names it
     * @throws java.io.UncheckedIOException when it cannot be recorded
     */
    public void record(
            Voucher caller, String resource, String operation, RequestClass price, long bytesIn, long bytesOut) {
        if (CUSTOMER.matcher(caller.accountId()).matches()) {
            reporting.append(new ObjectRequest(
                    ObjectRequest.idOf(caller.requestId()),
                    caller.accountId(),
                    clock.instant(),
                    resource,
                    operation,
                    price,
                    bytesIn,
                    bytesOut,
                    200));
        }
    }

    /** The bucket's owner, but for requests of others that were refused: nobody can run up somebody else's bill. */
    private static String payer(S3Request request, int status) {
        return request.opened(request.bucket()) instanceof Bucket bucket && status != FORBIDDEN
                ? bucket.accountId()
                : request.accountId();
    }
}
