package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.guests.PythonGuests;

/** Containers with guests in Python. */
public final class PythonContainers extends ContainersUnderTest {
    public PythonContainers() {
        super(
                new PythonGuests(),
                folder -> OciTechnology.container(OciSettings.container(folder).withShellMemory(0)));
    }
}
