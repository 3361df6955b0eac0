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
    taken = []
    while True:
        taken.append(b"x" * (8 << 20))


def flood(event, context):
    line = b"x" * 999 + b"\n"
    for _ in range(0, event, len(line)):
        os.write(1, line)
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
    }


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


def probe(event, context):
    import socket
    import urllib.request

    what, first, *rest = event.split(" ")
    try:
        if what == "read":
            return "ok " + os.read(os.open(first, os.O_RDONLY | os.O_NONBLOCK), 100).decode("latin-1")
        if what == "list":
            return "ok " + " ".join(os.listdir(first))
        if what == "write":
            open(first, "w").close()
            os.unlink(first)
            return "ok"
        if what == "connect":
            socket.create_connection((first, int(rest[0])), 3).close()
            return "ok"
        if what == "get":
            return "ok " + urllib.request.urlopen(os.environ[first]).read().decode()
    except OSError as e:
        return "no " + str(e)
    return "no UNSUPPORTED"
