/** The harness: the running service, and a door for real clients. */
package dev.mayfly.objects.testing;
