/** AWS Signature Version 4: what was claimed, what it covers, whether it holds. */
@NullMarked
package dev.mayfly.gateway.signature;

import org.jspecify.annotations.NullMarked;
