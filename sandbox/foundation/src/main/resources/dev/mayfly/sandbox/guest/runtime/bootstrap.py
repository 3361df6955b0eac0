"""The Python runtime: greets the host over a framed stream, becomes the function that it names, serves invocations."""

import base64
import importlib
import json
import logging
import os
import socket
import struct
import sys
import time
import traceback

SOCKET = "/run/runtime.sock"
INVOKE = 1
INIT = 2
RESTORE = 3
REHEARSE = 4
HELLO = 0
READY = 1
INIT_ERROR = 2
RESPONSE = 3
ERROR = 4
MAX_RESPONSE = 6 * 1024 * 1024


class RuntimeFailure(Exception):
    """An error that has one of Lambda's own error types."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.trace = list(trace)


class LambdaContext:
    def __init__(self, header):
        self.aws_request_id = header["requestId"]
        self.invoked_function_arn = header["functionArn"]
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.client_context = client_context(header)
        self.identity = None
        self._epoch_deadline_time_in_ms = header["deadlineMs"]

    def get_remaining_time_in_millis(self):
        return max(int(self._epoch_deadline_time_in_ms - time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


def client_context(header):
    if not header.get("clientContext"):
        return None
    try:
        return json.loads(base64.b64decode(header["clientContext"]))
    except ValueError:
        return None


class LogHandler(logging.Handler):
    request_id = ""

    def as_json(self, record, stamp):
        line = {
            "timestamp": stamp + "Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": LogHandler.request_id,
        }
        if record.exc_info and record.exc_info[0]:
            line["errorType"] = record.exc_info[0].__name__
            line["errorMessage"] = str(record.exc_info[1])
            line["stackTrace"] = traceback.format_tb(record.exc_info[2])
        return json.dumps(line, default=str)

    def emit(self, record):
        try:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
                sys.stdout.write(self.as_json(record, stamp) + "\n")
                return
            text = self.format(record).replace("\r\n", "\r").replace("\n", "\r")
            sys.stdout.write("[%s]\t%s.%03dZ\t%s\t%s\n" % (record.levelname, stamp, record.msecs, LogHandler.request_id, text))
        except Exception:
            self.handleError(record)


class Link:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(SOCKET)

    def send(self, kind, request_id, body):
        prefix = b"" if request_id is None else bytes([len(request_id)]) + request_id.encode()
        self.socket.sendall(struct.pack(">IB", 1 + len(prefix) + len(body), kind) + prefix + body)

    def receive(self):
        length, kind = struct.unpack(">IB", self.read(5))
        return kind, self.read(length - 1)

    def read(self, length):
        data = bytearray(length)
        view = memoryview(data)
        done = 0
        while done < length:
            count = self.socket.recv_into(view[done:])
            if count == 0:
                # The host has gone: so does its guest.
                os._exit(0)
            done += count
        return bytes(data)


def describe(error, request_id=None):
    if isinstance(error, RuntimeFailure):
        description = {"errorMessage": str(error), "errorType": error.error_type, "stackTrace": error.trace}
    else:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename != __file__ and not frame.filename.startswith("<frozen importlib")]
        description = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_list(own),
        }
    if request_id is not None:
        description["requestId"] = request_id
    return description


def log_error(description):
    lines = ["[ERROR] %s: %s" % (description["errorType"], description["errorMessage"])]
    if description["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        lines.extend(line.rstrip("\n") for line in description["stackTrace"])
    sys.stdout.write("\r".join(lines).replace("\n", "\r") + "\n")
    sys.stdout.flush()


def load(name):
    module_name, dot, function = name.rpartition(".")
    if not dot or not module_name or ".." in name:
        raise RuntimeFailure("Runtime.MalformedHandlerName", "Bad handler '%s': it is written as file.function" % name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise RuntimeFailure("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        where = '  File "%s" Line %s\n    %s' % (error.filename, error.lineno, (error.text or "").strip())
        raise RuntimeFailure("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error), [where])
    handler = getattr(module, function, None)
    if handler is None:
        raise RuntimeFailure("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function, module_name))
    if not callable(handler):
        raise RuntimeFailure("Runtime.HandlerNotFound", "Handler '%s' on module '%s' is not a function" % (function, module_name))
    return handler


def answer(handler, header, payload):
    event = json.loads(payload)
    result = handler(event, LambdaContext(header))
    try:
        body = json.dumps(result, ensure_ascii=False).encode("utf-8", "backslashreplace")
    except (TypeError, ValueError, RecursionError) as error:
        raise RuntimeFailure("Runtime.MarshalError", "Unable to marshal response: %s" % error)
    if len(body) > MAX_RESPONSE:
        raise RuntimeFailure(
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (%d bytes)." % MAX_RESPONSE,
        )
    return body


def error_body(description):
    body = json.dumps(description).encode()
    if len(body) > MAX_RESPONSE:
        body = json.dumps({"errorType": description["errorType"], "errorMessage": "The error is too large"}).encode()
    return body


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (ValueError, OSError):
            pass


def serve(link, handler):
    while True:
        kind, content = link.receive()
        if kind == RESTORE:
            reseed()
            replace_environment(json.loads(content)["environment"])
            link.send(READY, None, b"")
        if kind != INVOKE:
            continue
        (length,) = struct.unpack(">I", content[:4])
        header = json.loads(content[4 : 4 + length])
        request_id = header["requestId"]
        LogHandler.request_id = request_id
        if header.get("traceId"):
            os.environ["_X_AMZN_TRACE_ID"] = header["traceId"]
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        try:
            body = answer(handler, header, content[4 + length :])
        except Exception as error:
            description = describe(error, request_id)
            log_error(description)
            flush()
            link.send(ERROR, request_id, error_body(description))
        else:
            flush()
            link.send(RESPONSE, request_id, body)


def reseed():
    """Copies of one process draw the same random numbers until this; the kernel's generator is fresh already."""
    loaded = sys.modules
    if "random" in loaded:
        loaded["random"].seed()
    if "_ssl" in loaded:
        loaded["_ssl"].RAND_add(os.urandom(48), 48.0)
    if "tempfile" in loaded:
        loaded["tempfile"]._name_sequence = None
    if "numpy.random" in loaded:
        loaded["numpy.random"].seed()


