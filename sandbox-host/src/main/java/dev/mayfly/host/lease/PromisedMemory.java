package dev.mayfly.host.lease;

import java.util.concurrent.TimeUnit;

/** What of the host's memory is promised to sandboxes, in MB. Thread-safe. */
final class PromisedMemory {
    private final long limitMb;
    private long promisedMb;

    PromisedMemory(long limitMb) {
        this.limitMb = limitMb;
    }

    /** Whether it is promised from now on; nothing is ended to make room. */
    synchronized boolean promise(int memoryMb) {
        if (promisedMb + memoryMb > limitMb) {
            return false;
        }
        promisedMb += memoryMb;
        return true;
    }

    synchronized void giveBack(int memoryMb) {
        promisedMb -= memoryMb;
        notifyAll();
    }

    /** Waits until some is given back, at most so long. */
    synchronized void awaitGivenBack(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedWait(this, nanos);
    }

    synchronized long promisedMb() {
        return promisedMb;
    }

    long limitMb() {
        return limitMb;
    }
}
