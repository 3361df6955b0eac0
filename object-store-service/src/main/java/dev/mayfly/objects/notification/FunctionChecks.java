package dev.mayfly.objects.notification;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.Destination;
import dev.mayfly.contracts.function.Grants;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.objects.MayflyProperties;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

/** Asks the registry whether a bucket may invoke the functions that it is to notify. */
@Component
final class FunctionChecks {
    private static final Logger log = LoggerFactory.getLogger(FunctionChecks.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final URI registry;
    private final String region;
    private final Vouching vouching;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    FunctionChecks(MayflyProperties mayfly, Vouching vouching) {
        this.registry = mayfly.services().registry();
        this.region = mayfly.region();
        this.vouching = vouching;
    }

    /**
     * @param reachable whether the functions must exist and allow it, too
     * @throws S3Exception InvalidArgument
     */
    void check(Bucket bucket, NotificationConfiguration wanted, boolean reachable) {
        var refused = new LinkedHashMap<String, String>();
        for (FunctionNotification rule : wanted.functions()) {
            String arn = rule.function();
            if (!(Destination.parse(arn).orElse(null) instanceof Destination.OfFunction function)) {
                throw S3Exception.invalidArgument("CloudFunction", arn, "The ARN could not be parsed");
            }
            if (!function.region().equals(region)) {
                throw S3Exception.invalidArgument(
                        "CloudFunction",
                        arn,
                        "The notification destination service region is not valid for the bucket location constraint");
            }
            if (reachable && !isAllowed(bucket, function)) {
                int number = refused.size() / 2 + 1;
                refused.put("ArgumentName" + number, arn + ", null");
                refused.put("ArgumentValue" + number, "Not authorized to invoke function [" + arn + "]");
            }
        }
        if (!refused.isEmpty()) {
            throw new S3Exception(
                    S3Error.INVALID_ARGUMENT, "Unable to validate the following destination configurations", refused);
        }
    }

    /** A function that does not exist has no rules, and so allows nothing. */
    private boolean isAllowed(Bucket bucket, Destination.OfFunction function) {
        var principal = Grants.Principal.Service.bucket(bucket.name(), bucket.accountId());
        return rules(function.accountId(), function.name())
                .map(rules -> Grants.allow(rules, function.qualifier(), Grants.INVOKE, principal))
                .orElse(false);
    }

    private Optional<InvocationRules> rules(String accountId, String name) {
        var request = HttpRequest.newBuilder(
                        registry.resolve("/internal/functions/" + accountId + "/" + name + "/rules"))
                .timeout(LIMIT)
                .header(Voucher.HEADER, vouching.issueForService("object-store-service", accountId))
                .build();
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return switch (response.statusCode()) {
                case 200 -> Optional.of(Json.read(response.body(), InvocationRules.class));
                case 404 -> Optional.empty();
                default -> throw new S3Exception(S3Error.SERVICE_UNAVAILABLE);
            };
        } catch (IOException | JacksonException e) {
            log.warn("The registry could not be asked about {} of {}: {}", name, accountId, e.toString());
            throw new S3Exception(S3Error.SERVICE_UNAVAILABLE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new S3Exception(S3Error.SERVICE_UNAVAILABLE);
        }
    }
}
