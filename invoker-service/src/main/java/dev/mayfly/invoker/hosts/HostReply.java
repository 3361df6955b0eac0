package dev.mayfly.invoker.hosts;

/** How a host took an order. */
public sealed interface HostReply {
    /** It accepted the order, and the answer went to the {@link AnswerSink}. */
    record Accepted() implements HostReply {}

    /** No room for another sandbox now. The order did not begin. */
    record Full() implements HostReply {}

    /** It does not offer the tier or runtime. The order did not begin. */
    record NotOffered(String detail) implements HostReply {}

    /** It does not know the function, and nor does the registry. The order did not begin. */
    record UnknownFunction() implements HostReply {}

    /** Nobody answers there. The order did not begin. */
    record Unreachable(String detail) implements HostReply {}

    /** The answer did not come, or not whole. The order may have begun, and must not be given again by itself. */
    record Broken(String detail) implements HostReply {}
}
