package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.api.LogSink;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.Volume;
import dev.mayfly.sandbox.guest.Extensions;
import dev.mayfly.sandbox.guest.FramedLink;
import dev.mayfly.sandbox.guest.Guest;
import dev.mayfly.sandbox.guest.GuestLink;
import dev.mayfly.sandbox.linux.Cgroups;
import dev.mayfly.sandbox.linux.GuestProcess;
import dev.mayfly.sandbox.linux.LogLines;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A virtual machine and all that it is on this one: its monitor, cgroup, files, and links to us. */
final class MicroVm implements Guest {
    private static final int END_SECONDS = 10;
    private static final int COMMAND_SECONDS = 20;
    private static final int MONITOR_THREADS = 64;
    private static final int SIGKILL = 9;

    /** How much longer an emulated guest may take to tell of its function's end. */
    private static final int SLOWNESS = 10;

    private final Path folder;
    private final Ground ground;
    private final Ground.User user;
    private final Cgroups.Cgroup cgroup;
    private final LogLines log;
    private final CompletableFuture<GuestProcess.Exit> exit = new CompletableFuture<>();
    private Driver.@Nullable Machine machine;
    private @Nullable AgentLink agent;
    private @Nullable GuestLink link;
    private @Nullable HttpSide http;
    private @Nullable FileServer files;
    private volatile long peakMemory;
    private volatile boolean outOfMemory;
    private volatile boolean killed;
    private boolean closed;
    private int memoryMb;

    private MicroVm(Ground ground, Path folder, Ground.User user, LogSink sink) {
        this.ground = ground;
        this.folder = folder;
        this.user = user;
        this.cgroup = ground.cgroups().at(ground.home().cgroup() + "/" + folder.getFileName());
        this.log = new LogLines(sink);
    }

    private final class Events implements AgentLink.Listener {
        @Override
        public void log(byte[] bytes) {
            log.accept(bytes);
        }

        @Override
        public void exited(int waitStatus, int oomKills) {
            outOfMemory = oomKills > 0;
            end(new GuestProcess.Exit(waitStatus));
        }

        @Override
        public void peakMemory(long bytes) {
            peakMemory = Math.max(peakMemory, bytes);
        }

        @Override
        public void closed() {
            kill();
        }
    }

    private void end(GuestProcess.Exit how) {
        if (exit.complete(how) && http != null) {
            http.close();
        }
    }

    /**
     * Starts a machine; nothing is left when that fails.
     *
     * @param id unique among the owner's machines
     * @param code the device that {@code /var/task} is read from; null makes an empty one, which {@link #fill} fills
     */
    static MicroVm launch(Ground ground, String id, Size size, Driver.Memory memory, @Nullable Path code)
            throws IOException, InterruptedException {
        Path folder = Files.createDirectory(ground.home().machines().resolve(id));
        MicroVm vm = new MicroVm(ground, folder, ground.takeUser(), _ -> {});
        try {
            vm.memoryMb = size.functionMb();
            vm.limit();
            vm.start(size, memory, code == null ? CodeImages.makeEmpty(folder.resolve("code")) : code);
            return vm;
        } catch (IOException | InterruptedException | RuntimeException e) {
            vm.close();
            throw e;
        }
    }

    private void limit() throws IOException {
        cgroup.create();
        cgroup.limitMemory(Size.hostMb(memoryMb));
        cgroup.limitProcesses(MONITOR_THREADS);
    }

    private void start(Size size, Driver.Memory memory, Path code) throws IOException, InterruptedException {
        Driver driver = ground.driver();
        Driver.Machine started = driver.launch(new Driver.Launch(
                folder, user.uid(), cgroup.doors(), size.guestMb(), size.processors(driver), memory, code));
        machine = started;
        started.ended().thenRun(() -> {
            outOfMemory |= cgroup.oomKills() > 0;
            end(new GuestProcess.Exit(SIGKILL));
        });
        agent = new AgentLink(started.port(), new Events());
    }

    private AgentLink agent() throws IOException {
        if (agent == null) {
            throw new IOException("The machine was not started");
        }
        return agent;
    }

