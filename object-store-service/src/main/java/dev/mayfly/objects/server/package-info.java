/** The one servlet: routes, authorises, answers and meters. */
@NullMarked
package dev.mayfly.objects.server;

import org.jspecify.annotations.NullMarked;
