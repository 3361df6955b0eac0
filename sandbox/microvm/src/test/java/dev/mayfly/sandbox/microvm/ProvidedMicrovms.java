package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.contract.guests.ProvidedGuests;

/** Virtual machines with guests of one language. */
public final class ProvidedMicrovms extends MicrovmsUnderTest {
    public ProvidedMicrovms() {
        super(new ProvidedGuests());
    }
}
