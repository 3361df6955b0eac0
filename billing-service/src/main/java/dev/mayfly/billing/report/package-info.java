/** What accounts read: usage, lines and prices. */
@NullMarked
package dev.mayfly.billing.report;

import org.jspecify.annotations.NullMarked;
