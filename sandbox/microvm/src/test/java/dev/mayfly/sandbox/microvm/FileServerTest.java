package dev.mayfly.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.sandbox.api.Volume;
import dev.mayfly.sandbox.linux.Linux;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What serves a volume, asked by a guest whose kernel is an attacker's. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FileServerTest {
    private static final int LOOKUP = 1;
    private static final int FORGET = 2;
    private static final int GETATTR = 3;
    private static final int SETATTR = 4;
    private static final int SYMLINK = 6;
    private static final int MKNOD = 8;
    private static final int OPEN = 14;
    private static final int READ = 15;
    private static final int WRITE = 16;
    private static final int INIT = 26;
    private static final int SETLK = 32;
    private static final int SETLKW = 33;
    private static final int CREATE = 35;
    private static final int INTERRUPT = 36;
    private static final int BATCH_FORGET = 42;
    private static final int FALLOCATE = 43;
    private static final int RENAME2 = 45;

    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EBADF = 9;
    private static final int EAGAIN = 11;
    private static final int EINVAL = 22;
    private static final int ENOLCK = 37;
    private static final int EOPNOTSUPP = 95;
    private static final int ESTALE = 116;

    private static final int ROOT = 1;
    private static final int WRITE_LOCK = 1;
    private static final int UNLOCK = 2;
    private static final int USER = MicrovmSettings.of(Path.of("/")).firstUid() + 9_999;

    @SuppressWarnings("NullAway.Init")
    private static GuestImage image;

    @TempDir
    private Path folder;

    private Path files = Path.of("/");

    @SuppressWarnings("NullAway.Init")
    private FileServer server;

    @SuppressWarnings("NullAway.Init")
    private SocketChannel line;

    private long sent;

    /** What an open file is known as. */
    private record Opened(long node, long handle) {}

    private record Answer(int error, ByteBuffer content) {}

    @BeforeAll
    static void buildImage(@TempDir Path temporary) throws Exception {
        Assumptions.assumeTrue(Linux.isRoot() && Qemu.find() != null, "Virtual machines need root and QEMU");
        image = GuestImage.build(MicrovmSettings.of(temporary).cacheFolder());
    }

    @BeforeEach
    void serve() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        files = Files.createDirectory(folder.resolve("volume"));
        Files.setAttribute(files, "unix:uid", Volume.OWNER);
        Files.setAttribute(files, "unix:gid", Volume.OWNER);
        Files.writeString(folder.resolve("outside"), "secret");
        Path machine = Files.createDirectory(folder.resolve("vm"));
        server = FileServer.start(image, machine, USER, List.of(), new Volume(files, "/mnt/data"));
        line = server.connect();
        assertThat(ask(INIT, 0, numbers(7, 37, 0, -1)).error()).isZero();
    }

    @AfterEach
    void end() throws Exception {
        if (server != null) {
            server.close();
            server.awaitEnd(10);
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    private static byte[] numbers(int... numbers) {
        var bytes = buffer(4 * numbers.length);
        for (int each : numbers) {
            bytes.putInt(each);
        }
        return bytes.array();
    }

    private static byte[] and(byte[] first, String... texts) {
        var bytes = buffer(4096).put(first);
        for (String each : texts) {
            bytes.put(each.getBytes(StandardCharsets.UTF_8)).put((byte) 0);
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private void send(int opcode, long node, byte[] body) throws IOException {
        var message = buffer(40 + body.length)
                .putInt(40 + body.length)
                .putInt(opcode)
                .putLong(++sent)
                .putLong(node)
                .position(40)
                .put(body)
                .flip();
        while (message.hasRemaining()) {
            line.write(message);
        }
    }

    private ByteBuffer receive(int length) throws IOException {
        var bytes = buffer(length);
        while (bytes.hasRemaining()) {
            if (line.read(bytes) < 0) {
                throw new EOFException();
            }
        }
        return bytes.flip();
    }

    private Answer next(long unique) throws IOException {
        ByteBuffer header = receive(16);
        int length = header.getInt();
        int error = -header.getInt();
        assertThat(header.getLong()).isEqualTo(unique);
        return new Answer(error, receive(length - 16));
    }

    private Answer ask(int opcode, long node, byte[] body) throws IOException {
        send(opcode, node, body);
        return next(sent);
    }

    private Opened create(String name) throws IOException {
        Answer created = ask(CREATE, ROOT, and(numbers(2 | 0100, 0644, 0, 0), name));
        assertThat(created.error()).isZero();
        return new Opened(
                created.content().getLong(0),
                created.content().getLong(created.content().limit() - 16));
    }

    private static byte[] lock(Opened file, long owner, int type, boolean flock) {
        return lock(file, owner, type, flock, 0, Long.MAX_VALUE);
    }

    private static byte[] lock(Opened file, long owner, int type, boolean flock, long start, long end) {
        return buffer(48)
                .putLong(file.handle)
                .putLong(owner)
                .putLong(start)
                .putLong(end)
                .putInt(type)
                .putInt(1)
                .putInt(flock ? 1 : 0)
                .array();
    }

    private Process flock(String then) throws IOException {
        return new ProcessBuilder("flock", "-n", files.resolve("f").toString(), "sh", "-c", then).start();
    }

    @Test
    void locksAreTheMachinesOwn() throws Exception {
        Opened file = create("f");
        byte[] whole = lock(file, 1, WRITE_LOCK, false);
        try (var channel = FileChannel.open(files.resolve("f"), StandardOpenOption.WRITE)) {
            var held = Objects.requireNonNull(channel.tryLock());
            assertThat(ask(SETLK, file.node, whole).error()).isEqualTo(EAGAIN);
            held.release();
            assertThat(ask(SETLK, file.node, whole).error()).isZero();
            assertThat(channel.tryLock()).isNull();
            assertThat(ask(SETLK, file.node, lock(file, 2, WRITE_LOCK, false)).error())
                    .isEqualTo(EAGAIN);
            assertThat(ask(SETLK, file.node, lock(file, 1, UNLOCK, false)).error())
                    .isZero();
            assertThat(channel.tryLock()).isNotNull();
        }
        Process holder = flock("echo held; read line");
        assertThat(holder.inputReader().readLine()).isEqualTo("held");
        assertThat(ask(SETLK, file.node, lock(file, 1, WRITE_LOCK, true)).error())
                .isEqualTo(EAGAIN);
        send(SETLKW, file.node, lock(file, 1, WRITE_LOCK, true));
        long waiting = sent;
        send(SETLKW, file.node, lock(file, 1, WRITE_LOCK, true));
        long interrupted = sent;
        send(INTERRUPT, 0, buffer(8).putLong(interrupted).array());
        assertThat(next(interrupted).error()).isEqualTo(EINTR);
        holder.getOutputStream().close();
        assertThat(next(waiting).error()).isZero();
        assertThat(flock("true").waitFor()).isEqualTo(1);
        line.close();
        server.awaitEnd(10);
        assertThat(flock("true").waitFor()).isZero();
    }

    /** Each is a record of the machine's kernel, which counts for nobody. */
    @Test
    void oneGuestHasSoManyRangesLockedAndNoMore() throws Exception {
        Opened file = create("f");
        for (int i = 0; i < 5_000; i++) { // what is locked and given back again and again is one
            int type = i % 2 == 0 ? WRITE_LOCK : UNLOCK;
            assertThat(ask(SETLK, file.node, lock(file, 7, type, false, 0, 9)).error())
                    .isZero();
        }
        int locked = -1;
        Answer answer;
        do {
            locked++;
            answer = ask(SETLK, file.node, lock(file, locked % 3, WRITE_LOCK, false, 2L * locked, 2L * locked));
        } while (answer.error() == 0 && locked < 10_000);
        assertThat(locked).isBetween(4_090, 4_096);
        assertThat(ask(SETLK, file.node, lock(file, 9, WRITE_LOCK, false, 1L << 40, 1L << 40))
                        .error())
                .isEqualTo(ENOLCK);
        try (var channel = FileChannel.open(files.resolve("f"), StandardOpenOption.WRITE)) {
            assertThat(channel.tryLock(0, 1, false)).isNull();
            assertThat(channel.tryLock(1L << 40, 1, false)).isNotNull();
        }
        assertThat(ask(SETLK, file.node, lock(file, 0, UNLOCK, false)).error()).isZero();
        assertThat(ask(SETLK, file.node, lock(file, 9, WRITE_LOCK, false, 1L << 41, 1L << 41))
                        .error())
                .isZero();
    }

    @Test
    void timesOfALinkAreItsOwn() throws Exception {
        Path outside = folder.resolve("outside");
        var before = Files.getLastModifiedTime(outside);
        Answer link = ask(SYMLINK, ROOT, and(new byte[0], "link", outside.toString()));
        var times = buffer(88).putInt(16 | 32).position(32).putLong(1_000).putLong(2_000);
        assertThat(ask(SETATTR, link.content().getLong(0), times.array()).error())
                .isZero();
        assertThat(Files.getLastModifiedTime(files.resolve("link"), LinkOption.NOFOLLOW_LINKS)
                        .to(TimeUnit.SECONDS))
                .isEqualTo(2_000);
        assertThat(Files.getLastModifiedTime(outside)).isEqualTo(before);
    }

    private int write(Opened file, int flags, String text) throws IOException {
        var body = buffer(40 + text.length()).putLong(file.handle).putLong(0).putInt(text.length());
        body.position(32).putInt(flags).position(40).put(text.getBytes(StandardCharsets.US_ASCII));
        return ask(WRITE, file.node, body.array()).error();
    }

    @Test
    void aFileIsAppendedToWhenItsWriterSaysSoLater() throws Exception {
        int append = 02000;
        Opened file = create("f");
        assertThat(write(file, 2, "one")).isZero();
        assertThat(write(file, 2 | append, "two")).isZero();
        assertThat(write(file, 2 | append, "three")).isZero();
        assertThat(write(file, 2, "ONE")).isZero();
        assertThat(files.resolve("f")).hasContent("ONEtwothree");
        var wish = buffer(32).putLong(file.handle).putLong(0).putLong(4096);
        for (int mode : new int[] {8, 32, 64, 128, -1}) { // what moves the file's content, or is not known
            assertThat(ask(FALLOCATE, file.node, wish.putInt(24, mode).array()).error())
                    .as("mode %d", mode)
                    .isEqualTo(EOPNOTSUPP);
        }
        assertThat(ask(FALLOCATE, file.node, wish.putInt(24, 0).array()).error())
                .isZero();
        assertThat(files.resolve("f")).hasSize(4096);
    }

    @Test
    void nothingLeadsOutOfTheVolume() throws Exception {
        for (String name : List.of("..", ".", "a/b", "", "../outside", "x".repeat(256))) {
            assertThat(ask(LOOKUP, ROOT, and(new byte[0], name)).error())
                    .as(name)
                    .isEqualTo(ENOENT);
            assertThat(ask(CREATE, ROOT, and(numbers(2 | 0100, 0644, 0, 0), name))
                            .error())
                    .as(name)
                    .isEqualTo(EINVAL);
        }
        create("own");
        byte[] away = and(buffer(16).putLong(ROOT).array(), "own", "../own");
        assertThat(ask(RENAME2, ROOT, away).error()).isEqualTo(EINVAL);
        Answer link = ask(
                SYMLINK,
                ROOT,
                and(new byte[0], "link", folder.resolve("outside").toString()));
        assertThat(link.error()).isZero();
        long node = link.content().getLong(0);
        assertThat(ask(OPEN, node, numbers(0, 0)).error()).isEqualTo(EPERM);
        assertThat(ask(LOOKUP, node, and(new byte[0], "x")).error()).isNotZero();
        assertThat(ask(CREATE, ROOT, and(numbers(2 | 0100, 0644, 0, 0), "link")).error())
                .isNotZero();
        assertThat(ask(MKNOD, ROOT, and(numbers(0020666, 0x103, 0, 0), "null")).error())
                .isEqualTo(EPERM);
        byte[] owner = buffer(88).putInt(2).position(72).putInt(0).array();
        assertThat(ask(SETATTR, ROOT, owner).error()).isEqualTo(EPERM);
        assertThat(ask(GETATTR, 4711, new byte[16]).error()).isEqualTo(ESTALE);
        assertThat(ask(READ, ROOT, buffer(40).putLong(4711).array()).error()).isEqualTo(EBADF);
        assertThat(folder.resolve("outside")).hasContent("secret");
    }

    @Test
    void nonsenseHurtsNothing() throws Exception {
        create("f");
        var random = new Random(4711);
        for (int i = 0; i < 5_000; i++) {
            byte[] body = new byte[random.nextInt(160)];
            random.nextBytes(body);
            if (random.nextBoolean()) {
                Arrays.fill(body, (byte) random.nextInt(3));
            }
            int opcode = random.nextInt(60);
            long node = random.nextInt(6);
            if (opcode == FORGET || opcode == INTERRUPT || opcode == BATCH_FORGET) {
                send(opcode, node, body);
            } else if (opcode != SETLKW) {
                ask(opcode, node, body);
            }
        }
        assertThat(ask(GETATTR, ROOT, new byte[16]).error()).isZero();
        assertThat(folder.resolve("outside")).hasContent("secret");
        line.write(buffer(40).putInt(Integer.MAX_VALUE).position(40).flip());
        assertThatThrownBy(() -> receive(1)).isInstanceOf(IOException.class);
        server.awaitEnd(10);
    }

    /** What an attacker would find who has taken over the server itself. */
    @Test
    void itsJailHoldsTheVolumeAndNothingElse() throws Exception {
        Path process = ProcessHandle.allProcesses()
                .map(each -> Path.of("/proc", Long.toString(each.pid())))
                .filter(each -> belongs(each))
                .findAny()
                .orElseThrow();
        String status = Files.readString(process.resolve("status"));
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(status).containsPattern(set + ":\\s+0000000000000000\n");
        }
        assertThat(status).containsPattern("NoNewPrivs:\\s+1\n").containsPattern("Seccomp:\\s+2\n");
        try (Stream<Path> children = Files.list(process.resolve("root"))) {
            assertThat(children.map(path -> path.getFileName().toString()))
                    .isSubsetOf("usr", "bin", "lib", "lib64", "etc", "dev", "proc", "meeting", "fileserver", "volume");
        }
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
        assertThat(process.resolve("fd/2").toRealPath()).isEqualTo(Path.of("/dev/null"));
        Opened file = create("f");
        assertThat(Files.getAttribute(files.resolve("f"), "unix:uid")).isEqualTo(Volume.OWNER);
        assertThat(ask(GETATTR, file.node, new byte[16]).content().getInt(16 + 68))
                .isEqualTo(Volume.OWNER);
    }

    private boolean belongs(Path process) {
        try {
            return Files.readString(process.resolve("cmdline")).startsWith("/fileserver\0")
                    && Files.readString(process.resolve("status")).contains("\t" + USER + "\t");
        } catch (IOException e) {
            return false; // it ended meanwhile
        }
    }
}
