"""One handler for each behaviour of the contract."""
import os
import sys
import time


def echo(event, context):
    return event


calls = 0


def count(event, context):
    global calls
    calls += 1
    return calls


def fail(event, context):
    raise ValueError("boom")


def exit(event, context):
    sys.exit(3)


def loop(event, context):
    while True:
        pass


def allocate(event, context):
    import mmap

    taken = []
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
    while True:
        taken.append(mmap.mmap(-1, 8 << 20, flags=flags))
        taken[-1][0] = 1


def flood(event, context):
    lines = (b"x" * 999 + (b"x" if event < 0 else b"\n")) * 65
    left = abs(event)
    while left > 0:
        left -= os.write(1, lines[: min(left, len(lines))])
    return "done"


def log(event, context):
    print("to stdout", flush=True)
    print("to stderr", file=sys.stderr, flush=True)


def sized_answer(event, context):
    return "x" * event


def not_json(event, context):
    return {1, 2}


def environment(event, context):
    return dict(os.environ)


def context(event, context):
    return {
        "requestId": context.aws_request_id,
        "functionArn": context.invoked_function_arn,
        "deadlineMs": int(time.time() * 1000) + context.get_remaining_time_in_millis(),
        "traceId": os.environ.get("_X_AMZN_TRACE_ID"),
        "clientContext": context.client_context,
        "identity": context.identity,
        "headers": getattr(context, "headers", None),
    }


def process(event, context):
    time.tzset()
    return {"startOnly": sys.flags.optimize == 1, "hour": time.localtime(0).tm_hour}


def entropy(event, context):
    import random
    import uuid

    return {
        "kernel": os.urandom(16).hex(),
        "runtime": random.getrandbits(64).to_bytes(8, "big").hex(),
        "library": uuid.uuid4().hex,
        "millis": int(time.time() * 1000),
    }


def late(event, context):
    time.sleep(event / 1000)
    return "late"


kept = []


def keep(event, context):
    for _ in range(event):
        kept.append(b"x" * (1 << 20))
    return "kept"


ticks = 0


def tick(event, context):
    if ticks == 0:
        import threading

        def count():
            global ticks
            while True:
                ticks += 1
                time.sleep(0.005)

        threading.Thread(target=count, daemon=True).start()
        while ticks == 0:
            pass
    return ticks


def fill_tmp(event, context):
    try:
        with open("/tmp/big", "wb", buffering=0) as file:
            for _ in range(event):
                file.write(b"x" * (1 << 20))
            return "ok" if os.path.getsize("/tmp/big") == event << 20 else "no SHORT"
    except OSError as e:
        return "no %d" % e.errno


def fill_inodes(event, context):
    for n in range(2000000):
        try:
            open("/tmp/%d" % n, "w").close()
        except OSError:
            return n
    return n


def spawn(event, context):
    for n in range(20000):
        try:
            if os.fork() == 0:
                time.sleep(1000)
        except OSError:
            return n
    return n


def fork_bomb(event, context):
    while True:
        try:
            os.fork()
        except OSError:
            pass


def daemon(event, context):
    import signal

    if os.fork() == 0:
        os.setsid()
        if os.fork() > 0:
            os._exit(0)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 1024)
        while True:
            time.sleep(1000)
    while event == "loop":
        pass
    return "started"


def open_files(event, context):
    files = []
    try:
        while len(files) < 100000:
            files.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    for file in files:
        os.close(file)
    return len(files)


SKIPPED = ("/proc", "/sys", "/usr", "/bin", "/lib", "/lib64", "/sbin", "/etc/ssl", "/etc/alternatives")


def hunt(event, context):
    """Looks for the text that is the event's reverse in everything that can be read."""
    text = event[::-1].encode()
    found = ["environment"] if any(text.decode() in value for value in os.environ.values()) else []
    files = []
    for folder, below, names in os.walk("/"):
        below[:] = [name for name in below if os.path.join(folder, name) not in SKIPPED]
        files += [os.path.join(folder, name) for name in names]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) == os.getpid():
            continue
        files += ["/proc/%s/%s" % (pid, name) for name in ("environ", "cmdline", "cwd/secret", "root/tmp/kept")]
        try:
            for line in open("/proc/%s/maps" % pid):
                start, end = (int(number, 16) for number in line.split()[0].split("-"))
                with open("/proc/%s/mem" % pid, "rb", 0) as memory:
                    memory.seek(start)
                    if text in memory.read(min(end - start, 64 << 20)):
                        found.append("memory of %s" % pid)
        except OSError:
            pass
    for file in files:
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
            try:
                if text in os.read(descriptor, 1 << 20):
                    found.append(file)
            finally:
                os.close(descriptor)
        except OSError:
            pass
    return found


def system_call(event, context):
    import syscalls

    return syscalls.call(event["name"], *event["arguments"])


def frames(event, context):
    """Writes to every stream that may be the runtime's."""
    import base64
    import socket
    import struct

    import probes

    def encode(frame):
        if "raw" in frame:
            return base64.b64decode(frame["raw"])
        name = context.aws_request_id if frame["id"] == "own" else frame["id"]
        body = bytes([len(name)]) + name.encode() + frame["body"].encode()
        return struct.pack(">IB", 1 + len(body), frame["type"]) + body

    streams = [int(fd) for fd, to in probes.descriptors().items() if to.startswith(("socket:", "/dev/vport", "/dev/hvc"))]
    data = b"".join(map(encode, event["frames"]))
    forever = event.get("forever", False)
    times = event.get("times", 1)
    while forever or times > 0:
        times -= 1
        for stream in streams:
            rest = data
            while rest:
                rest = rest[os.write(stream, rest) :]
    if event.get("close", False):
        for stream in streams:
            os.close(stream)
        time.sleep(1000)
    return event.get("answer", len(streams))


def runtime_api(event, context):
    """Sends bytes to the HTTP Runtime API, and logs what came back."""
    import json
    import socket
    import struct

    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    said = []
    left_open = []
    for each in event["requests"]:
        status = "nothing"
        for _ in range(each.get("times", 1)):
            link = socket.socket()
            link.settimeout(each.get("patience", 5))
            try:
                link.connect((host, int(port)))
                data = each["send"].replace("{id}", context.aws_request_id).encode("latin-1")
                link.sendall(data + b"x" * each.get("then", 0))
                status = "" if each.get("leave") else link.recv(65536).decode("latin-1")
            except OSError as e:
                status = "broken: %s" % e
            if each.get("leave") == "open":
                left_open.append(link)
            else:
                if each.get("leave") == "reset":
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                link.close()
        said.append(status)
    print("said " + json.dumps(said), flush=True)
    if event.get("die", False):
        os._exit(5)
    return event.get("answer", "done")


def probe(event, context):
    import errno

    import probes

    what, *rest = event.split(" ")
    try:
        attempt = probes.PROBES.get(what)
        return "no UNSUPPORTED" if attempt is None else "ok " + str(attempt(*rest))
    except OSError as e:
        return "no " + errno.errorcode.get(e.errno, str(e))
