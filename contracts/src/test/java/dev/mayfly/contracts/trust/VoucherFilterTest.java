package dev.mayfly.contracts.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class VoucherFilterTest {
    private final Sealer sealer = Sealer.of(Sealer.newKey());
    private final Vouching vouching = new Vouching(sealer, Clock.systemUTC());
    private final VoucherFilter filter = new VoucherFilter(vouching);
    private final MockHttpServletResponse response = new MockHttpServletResponse();
    private final MockFilterChain chain = new MockFilterChain();

    private void send(MockHttpServletRequest request) throws ServletException, IOException {
        filter.doFilter(request, response, chain);
    }

    private static MockHttpServletRequest get(String path) {
        return new MockHttpServletRequest("GET", path);
    }

    @Test
    void whatIsVouchedForPassesWithItsVoucher() throws ServletException, IOException {
        var request = get("/v1/usage");
        request.addHeader(Voucher.HEADER, vouching.issueForService("gateway", "123456789012"));
        send(request);
        assertThat(chain.getRequest()).isSameAs(request);
        assertThat(VoucherFilter.voucher(request).accountId()).isEqualTo("123456789012");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/health",
                "/actuator/health/readiness",
                "/actuator/health/liveness",
                "/actuator/prometheus"
            })
    void healthAndMetricsAreOpen(String path) throws ServletException, IOException {
        send(get(path));
        assertThat(chain.getRequest()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1/usage",
                "/internal/access-keys/x",
                "/actuator",
                "/actuator/env",
                "/actuator/health/../../internal/access-keys/x",
                "/actuator/health/%2e%2e/env",
                "/actuator/health/..;/env",
                "/actuator/healthy",
                "/ACTUATOR/health"
            })
    void allElseIsRefused(String path) throws ServletException, IOException {
        send(get(path));
        assertThat(chain.getRequest()).isNull();
        assertThat(response.getStatus()).isEqualTo(403);
        assertThat(response.getContentType()).isEqualTo("application/problem+json");
        assertThat(response.getContentAsString()).contains("Send yours to the gateway.");
    }

    @Test
    void anEndedOrForgedVoucherIsRefused() throws ServletException, IOException {
        var late = new Vouching(sealer, Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-5)));
        for (String header : new String[] {late.issueForService("gateway", "1"), "forged", ""}) {
            var request = get("/v1/usage");
            request.addHeader(Voucher.HEADER, header);
            send(request);
            assertThat(chain.getRequest()).isNull();
            assertThat(response.getStatus()).isEqualTo(403);
        }
    }

    @Test
    void aMissingFilterIsNoticed() {
        assertThatThrownBy(() -> VoucherFilter.voucher(get("/"))).isInstanceOf(IllegalStateException.class);
    }
}
