package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** ListFunctions: in the order of names, at most 50 an answer, as on AWS. */
@RestController
class ListingController {
    private static final int PAGE = 50;

    private final DeployedFunctions functions;
    private final String region;

    ListingController(DeployedFunctions functions, RegistryProperties properties) {
        this.functions = functions;
        this.region = properties.region();
    }

    private record Listing(
            List<FunctionConfiguration> functions, @Nullable String nextMarker) {}

    @GetMapping({"/2015-03-31/functions", "/2015-03-31/functions/"})
    ResponseEntity<byte[]> list(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListFunctions");
        int wanted = maxItems(http.getParameter("MaxItems"));
        @Nullable String version = http.getParameter("FunctionVersion");
        new Constraints()
                .between("maxItems", wanted, 1, 10_000)
                .oneOf("functionVersion", version, List.of("ALL"))
                .check();
        int size = Math.min(wanted, PAGE);
        List<DeployedFunction> found = functions.findByAccountIdAndNameGreaterThanOrderByName(
                caller.accountId(), after(http.getParameter("Marker")), Limit.of(size + 1));
        List<DeployedFunction> page = found.subList(0, Math.min(size, found.size()));
        @Nullable String qualifier = version == null ? null : FunctionVersion.LATEST;
        var configurations = page.stream()
                .map(function -> FunctionConfiguration.of(
                        function, new FunctionRef(function.accountId(), function.name(), qualifier).arn(region)))
                .toList();
        @Nullable String next = found.size() > size ? marker(page.getLast().name()) : null;
        return LambdaJson.answer(200, new Listing(configurations, next));
    }

    private static int maxItems(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return PAGE;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("MaxItems must be a number, and '" + text + "' is none.");
        }
    }

    private static String marker(String lastName) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(lastName.getBytes(StandardCharsets.UTF_8));
    }

    private static String after(@Nullable String marker) {
        if (marker == null || marker.isEmpty()) {
            return "";
        }
        try {
            String name = new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8);
            if (name.matches("[a-zA-Z0-9-_]{1,64}")) {
                return name;
            }
        } catch (IllegalArgumentException e) {
            throw invalid(marker);
        }
        throw invalid(marker);
    }

    private static RuntimeException invalid(String marker) {
        return LambdaError.INVALID_PARAMETER_VALUE.with(
                "The Marker '" + marker + "' is none that an earlier answer gave as NextMarker.");
    }
}
