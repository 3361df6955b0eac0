package dev.mayfly.sandbox.oci;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;

/** The ranges of the machine's user ids, one for each sandbox. */
final class Slots {
    private static final int COUNT = 10_000;

    private final long firstId;
    private final BitSet taken = new BitSet();

    Slots(long firstId) {
        this.firstId = firstId;
    }

    /** One range, until it is closed. */
    final class Slot implements AutoCloseable {
        private final int number;
        private final AtomicBoolean given = new AtomicBoolean();

        private Slot(int number) {
            this.number = number;
        }

        /** No other sandbox of any owner with user ids of its own has it. */
        int number() {
            return Math.toIntExact(firstId() / Bundle.IDS_PER_SANDBOX);
        }

        /** The machine's user and group id that is 0 inside. */
        long firstId() {
            return firstId + (long) number * Bundle.IDS_PER_SANDBOX;
        }

        @Override
        public void close() {
            if (given.compareAndSet(false, true)) {
                synchronized (taken) {
                    taken.clear(number);
                }
            }
        }
    }

    Slot take() {
        synchronized (taken) {
            int number = taken.nextClearBit(0);
            if (number >= COUNT) {
                throw new IllegalStateException("More than " + COUNT + " sandboxes");
            }
            taken.set(number);
            return new Slot(number);
        }
    }
}