    void awaitBoot(Duration limit) throws IOException, InterruptedException {
        agent().awaitHello(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Gives the guest random bytes that no other has, and sets its clock. */
    void seed(Instant clock) throws IOException, InterruptedException {
        command(Frame.SEED, Orders.seed(clock));
    }

    private void setClock() throws IOException {
        agent().send(Frame.of(Frame.TIME, Orders.time(Instant.now())));
    }

    private void command(byte type, byte[] content) throws IOException, InterruptedException {
        agent().command(type, content, COMMAND_SECONDS, TimeUnit.SECONDS);
    }

    /** The first connection of our runtime becomes the link, when it comes. */
    void expectRuntime() throws IOException {
        SocketPair pair = SocketPair.connect(folder.resolve("api.sock"));
        agent().offer(AgentLink.Service.RUNTIME_FRAMES, pair);
        link = new FramedLink(pair);
    }

    /** The link is the one that the machine had which this is a copy of. */
    void resumeRuntime() throws IOException {
        SocketPair pair = SocketPair.connect(folder.resolve("api.sock"));
        agent().resumeRuntime(pair.second());
        link = FramedLink.resumed(pair);
    }

    /** Offers the Extensions API over HTTP, and the Runtime API unless the runtime has a link of its own. */
    void offerHttp(Extensions.Function function, HttpSide.Use use) throws IOException {
        http = HttpSide.offer(folder.resolve("http.sock"), agent(), function, use);
        if (http.link() != null) {
            link = http.link();
        }
    }

    /** The same for a copy of a machine that was kept while its runtime waited to be restored. */
    void resumeHttp(Extensions.Function function) throws IOException {
        SocketPair pair = SocketPair.connect(folder.resolve("api.sock"));
        http = HttpSide.resume(folder.resolve("http.sock"), agent(), function, pair);
        link = http.link();
    }

    /** Whether a copy could go on as this one does: of the function's connections only the runtime's may matter. */
    boolean canGoOnInCopies() throws IOException {
        return http == null || !http.extensions().any() && agent().runtimeIsFirst();
    }

    @Override
    public @Nullable Extensions extensions() {
        return http == null ? null : http.extensions();
    }

    FramedLink framedLink() {
        if (link instanceof FramedLink framed) {
            return framed;
        }
        throw new IllegalStateException("The machine has no framed link");
    }

    /** Writes the code's image onto the empty device, which the guest has not read yet. */
    void fill(Path code) throws IOException {
        CodeImages.copy(code, folder.resolve("code"));
    }

    /** Makes it a machine for that function: limits, {@code /tmp}, code, log, the way to the gateway. */
    void prepare(SandboxSpec spec) throws IOException, InterruptedException {
        adopt(spec);
        if (!spec.volumes().isEmpty()) {
            serve(spec.volumes().getFirst());
        }
        command(Frame.PREPARE, Orders.prepare(spec, ground.settings()));
        command(Frame.NETWORK, http != null ? new byte[] {1} : Frame.NOTHING);
    }

    private void serve(Volume volume) throws IOException {
        FileServer started = FileServer.start(ground.image(), folder, user.uid(), cgroup.doors(), volume);
        files = started;
        started.onEnd(this::kill);
        agent().offer(AgentLink.Service.VOLUME, started);
    }

    /** Takes the function's log, gateway and size, which the guest knows already. */
    void adopt(SandboxSpec spec) throws IOException {
        log.logTo(http == null ? spec.logs() : http.extensions().telemetry().beside(spec.logs()));
        memoryMb = spec.memoryMb();
        cgroup.limitMemory(Size.hostMb(memoryMb));
        agent().offer(AgentLink.Service.GATEWAY, () -> SocketChannel.open(spec.gateway()));
    }

    /** Starts the function's process. */
    void run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        command(Frame.RUN, Orders.run(command, environment));
    }

    /** Stops the function's processes inside, so that none runs in a copy before it is told that it is one. */
    void freezeFunction() throws IOException, InterruptedException {
        command(Frame.FREEZE, Frame.NOTHING);
    }

    void thawFunction() throws IOException, InterruptedException {
        command(Frame.THAW, Frame.NOTHING);
    }

    void save(Path state, Duration limit) throws IOException, InterruptedException {
        if (machine == null) {
            throw new IOException("The machine was not started");
        }
        machine.save(state, limit);
    }

    @Override
    public GuestLink link() {
        if (link == null) {
            throw new IllegalStateException("The machine has no function");
        }
        return link;
    }

    @Override
    public void terminate() {
        try {
            agent().send(Frame.of(Frame.TERMINATE));
        } catch (IOException e) {
            return; // it has ended
        }
    }

    @Override
    public void flushLog() {
        log.flush();
    }

    @Override
    public long cpuNanos() {
        return cgroup.cpuNanos();
    }

    @Override
    public long peakMemoryBytes() {
        return peakMemory;
    }

    @Override
    public long residentMemoryBytes() {
        return cgroup.residentMemoryBytes();
    }

    @Override
    public boolean ranOutOfMemory() {
        return outOfMemory;
    }

    /** Sets the clock too: a copy's stood at the time of its snapshot until its runtime knew that it is one. */
    @Override
    public void initialised() throws IOException {
        setClock();
        int share = Cgroups.quotaMicros(memoryMb);
        cgroup.limitCpu(ground.driver().isHardware() ? share : Math.max(share, Cgroups.CPU_PERIOD_MICROS));
        cgroup.weighCpu(memoryMb);
    }

    @Override
    public void freeze() throws IOException {
        cgroup.freeze();
    }

    @Override
    public void thaw() throws IOException {
        cgroup.thaw();
        if (!killed) {
            setClock();
        }
    }

    @Override
    public void kill() {
        killed = true;
        if (machine != null) {
            machine.kill();
        }
    }

    @Override
    public GuestProcess.@Nullable Exit awaitExit(long time, TimeUnit unit) throws InterruptedException {
        try {
            return exit.get(ground.driver().isHardware() ? time : time * SLOWNESS, unit);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public GuestProcess.@Nullable Exit exitNow() {
        return exit.getNow(null);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean interrupted = Thread.interrupted();
        kill();
        if (machine != null) {
            machine.close();
        }
        if (agent != null) {
            agent.close();
        }
        if (link != null) {
            link.close();
        }
        if (http != null) {
            http.close();
        }
        if (files != null) {
            files.close();
        }
        cgroup.remove();
        awaitEnd();
        VmHome.deleteTree(folder);
        user.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd() {
        if (machine == null) {
            return;
        }
        try {
            machine.ended().get(END_SECONDS, TimeUnit.SECONDS);
            if (files != null) {
                files.awaitEnd(END_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("A machine's monitor does not end", e);
        }
    }
}
