/** Who may use the installation: accounts and their access keys. */
@NullMarked
package dev.mayfly.identity;

import org.jspecify.annotations.NullMarked;
