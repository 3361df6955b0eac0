package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.contract.guests.NodeGuests;

/** Virtual machines with guests of one language. */
public final class NodeMicrovms extends MicrovmsUnderTest {
    public NodeMicrovms() {
        super(new NodeGuests());
    }
}
