/** What event sources are told to do in languages of their own: filters and times. */
@NullMarked
package dev.mayfly.contracts.triggers;

import org.jspecify.annotations.NullMarked;
