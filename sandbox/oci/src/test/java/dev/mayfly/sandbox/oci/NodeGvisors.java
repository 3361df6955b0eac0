package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.guests.NodeGuests;

/** gVisor sandboxes with guests in JavaScript. */
public final class NodeGvisors extends ContainersUnderTest {
    public NodeGvisors() {
        super(new NodeGuests(), GvisorSettings::open);
    }

    @Override
    public boolean hasOwnKernel() {
        return true;
    }

    @Override
    public boolean hasOneMountForVolumes() {
        return true;
    }
}
