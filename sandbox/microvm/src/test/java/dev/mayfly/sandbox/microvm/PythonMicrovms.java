package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.contract.guests.PythonGuests;

/** Virtual machines with guests of one language. */
public final class PythonMicrovms extends MicrovmsUnderTest {
    public PythonMicrovms() {
        super(new PythonGuests());
    }
}
