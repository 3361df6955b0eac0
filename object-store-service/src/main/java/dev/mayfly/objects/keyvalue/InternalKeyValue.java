package dev.mayfly.objects.keyvalue;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.objects.metering.RequestMeter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** What hosts ask for their guests, in the guests' own words. The account is the voucher's: nothing in a message names one. */
@RestController
class InternalKeyValue {
    private static final int LARGEST = 8 << 20;

    private final KeyValueService service;
    private final RequestMeter meter;

    InternalKeyValue(KeyValueService service, RequestMeter meter) {
        this.service = service;
        this.meter = meter;
    }

    @PostMapping("/internal/kv")
    ResponseEntity<byte[]> ask(HttpServletRequest request) throws IOException {
        Voucher voucher = VoucherFilter.voucher(request);
        if (!voucher.betweenServices()) {
            return ResponseEntity.status(HttpStatus.FORBIDDEN).build();
        }
        byte[] body = request.getInputStream().readNBytes(LARGEST + 1);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .body(answer(voucher, body));
    }

    private byte[] answer(Voucher voucher, byte[] body) {
        try {
            if (body.length > LARGEST) {
                throw Code.TOO_LARGE.refused();
            }
            return answered(voucher, new Message(body), body.length);
        } catch (Code.RefusedException e) {
            return new byte[] {e.code().number()};
        }
    }

    /** Metered whether it is refused or not, as requests of objects are. */
    private byte[] answered(Voucher voucher, Message asked, int bytesIn) {
        byte[] answer;
        try {
            byte[] said = service.answer(voucher.accountId(), asked);
            answer = new byte[1 + said.length];
            System.arraycopy(said, 0, answer, 1, said.length);
        } catch (Code.RefusedException e) {
            answer = new byte[] {e.code().number()};
        }
        meter.record(
                voucher,
                "kv/" + asked.store(),
                asked.operation().title(),
                asked.operation().price(),
                bytesIn,
                answer.length);
        return answer;
    }
}
