package dev.mayfly.objects.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.S3Target;
import dev.mayfly.objects.testing.RunningStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two requests a second by address and bucket, so twenty by address; the clock stands unless it is moved. */
class RequestRatesTest {
    private static final int PER_BUCKET = 2;
    private static final int PER_ADDRESS = 20;

    private final AtomicLong now = new AtomicLong();
    private final RequestRates rates = new RequestRates(
            RunningStore.get().bean(Quotas.class),
            new QuotaSettings(null, null, null, PER_BUCKET, Duration.ofHours(1)),
            new SimpleMeterRegistry(),
            now::get);

    /** How many of a hundred are let through. */
    private int admitted(String address, IntFunction<String> bucket) {
        int admitted = 0;
        for (int i = 0; i < 100; i++) {
            try {
                rates.admit(anonymous(address, bucket.apply(i)));
                admitted++;
            } catch (S3Exception e) {
                assertThat(e.error()).isEqualTo(S3Error.SLOW_DOWN);
            }
        }
        return admitted;
    }

    @Test
    void anonymousCallersAreLimitedByAddressAndBucket() {
        assertThat(admitted("10.0.0.1", i -> "one")).isEqualTo(PER_BUCKET);
        assertThat(admitted("10.0.0.2", i -> "one")).isEqualTo(PER_BUCKET);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(admitted("10.0.0.1", i -> i < 50 ? "one" : "two")).isEqualTo(PER_BUCKET);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(admitted("10.0.0.1", i -> "two")).isEqualTo(PER_BUCKET);
    }

    @Test
    void anAddressIsLimitedOverAllBuckets() {
        assertThat(admitted("10.0.0.1", i -> "bucket-" + i)).isEqualTo(PER_ADDRESS);
        assertThat(admitted("10.0.0.2", i -> "bucket-" + i)).isEqualTo(PER_ADDRESS);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(admitted("10.0.0.1", i -> "bucket-" + i)).isEqualTo(PER_ADDRESS);
    }

    @Test
    void namesThatNoBucketHasAreOne() {
        assertThat(admitted("10.0.0.1", i -> "x".repeat(30_000 + i))).isEqualTo(PER_BUCKET);
        assertThat(admitted("10.0.0.1", i -> "No_Bucket" + i)).isZero();
    }

    @Test
    void anIpv6NetworkIsOneAddress() {
        assertThat(admitted("2001:db8::1", i -> "one")).isEqualTo(PER_BUCKET);
        assertThat(admitted("2001:db8:0:0:ffff::2", i -> "one")).isZero();
        assertThat(admitted("2001:db8:0:1::1", i -> "one")).isEqualTo(PER_BUCKET);
        assertThat(admitted("10.0.0.1", i -> "one")).isEqualTo(PER_BUCKET);
        assertThat(admitted("::ffff:10.0.0.1", i -> "one")).isZero();
        assertThat(admitted("nonsense", i -> "one")).isEqualTo(PER_BUCKET);
        assertThat(admitted("10.0.0.1.example.org", i -> "one")).isZero();
    }

    private static S3Request anonymous(@Nullable String address, String bucket) {
        var http = (HttpServletRequest) Proxy.newProxyInstance(
                RequestRatesTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, given) -> method.getName().equals("getHeader") ? address : null);
        var voucher = new Voucher(
                "test",
                Voucher.ANONYMOUS,
                Voucher.ANONYMOUS,
                Role.INVOKER,
                null,
                "r",
                "/" + bucket + "/k",
                null,
                Instant.MAX);
        return new S3Request(http, voucher, S3Target.parse("/" + bucket + "/k"), S3Operation.GET_OBJECT);
    }
}
