package dev.mayfly.cli;

import java.util.concurrent.Callable;

/** A command on an installation; returns one of the codes in {@link Exit}. */
interface SuiteCommand extends Callable<Integer> {}
