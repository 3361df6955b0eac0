"""What a guest may try, one by one."""
import os

memory = []


def descriptors():
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass
    return found


def read(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(descriptor, 65536).decode("latin-1")
    finally:
        os.close(descriptor)


def write(path):
    open(path, "w").close()
    os.unlink(path)
    return ""


def modify(path, text):
    descriptor = os.open(path, os.O_WRONLY)
    try:
        return os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def connect(host, port):
    import socket

    socket.create_connection((host, int(port)), 3).close()
    return ""


def connect_unix(path):
    import socket

    socket.socket(socket.AF_UNIX).connect(path.replace("@", "\0"))
    return ""


def get(variable):
    import urllib.request

    return urllib.request.urlopen(os.environ[variable]).read().decode()


def keep_secret(text):
    memory.append(text)
    with open("/tmp/kept", "w") as file:
        file.write(text)
    return ""


def kill_all():
    killed = 0
    for pid in range(1, 4096):
        if pid != os.getpid():
            try:
                os.kill(pid, 9)
                killed += 1
            except OSError:
                pass
    return killed


def run(*command):
    import subprocess

    done = subprocess.run(command, capture_output=True, text=True)
    return "%d %s" % (done.returncode, done.stdout + done.stderr)


def mknod(path):
    os.mknod(path, 0o20666, os.makedev(1, 1))
    return ""


def raw_socket(family, kind):
    import socket

    socket.socket(int(family), int(kind), 0).close()
    return ""


def put(path, text):
    with open(path, "w") as file:
        file.write(text)
    return len(text)


def append(path, text, times):
    """Adds a line so often, each under a lock of the whole file, reading how long it was: lost updates show."""
    import fcntl

    for _ in range(int(times)):
        with open(path, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            count = int(file.read() or "0")
            file.seek(0)
            file.write(str(count + len(text)))
            file.flush()
    return ""


def lock(kind, path):
    import fcntl

    file = open(path, "r+")
    memory.append(file)
    getattr(fcntl, kind)(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return ""


def unlock():
    while memory:
        memory.pop().close()
    return ""


def fill(path, megabytes):
    with open(path, "wb", buffering=0) as file:
        for _ in range(int(megabytes)):
            if file.write(b"x" * 1048576) != 1048576:
                raise OSError(28, "short")
        os.fsync(file.fileno())
    return ""


PROBES = {
    "blocks": lambda descriptor: os.get_blocking(int(descriptor)),
    "put": put,
    "append": append,
    "lock": lock,
    "unlock": unlock,
    "fill": fill,
    "make": lambda path: os.mkdir(path),
    "move": lambda old, new: os.rename(old, new),
    "remove": lambda path: os.unlink(path),
    "owner": lambda path: [os.stat(path).st_uid, os.stat(path).st_gid],
    "chmod": lambda path, mode: os.chmod(path, int(mode, 8)),
    "read": read,
    "list": lambda path: " ".join(os.listdir(path)),
    "write": write,
    "modify": modify,
    "link": lambda target, path: os.symlink(target, path),
    "connect": connect,
    "connect-unix": connect_unix,
    "get": get,
    "keep": keep_secret,
    "kill-all": kill_all,
    "ids": lambda: [os.getuid(), os.getgid()],
    "setuid": lambda: os.setuid(0),
    "run": run,
    "mknod": mknod,
    "socket": raw_socket,
    "descriptors": lambda: "\n".join(descriptors().values()),
}
