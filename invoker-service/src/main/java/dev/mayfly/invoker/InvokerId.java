package dev.mayfly.invoker;

import java.util.UUID;

/** Names this process among the invokers. New at every start: what an earlier process had begun is not this one's. */
public record InvokerId(String value) {
    static InvokerId random() {
        return new InvokerId(UUID.randomUUID().toString());
    }
}
