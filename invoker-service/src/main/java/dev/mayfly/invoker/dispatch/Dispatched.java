package dev.mayfly.invoker.dispatch;

/** What became of an order. */
public sealed interface Dispatched {
    /** A host accepted it, and its answer went to the sink. */
    record Answered() implements Dispatched {}

    /**
     * The function or its account runs as many invocations as it may. The order did not begin.
     *
     * @param reserved whether it is the function's own limit
     */
    record Throttled(boolean reserved) implements Dispatched {}

    /** No host had room within the time. The order did not begin. */
    record NoRoom() implements Dispatched {}

    /** A host was still finding out whether it can run the tier when the time was over. The order did not begin. */
    record NotYetOffered() implements Dispatched {}

    /** No living host offers what the function needs. The order did not begin. */
    record NotOffered(String detail) implements Dispatched {}

    /** The function is gone. The order did not begin. */
    record UnknownFunction() implements Dispatched {}

    /** No host answers. The order did not begin. */
    record Unreachable(String detail) implements Dispatched {}

    /** A host broke off. The order may have begun. */
    record Broken(String detail) implements Dispatched {}
}
