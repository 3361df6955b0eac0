package dev.mayfly.registry.functions;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.Paging;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** ListFunctions: in the order of names, at most 50 an answer, as on AWS. No function is the copy of another region's. */
@RestController
class ListingController {
    private static final int MOST = 50;
    private static final String ALL = "ALL";
    private static final Pattern MASTER_REGION = Pattern.compile("ALL|[a-z]{2}(-gov)?-[a-z]+-\\d{1}");

    private final DeployedFunctions functions;
    private final PublishedVersions versions;
    private final TransactionTemplate transactions;
    private final String region;

    ListingController(
            DeployedFunctions functions,
            PublishedVersions versions,
            TransactionTemplate transactions,
            RegistryProperties properties) {
        this.functions = functions;
        this.versions = versions;
        this.transactions = transactions;
        this.region = properties.region();
    }

    private record Listing(
            List<FunctionConfiguration> functions, @Nullable String nextMarker) {}

    @GetMapping("/2015-03-31/functions")
    ResponseEntity<byte[]> list(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListFunctions");
        @Nullable String version = http.getParameter("FunctionVersion");
        @Nullable String master = http.getParameter("MasterRegion");
        new Constraints()
                .oneOf("functionVersion", version, List.of(ALL))
                .pattern("masterRegion", master, MASTER_REGION)
                .check();
        if (master != null && version == null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("MasterRegion can be used with FunctionVersion ALL only.");
        }
        Paging paging = Paging.of(http, 10_000, MOST);
        if (master != null && !master.equals(ALL)) {
            return LambdaJson.answer(200, new Listing(List.of(), null));
        }
        return LambdaJson.answer(
                200, version == null ? latest(caller.accountId(), paging) : all(caller.accountId(), paging));
    }

    private Listing latest(String accountId, Paging paging) {
        var found = functions.findByAccountIdAndNameGreaterThanOrderByName(
                accountId, paging.after(), Limit.of(paging.size() + 1));
        var page = paging.page(found, DeployedFunction::name);
        return new Listing(
                page.items().stream()
                        .map(function -> configuration(function.snapshot(), null))
                        .toList(),
                page.nextMarker());
    }

    private Listing all(String accountId, Paging paging) {
        return Objects.requireNonNull(transactions.execute(transaction -> {
            String[] after = paging.after().split(":", 2);
            var found = functions.versionsAfter(
                    accountId, after[0], after.length < 2 ? -1 : Long.parseLong(after[1]), paging.size() + 1);
            var page = paging.page(found, numbered -> numbered.getName() + ":" + numbered.getNumber());
            return new Listing(
                    page.items().stream()
                            .flatMap(numbered -> version(numbered).stream())
                            .map(version -> configuration(version, version.number()))
                            .toList(),
                    page.nextMarker());
        }));
    }

    private Optional<FunctionSnapshot> version(DeployedFunctions.Numbered numbered) {
        return numbered.getNumber() == 0
                ? functions.findById(numbered.getFunctionId()).map(DeployedFunction::snapshot)
                : versions.find(numbered.getFunctionId(), numbered.getNumber());
    }

    private FunctionConfiguration configuration(FunctionSnapshot version, @Nullable String qualifier) {
        return FunctionConfiguration.of(
                version, new FunctionRef(version.accountId(), version.name(), qualifier).arn(region));
    }
}
