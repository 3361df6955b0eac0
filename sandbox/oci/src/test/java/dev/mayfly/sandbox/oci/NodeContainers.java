package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.guests.NodeGuests;

/** Containers with guests in JavaScript. */
public final class NodeContainers extends ContainersUnderTest {
    public NodeContainers() {
        super(
                new NodeGuests(),
                folder -> OciTechnology.container(OciSettings.container(folder).withShellMemory(0)));
    }
}
