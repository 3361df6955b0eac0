package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.linux.Cgroups;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;

/** What all machines of one owner share. */
final class Ground {
    private static final int MOST_MACHINES = 10_000;

    private final MicrovmSettings settings;
    private final VmHome home;
    private final GuestImage image;
    private final Driver driver;
    private final Cgroups cgroups;
    private final BitSet users = new BitSet();

    Ground(MicrovmSettings settings, VmHome home, GuestImage image, Driver driver, Cgroups cgroups) {
        this.settings = settings;
        this.home = home;
        this.image = image;
        this.driver = driver;
        this.cgroups = cgroups;
    }

    MicrovmSettings settings() {
        return settings;
    }

    VmHome home() {
        return home;
    }

    GuestImage image() {
        return image;
    }

    Driver driver() {
        return driver;
    }

    Cgroups cgroups() {
        return cgroups;
    }

    /** A user of the machine that runs nothing else, until it is closed. */
    final class User implements AutoCloseable {
        private final int number;
        private final AtomicBoolean given = new AtomicBoolean();

        private User(int number) {
            this.number = number;
        }

        int uid() {
            return settings.firstUid() + number;
        }

        @Override
        public void close() {
            if (given.compareAndSet(false, true)) {
                synchronized (users) {
                    users.clear(number);
                }
            }
        }
    }

    User takeUser() {
        synchronized (users) {
            int number = users.nextClearBit(0);
            if (number >= MOST_MACHINES) {
                throw new IllegalStateException("More than " + MOST_MACHINES + " machines");
            }
            users.set(number);
            return new User(number);
        }
    }
}
