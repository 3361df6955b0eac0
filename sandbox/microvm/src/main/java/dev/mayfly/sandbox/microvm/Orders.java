package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.api.ImageProgram;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What commands to a guest's agent say. */
final class Orders {
    private static final int ENTROPY_BYTES = 64;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Orders() {}

    /** Random bytes that no other guest gets, and the time. */
    static byte[] seed(Instant clock) {
        byte[] entropy = new byte[ENTROPY_BYTES];
        RANDOM.nextBytes(entropy);
        return ByteBuffer.allocate(8 + ENTROPY_BYTES)
                .putLong(nanos(clock))
                .put(entropy)
                .array();
    }

    static byte[] time(Instant clock) {
        return ByteBuffer.allocate(8).putLong(nanos(clock)).array();
    }

    private static long nanos(Instant clock) {
        return clock.getEpochSecond() * 1_000_000_000L + clock.getNano();
    }

    /** Limits, {@code /tmp}, how the code lies on its device, and the volume's name. */
    static byte[] prepare(SandboxSpec spec, MicrovmSettings settings) throws IOException {
        ImageProgram image = spec.code().image();
        if (image != null && image.workingDirectory().indexOf('\n') >= 0) {
            throw new IOException("The image's working directory is malformed");
        }
        String text = "memory=" + ((long) spec.memoryMb() << 20)
                + "\ntmp=" + ((long) spec.ephemeralStorageMb() << 20)
                + "\nfiles=" + settings.maxTmpFiles()
                + "\nprocesses=" + settings.maxProcesses()
                + "\nopenFiles=" + settings.maxOpenFiles()
                + "\ncode=1"
                + "\nlayers=" + (spec.code().layers() == null ? 0 : 1)
                + (spec.volumes().isEmpty()
                        ? ""
                        : "\nvolume=" + spec.volumes().getFirst().name())
                + (image == null ? "" : "\nimage=" + image.workingDirectory())
                + "\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The number of words of the command, then those and the environment. */
    static byte[] run(List<String> command, Map<String, String> environment) throws IOException {
        List<String> words = new ArrayList<>(command);
        environment.forEach((name, value) -> words.add(name + "=" + value));
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(Frame.number(command.size()));
        for (String word : words) {
            content.writeBytes(word.getBytes(StandardCharsets.UTF_8));
            content.write(0);
        }
        if (content.size() > Frame.MAX_CONTENT) {
            throw new IOException("The function's environment is too large");
        }
        return content.toByteArray();
    }
}
