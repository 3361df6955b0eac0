/** Keys and values of WebAssembly guests: small, atomic, and of one account each. */
@NullMarked
package dev.mayfly.objects.keyvalue;

import org.jspecify.annotations.NullMarked;
