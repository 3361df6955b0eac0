package dev.mayfly.contracts.identity;

import dev.mayfly.contracts.function.Isolation;
import org.jspecify.annotations.Nullable;

/**
 * An account as it travels on {@code identity.accounts} (key: the account id).
 *
 * @param accountId 12 digits
 * @param minimumIsolation the weakest tier that its functions may run in; null when any will do
 */
public record AccountRecord(String accountId, @Nullable Isolation minimumIsolation) {}
