package dev.mayfly.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.gateway.refusal.Dialect;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "localhost,-",
                "localhost:8080,-",
                "photos.localhost:8080,photos",
                "my.photos.localhost,my.photos",
                "photos.s3.localhost,photos",
                "my.photos.s3.localhost:8080,my.photos",
                "photos.s3.eu-west-1.localhost,photos",
                "s3.localhost,-",
                "s3.us-east-1.localhost:8080,-",
                "photos.LOCALHOST,photos",
                "127.0.0.1:8080,-",
                "[::1]:8080,-",
                "evillocalhost,-",
                ".localhost,-",
                "-,-"
            })
    void findsTheBucketInAHostName(String host, String bucket) {
        assertThat(BucketHost.bucketOf(host, List.of("localhost"))).isEqualTo(bucket);
    }

    @ParameterizedTest
    @CsvSource({"/,/b", "/?list-type=2,/b?list-type=2", "/k,/b/k", "//k,/b//k", "/k?x,/b/k?x"})
    void rewritesToPathStyle(String target, String pathStyle) {
        assertThat(BucketHost.pathStyle("b", target)).isEqualTo(pathStyle);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/../internal",
                "/v1/..",
                "/v1/./x",
                "/v1/%2e%2e/internal",
                "/v1/.%2E/internal",
                "/v1/..;x/internal",
                "/v1/a;b",
                "//v1",
                "/v1//accounts",
                "/v1/a%2Fb",
                "/v1/a%5cb",
                "/v1/a\\b",
                "/v1/a%00"
            })
    void seesPathsThatAContainerMightResolveOtherwise(String path) {
        assertThat(RequestTarget.isAmbiguous(path)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "/2025-12-01/durable-executions/arn%3Aaws%3Alambda%3A%3Af%3A1%2Fdurable-execution%2Fn%2Fid,"
                        + "/2025-12-01/durable-executions/named",
                "/2025-12-01/durable-executions/a%2Fb/stop,/2025-12-01/durable-executions/named/stop",
                "/2025-12-01/durable-execution-callbacks/a%2Fb/fail,/2025-12-01/durable-execution-callbacks/named/fail",
                "/2025-12-01/durable-executions/a%2Fb/../stop,null",
                "/2025-12-01/durable-executions/a%2Fb/..%2Fstop,null",
                "/2025-12-01/durable-executions/a/b/stop,null",
                "/2015-03-31/functions/a%2Fb,null"
            })
    void namesOfDurableExecutionsGoNowhere(String path, @Nullable String handedOn) {
        assertThat(RequestTarget.durableExecution(path)).isEqualTo(handedOn);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1/accounts",
                "/v1/accounts/",
                "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af%3A%24LATEST/invocations",
                "/2015-03-31/functions/a.b/invocations",
                "/2015-03-31/functions/..a/invocations"
            })
    void letsOrdinaryPathsThrough(String path) {
        assertThat(RequestTarget.isAmbiguous(path)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"/a?b,/a?b", "http://h/a?b,/a?b", "http://h,/", "http://h?b,/?b", "http://h:80//a,//a"})
    void readsAbsoluteTargets(String target, String origin) throws Exception {
        assertThat(RequestTarget.originForm(target)).isEqualTo(origin);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "LAMBDA,/2015-03-31/functions/f/invocations,INVOKER",
                "LAMBDA,/2021-11-15/functions/f/response-streaming-invocations,INVOKER",
                "LAMBDA,/2014-11-13/functions/f/invoke-async/,INVOKER",
                "LAMBDA,/2015-03-31/functions/f,REGISTRY",
                "LAMBDA,/2015-03-31/functions,REGISTRY",
                "LAMBDA,/2017-03-31/tags/arn/invocations,REGISTRY",
                "LAMBDA,/internal/function-versions/a/b/c,-",
                "LAMBDA,/actuator/env,-",
                "LAMBDA,/20150331-/functions,-",
                "STS,/,IDENTITY",
                "LOGS,/,OBSERVABILITY",
                "LOGS,/actuator/env,-",
                "STS,/internal/access-keys/x,-",
                "V1,/v1/accounts,IDENTITY",
                "V1,/v1/access-keys/AKIA,IDENTITY",
                "V1,/v1/usage,BILLING",
                "V1,/v1/usagex,-",
                "V1,/v1/functions/f/logs,OBSERVABILITY",
                "V1,/v1/invocations/id,OBSERVABILITY",
                "V1,/v1/scaling,AUTOSCALER",
                "V1,/v1,-",
                "S3,/internal/x,OBJECTS"
            })
    void knowsWhoServesWhat(Dialect dialect, String path, Destination destination) {
        assertThat(Destination.of(dialect, path)).isEqualTo(destination);
    }
}