def rehearse(link):
    """Goes through what a function's start and first invocation do, so that the next time is faster."""
    kept = dict(os.environ)
    directory = os.getcwd()
    path = list(sys.path)
    replace_environment({**kept, "REHEARSAL": "1"})
    sys.path[0] = os.path.dirname(os.path.abspath(__file__))
    handler = load("rehearsal.handler")
    answer(handler, {"requestId": "rehearsal", "functionArn": "", "deadlineMs": 0}, b'{"a": [1, "b", null, {}]}')
    del sys.modules["rehearsal"]
    importlib.invalidate_caches()
    sys.path[:] = path
    replace_environment(kept)
    os.chdir(directory)
    link.send(READY, None, b"")


def replace_environment(variables):
    for name in list(os.environ):
        if name not in variables:
            del os.environ[name]
    os.environ.update(variables)
    level = logging.getLevelName(os.environ.get("AWS_LAMBDA_LOG_LEVEL", ""))
    if isinstance(level, int):
        logging.getLogger().setLevel(level)
    time.tzset()


def main():
    link = Link()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    logging.getLogger().addHandler(LogHandler())
    link.send(HELLO, None, b"")
    kind, content = link.receive()
    while kind == REHEARSE:
        rehearse(link)
        kind, content = link.receive()
    if kind != INIT:
        sys.exit("runtime: frame %d came before the function" % kind)
    if "MAYFLY_COPY" in os.environ:
        reseed()
    init = json.loads(content)
    if "AWS_LAMBDA_EXEC_WRAPPER" not in os.environ:  # what a wrapper set stays
        replace_environment(init["environment"])
    os.chdir(init["taskRoot"])
    sys.path[0] = init["taskRoot"]
    if os.path.isdir("/opt/python"):
        importlib.invalidate_caches()
    try:
        handler = load(init["handler"])
    except Exception as error:
        description = describe(error)
        log_error(description)
        flush()
        link.send(INIT_ERROR, None, error_body(description))
        sys.exit(1)
    link.send(READY, None, b"")
    serve(link, handler)


main()
