package dev.mayfly.identity.account;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.identity.accesskey.NewAccessKey;
import dev.mayfly.identity.caller.Caller;
import dev.mayfly.identity.caller.Problem;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/accounts}. */
@RestController
@RequestMapping("/v1/accounts")
class AccountController {
    private static final int MAX_PAGE = 1000;
    private static final int MAX_NAME = 128;
    private static final String NO_MINIMUM = "none";

    private final Accounts accounts;

    AccountController(Accounts accounts) {
        this.accounts = accounts;
    }

    record OpenRequest(@Nullable String name) {}

    /** @param minimumIsolation the tag value of a tier, or {@code none} */
    record ChangeRequest(@Nullable String minimumIsolation) {}

    /** @param minimumIsolation the tag value of the weakest tier that the account's functions may run in, or {@code none} */
    record AccountView(String accountId, String name, Instant createdAt, String minimumIsolation) {
        static AccountView of(Account account) {
            Isolation minimum = account.minimumIsolation();
            return new AccountView(
                    account.id(),
                    account.name(),
                    account.createdAt(),
                    minimum == null ? NO_MINIMUM : minimum.tagValue());
        }
    }

    /** @param accessKey the account's first owner key: the only time that its secret is shown */
    record OpenedView(String accountId, String name, Instant createdAt, NewAccessKey accessKey) {}

    /** @param nextStartAfter for the next page; null on the last one */
    record Page(List<AccountView> accounts, @Nullable String nextStartAfter) {}

    @PostMapping
    ResponseEntity<OpenedView> open(Caller caller, @RequestBody(required = false) @Nullable OpenRequest request) {
        if (!caller.isOperator()) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "Only an owner key of account " + Caller.OPERATOR_ACCOUNT + " may open accounts.");
        }
        String name =
                request == null || request.name() == null ? "" : request.name().strip();
        if (name.length() > MAX_NAME) {
            throw new Problem(
                    HttpStatus.BAD_REQUEST, "The name is longer than " + MAX_NAME + " characters. Shorten it.");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new Problem(HttpStatus.BAD_REQUEST, "The name holds control characters. Leave them out.");
        }
        var opened = accounts.open(name);
        var account = opened.account();
        return ResponseEntity.created(URI.create("/v1/accounts/" + account.id()))
                .body(new OpenedView(account.id(), account.name(), account.createdAt(), opened.ownerKey()));
    }

    @GetMapping
    Page list(
            Caller caller,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(defaultValue = "") String startAfter) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new Problem(HttpStatus.BAD_REQUEST, "limit must be between 1 and " + MAX_PAGE + ".");
        }
        if (!caller.isOperator()) {
            return new Page(
                    accounts.find(caller.accountId()).map(AccountView::of).stream()
                            .toList(),
                    null);
        }
        var page = accounts.list(startAfter, limit + 1);
        var shown = page.stream().limit(limit).map(AccountView::of).toList();
        return new Page(shown, page.size() > limit ? shown.getLast().accountId() : null);
    }

    @GetMapping("/{id}")
    AccountView get(Caller caller, @PathVariable String id) {
        requireVisible(caller, id);
        return accounts.find(id).map(AccountView::of).orElseThrow(() -> noSuchAccount(id));
    }

    @PatchMapping("/{id}")
    AccountView change(
            Caller caller, @PathVariable String id, @RequestBody(required = false) @Nullable ChangeRequest request) {
        requireVisible(caller, id);
        if (!caller.isOwner()) {
            throw new Problem(HttpStatus.FORBIDDEN, "An account is changed with an owner key.");
        }
        String value = request == null ? null : request.minimumIsolation();
        if (value == null) {
            throw badMinimum("The body names nothing to change.");
        }
        Isolation minimum = value.equals(NO_MINIMUM)
                ? null
                : Isolation.fromTag(value).orElseThrow(() -> badMinimum("There is no isolation '" + value + "'."));
        return accounts.demand(id, minimum).map(AccountView::of).orElseThrow(() -> noSuchAccount(id));
    }

    private static Problem badMinimum(String what) {
        var values = Arrays.stream(Isolation.values()).map(Isolation::tagValue).toList();
        return new Problem(
                HttpStatus.BAD_REQUEST, what + " Set minimumIsolation to " + NO_MINIMUM + " or one of " + values + ".");
    }

    private static void requireVisible(Caller caller, String id) {
        if (!caller.isOperator() && !caller.accountId().equals(id)) {
            throw noSuchAccount(id);
        }
    }

    private static Problem noSuchAccount(String id) {
        return new Problem(HttpStatus.NOT_FOUND, "There is no account " + id + " that this key may see.");
    }
}
