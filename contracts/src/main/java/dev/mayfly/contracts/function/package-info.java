/** What is deployed and invoked: function versions, their identifiers and load. */
@NullMarked
package dev.mayfly.contracts.function;

import org.jspecify.annotations.NullMarked;
