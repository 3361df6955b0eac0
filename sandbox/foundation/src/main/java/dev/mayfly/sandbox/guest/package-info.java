/** What a function meets in its sandbox, whatever runs it: the Lambda Runtime API, bootstraps, environment, life and death. */
@NullMarked
package dev.mayfly.sandbox.guest;

import org.jspecify.annotations.NullMarked;
