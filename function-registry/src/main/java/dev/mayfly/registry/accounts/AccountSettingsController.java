package dev.mayfly.registry.accounts;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.LambdaJson;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** GetAccountSettings: an account's limits, and what it uses of them. */
@RestController
class AccountSettingsController {
    private final JdbcClient database;
    private final RegistryProperties properties;

    AccountSettingsController(JdbcClient database, RegistryProperties properties) {
        this.database = database;
        this.properties = properties;
    }

    /** Sizes in bytes. */
    private record Limit(
            long totalCodeSize,
            long codeSizeUnzipped,
            long codeSizeZipped,
            long concurrentExecutions,
            long unreservedConcurrentExecutions) {}

    private record Usage(long totalCodeSize, long functionCount) {}

    private record Settings(Limit accountLimit, Usage accountUsage) {}

    private record Sums(long code, long functions, long reserved) {}

    @GetMapping("/2016-08-19/account-settings")
    ResponseEntity<byte[]> get(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("GetAccountSettings");
        Sums used = used(caller.accountId());
        RegistryProperties.Limits limits = properties.limits();
        int concurrency = properties.concurrency().account();
        return LambdaJson.answer(
                200,
                new Settings(
                        new Limit(
                                limits.codeStorage().toBytes(),
                                limits.unzipped().toBytes(),
                                limits.inlineZip().toBytes(),
                                concurrency,
                                concurrency - used.reserved()),
                        new Usage(used.code(), used.functions())));
    }

    /** The code of all functions, versions and layers, as it is counted against the limit. */
    private Sums used(String accountId) {
        return database.sql("""
                        select coalesce(sum(f.code_size + coalesce((
                                   select sum(v.code_size) from published_versions v where v.function_id = f.id), 0)), 0)
                               + (select coalesce(sum(code_size), 0) from layer_versions where account_id = :account),
                               count(*),
                               coalesce(sum((
                                   select r.executions from reserved_concurrency r where r.function_id = f.id)), 0)
                        from functions f where f.account_id = :account""")
                .param("account", accountId)
                .query((row, number) -> new Sums(row.getLong(1), row.getLong(2), row.getLong(3)))
                .single();
    }
}
