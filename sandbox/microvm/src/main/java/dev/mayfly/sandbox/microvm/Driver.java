package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What runs virtual machines: QEMU or Firecracker. */
interface Driver {
    /** Program, version and how it runs the guest's instructions, e.g. {@code QEMU 7.2.22 microvm, software emulation}. */
    String description();

    /** What a snapshot that this driver can restore depends on, besides the guest image. */
    String snapshotKey();

    /** Whether guests have the machine's processor, so that the CPU share that their size gives is fair to them. */
    boolean isHardware();

    /** Starts a machine; nothing is left when that fails. */
    Machine launch(Launch launch) throws IOException, InterruptedException;

    /** Where a machine's memory comes from. */
    sealed interface Memory {
        /** A folder with a file {@code memory}, and with a file {@code state} when the machine goes on. */
        Path snapshot();

        /** A new machine boots; its memory is the file. */
        record Boot(Path snapshot) implements Memory {}

        /** The machine goes on from its state; its memory is the file, which it changes. */
        record Continue(Path snapshot) implements Memory {}

        /** A copy goes on from the state; it shares the file with other copies, and has its own changes. */
        record Copy(Path snapshot) implements Memory {}
    }

    /**
     * @param folder the machine's own; exists
     * @param uid the user that the monitor runs as
     * @param doors files of cgroups into which the monitor's process number is written
     * @param megabytes the guest's memory
     * @param processors of the guest
     * @param code the device that the guest's {@code /var/task} is read from
     */
    record Launch(Path folder, int uid, List<Path> doors, int megabytes, int processors, Memory memory, Path code) {}

    /** A running machine. */
    interface Machine extends AutoCloseable {
        /** The guest's port to the host. */
        SocketChannel port();

        /**
         * Stops it for good and writes its state; its memory file is complete then.
         *
         * @param state the file to write
         */
        void save(Path state, Duration limit) throws IOException, InterruptedException;

        /** Completes when the monitor has ended. */
        CompletableFuture<Void> ended();

        /** What the monitor said, when it ended without being asked. */
        String lastWords();

        /** Ends it at once; does not wait. */
        void kill();

        /** Ends it and closes its sockets. */
        @Override
        void close();
    }
}
