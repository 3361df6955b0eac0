package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.guests.PythonGuests;

/** gVisor sandboxes with guests in Python. */
public final class PythonGvisors extends ContainersUnderTest {
    public PythonGvisors() {
        super(new PythonGuests(), GvisorSettings::open);
    }

    @Override
    public boolean locksAcrossSandboxes() {
        return false;
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
