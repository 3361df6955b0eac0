package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.guests.ProvidedGuests;

/** Containers with guests that bring their own runtime, on the HTTP Runtime API. */
public final class ProvidedContainers extends ContainersUnderTest {
    public ProvidedContainers() {
        super(
                new ProvidedGuests(),
                folder -> OciTechnology.container(OciSettings.container(folder).withShellMemory(0)));
    }
}
