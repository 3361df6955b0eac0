package dev.mayfly.objects.server;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.objects.blob.BlobVerification;
import dev.mayfly.objects.blob.Difference;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * {@code POST /v1/objects/verify}: a line of JSON for every difference of index and store, lines of progress between, and the
 * sums at the end. For owners of the first account, one at a time.
 */
final class VerifyServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(VerifyServlet.class);

    /** The account that exists from the first start; its owners operate the installation. */
    private static final String OPERATOR_ACCOUNT = "000000000000";

    private final transient BlobVerification verification;
    private final transient Semaphore one = new Semaphore(1);

    VerifyServlet(BlobVerification verification) {
        this.verification = verification;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Voucher voucher = VoucherFilter.voucher(request);
        if (!voucher.accountId().equals(OPERATOR_ACCOUNT) || voucher.role() != Role.OWNER) {
            refuse(response, 403, "Only an owner of the account " + OPERATOR_ACCOUNT + " may verify the store.");
        } else if (!one.tryAcquire()) {
            refuse(response, 409, "The store is being verified already.");
        } else {
            try {
                verify(request, response);
            } finally {
                one.release();
            }
        }
    }

    private void verify(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var task = new BlobVerification.Task(
                Boolean.parseBoolean(request.getParameter("checksums")),
                Boolean.parseBoolean(request.getParameter("repair")));
        response.setContentType("application/x-ndjson");
        OutputStream out = response.getOutputStream();
        var differences = new AtomicLong();
        try {
            BlobVerification.Progress all = verification.verify(
                    task,
                    difference -> {
                        differences.incrementAndGet();
                        line(out, document(difference));
                    },
                    progress -> line(out, Map.of("blobs", progress.blobs(), "bytes", progress.bytes())));
            line(out, Map.of("verified", true, "blobs", all.blobs(), "bytes", all.bytes(), "differences", differences));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (IOException | DataAccessException | TransactionException e) {
            log.error("The store could not be verified", e);
            line(out, Map.of("verified", false, "error", "The store or the index failed meanwhile; see the log."));
        }
    }

    private static Map<String, Object> document(Difference difference) {
        var document = new LinkedHashMap<String, Object>();
        document.put("difference", difference.kind().name().toLowerCase(Locale.ROOT));
        document.put("blob", difference.blob() == null ? "-" : difference.blob());
        document.put("detail", difference.detail());
        document.put("objects", difference.objects());
        document.put("repaired", difference.repaired());
        return document;
    }

    private static void line(OutputStream out, Object document) {
        try {
            out.write((Json.text(document) + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuse(HttpServletResponse response, int status, String detail) throws IOException {
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.getOutputStream()
                .write(Json.text(Map.of("status", status, "detail", detail)).getBytes(StandardCharsets.UTF_8));
    }
}
