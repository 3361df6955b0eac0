package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.guests.PythonGuests;

/** Containers with guests in Python. */
public final class PythonContainers extends ContainersUnderTest {
    public PythonContainers() {
        super(new PythonGuests(), folder -> new ContainerTechnology(ContainerSettings.of(folder)));
    }
}
