/** Listings: index scans that skip what a delimiter folds. */
@NullMarked
package dev.mayfly.objects.listing;

import org.jspecify.annotations.NullMarked;
