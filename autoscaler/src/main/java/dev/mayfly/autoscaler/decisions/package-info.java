/** What is observed, decided, published and shown. */
@NullMarked
package dev.mayfly.autoscaler.decisions;

import org.jspecify.annotations.NullMarked;
