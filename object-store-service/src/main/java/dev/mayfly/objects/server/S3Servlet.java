package dev.mayfly.objects.server;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.objects.access.Access;
import dev.mayfly.objects.blob.DamagedBlobException;
import dev.mayfly.objects.body.Patience;
import dev.mayfly.objects.bucket.cors.Cors;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.metering.RequestMeter;
import dev.mayfly.objects.object.CopySource;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.S3Router;
import dev.mayfly.objects.protocol.S3Target;
import dev.mayfly.objects.quota.RequestRates;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Objects;
import org.apache.coyote.CloseNowException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** All of S3 at one path: the target that the client sent comes in the voucher. */
final class S3Servlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int ATTEMPTS = 3;
    private static final Logger log = LoggerFactory.getLogger(S3Servlet.class);

    private final transient Map<S3Operation, Handler> handlers;
    private final transient Access access;
    private final transient RequestRates rates;
    private final transient Cors cors;
    private final transient RequestMeter meter;
    private final transient AnswerWriter writer;
    private final transient Patience patience;

    S3Servlet(
            Map<S3Operation, Handler> handlers,
            Access access,
            RequestRates rates,
            Cors cors,
            RequestMeter meter,
            AnswerWriter writer,
            Patience patience) {
        this.patience = patience;
        this.handlers = handlers;
        this.access = access;
        this.rates = rates;
        this.cors = cors;
        this.meter = meter;
        this.writer = writer;
    }

    @Override
    protected void service(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Voucher voucher = VoucherFilter.voucher(http);
        String raw = voucher.target() == null ? "" : voucher.target();
        S3Request request;
        try {
            request = read(http, voucher, raw);
        } catch (S3Exception e) {
            writer.write(ErrorAnswer.of(e, raw, voucher.requestId()), http, response);
            return;
        }
        for (int attempt = 1; ; attempt++) {
            try {
                Answer answer = metered(request, raw);
                writer.write(answer, http, response);
                end(answer, http, response);
                return;
            } catch (NoSuchFileException | DamagedBlobException e) {
                if (response.isCommitted()) {
                    throw e;
                }
                response.reset();
                // What named a blob that is gone may have been replaced since it was looked up: then what is there now
                // is read.
                if (e instanceof DamagedBlobException || attempt == ATTEMPTS) {
                    log.error(
                            "{} of {} cannot be sent (request {})",
                            request.key(),
                            request.bucket(),
                            request.requestId(),
                            e);
                    var lost = new S3Exception(S3Error.INTERNAL_ERROR, "The stored bytes of this object are damaged.");
                    writer.write(ErrorAnswer.of(lost, raw, request.requestId()), http, response);
                    return;
                }
            }
        }
    }

    private static void end(Answer answer, HttpServletRequest http, HttpServletResponse response) throws IOException {
        if (http.getAttribute(RequestDispatcher.ERROR_EXCEPTION) != null) {
            UnreadBodies.note(http, answer);
        } else if ("close".equals(answer.headers().get("Connection"))) {
            // Else what a slow client has yet to send would be waited for, and thrown away.
            response.flushBuffer();
            throw new CloseNowException("The client is too slow");
        }
    }

    private Answer metered(S3Request request, String raw) {
        Answer answer = answer(request, raw);
        cors.tell(request, answer);
        try {
            meter.record(request, answer.status(), answer.body().length());
            return answer;
        } catch (UncheckedIOException e) {
            log.error("Request {} could not be metered and is refused", request.requestId(), e);
            return internalError(raw, request);
        }
    }

    private S3Request read(HttpServletRequest http, Voucher voucher, String raw) {
        if (raw.isEmpty()) {
            throw new S3Exception(S3Error.INVALID_URI);
        }
        S3Target target = S3Target.parse(raw);
        boolean copy = http.getHeader(CopySource.HEADER) != null;
        S3Operation operation = S3Router.route(http.getMethod(), target, copy);
        if (!handlers.containsKey(operation)) {
            throw S3Exception.notImplemented(operation.title());
        }
        var request = new S3Request(http, voucher, target, operation);
        request.attach(patience);
        return request;
    }

    private Answer answer(S3Request request, String raw) {
        try {
            S3Operation operation = request.operation();
            rates.admit(request);
            access.check(request);
            return Objects.requireNonNull(handlers.get(operation)).handle(request);
        } catch (S3Exception e) {
            if (e.error() == S3Error.QUOTA_EXCEEDED) {
                rates.count(e.details().getOrDefault("Quota", ""));
            }
            return ErrorAnswer.of(Access.hideAbsence(e, request), raw, request.requestId());
        } catch (DataAccessResourceFailureException
                | TransientDataAccessException
                | RecoverableDataAccessException
                | TransactionException e) {
            log.warn(
                    "{} has to be tried again (request {}): {}",
                    request.operation().title(),
                    request.requestId(),
                    e.toString());
            return ErrorAnswer.of(new S3Exception(S3Error.SERVICE_UNAVAILABLE), raw, request.requestId());
        } catch (IOException | RuntimeException e) {
            log.error(
                    "{} {} failed (request {})", request.operation().title(), request.bucket(), request.requestId(), e);
            return internalError(raw, request);
        }
    }

    private static Answer internalError(String raw, S3Request request) {
        return ErrorAnswer.of(new S3Exception(S3Error.INTERNAL_ERROR), raw, request.requestId());
    }
}
