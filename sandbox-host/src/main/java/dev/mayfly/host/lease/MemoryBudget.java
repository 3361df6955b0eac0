package dev.mayfly.host.lease;

import dev.mayfly.host.HostProperties;

/**
 * How the memory for sandboxes is divided.
 *
 * @param functionsMb what sandboxes of functions may be promised in all
 * @param shellsMb what sandboxes that were started ahead of need, and have no function yet, may take in all
 */
record MemoryBudget(long functionsMb, long shellsMb) {

    /** @param machineMb the machine's memory, where the settings name none */
    static MemoryBudget of(HostProperties.Sandboxes settings, long machineMb) {
        long configured = settings.memory().toMegabytes();
        long all = configured > 0 ? configured : (long) (machineMb * settings.memoryShare());
        long shells = Math.min(
                (long) (all * settings.shellShare()), settings.shellMemory().toMegabytes());
        return new MemoryBudget(all - shells, shells);
    }
}
