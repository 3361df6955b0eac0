package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.guests.ProvidedGuests;

/** gVisor sandboxes with guests that bring their own runtime, on the HTTP Runtime API. */
public final class ProvidedGvisors extends ContainersUnderTest {
    public ProvidedGvisors() {
        super(new ProvidedGuests(), GvisorSettings::open);
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
