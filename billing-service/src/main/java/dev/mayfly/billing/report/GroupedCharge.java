package dev.mayfly.billing.report;

import dev.mayfly.billing.rating.Charge;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one group of lines costs on one meter at one price.
 *
 * @param key the values of the dimensions grouped by, in their order
 */
record GroupedCharge(List<@Nullable String> key, Charge charge) {}
