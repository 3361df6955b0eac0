/** Function URLs: how a function is to be reached by HTTP. */
@NullMarked
package dev.mayfly.registry.urls;

import org.jspecify.annotations.NullMarked;
