package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.Behaviour;
import org.jspecify.annotations.Nullable;

/** Guests in Python. */
public final class PythonContainers extends ContainersUnderTest {
    @Override
    String runtime() {
        return "python3.11";
    }

    @Override
    String file() {
        return "index.py";
    }

    private static String handler(String body) {
        return "import os, sys\n\ndef handler(event, context):\n    "
                + body.strip().replace("\n", "\n    ") + "\n";
    }

    @Override
    @Nullable
    String source(Behaviour behaviour) {
        return switch (behaviour) {
            case ECHO -> handler("return event");
            case COUNT -> "n = 0\n" + handler("global n\nn += 1\nreturn n");
            case FAIL -> handler("raise ValueError('boom')");
            case EXIT -> handler("sys.exit(3)");
            case LOOP -> handler("while True: pass");
            case ALLOCATE -> handler("all = []\nwhile True: all.append(b'x' * (8 << 20))");
            case FLOOD -> handler("""
                line = b'x' * 999 + b'\\n'
                for _ in range(0, event, len(line)): os.write(1, line)
                return 'done'
                """);
            case LOG -> handler("print('to stdout')\nprint('to stderr', file=sys.stderr)");
            case SIZED_ANSWER -> handler("return 'x' * event");
            case NOT_JSON -> handler("return {1, 2}");
            case ENVIRONMENT -> handler("return dict(os.environ)");
            case CONTEXT -> handler("""
                import time
                return {'requestId': context.aws_request_id, 'functionArn': context.invoked_function_arn,
                    'deadlineMs': int(time.time() * 1000) + context.get_remaining_time_in_millis(),
                    'traceId': os.environ.get('_X_AMZN_TRACE_ID')}
                """);
            case FILL_TMP -> handler("""
                try:
                    with open('/tmp/big', 'wb', buffering=0) as file:
                        for _ in range(event): file.write(b'x' * (1 << 20))
                        return 'ok' if os.path.getsize('/tmp/big') == event << 20 else 'no SHORT'
                except OSError as e: return 'no ' + str(e.errno)
                """);
            case FILL_INODES -> handler("""
                for n in range(2000000):
                    try: open('/tmp/%d' % n, 'w').close()
                    except OSError: return n
                return n
                """);
            case SPAWN -> handler("""
                import time
                for n in range(20000):
                    try:
                        if os.fork() == 0:
                            time.sleep(1000)
                    except OSError: return n
                return n
                """);
            case OPEN_FILES -> handler("""
                files = []
                try:
                    while len(files) < 100000: files.append(os.open('/dev/null', os.O_RDONLY))
                except OSError: pass
                for file in files: os.close(file)
                return len(files)
                """);
            case INIT_FAILS -> "raise ValueError('boom')";
            case INIT_EXITS -> "import sys\nsys.exit(4)";
            case INIT_HANGS -> "while True: pass";
            case NO_HANDLER, NO_MODULE -> handler("return 1");
            case SYNTAX_ERROR -> "def handler(event, context:\n    return 1\n";
            case PROBE -> handler("""
                import socket, urllib.request
                what, first, *rest = event.split(' ')
                try:
                    if what == 'read':
                        return 'ok ' + os.read(os.open(first, os.O_RDONLY | os.O_NONBLOCK), 100).decode('latin-1')
                    if what == 'list': return 'ok ' + ' '.join(os.listdir(first))
                    if what == 'write':
                        open(first, 'w').close(); os.unlink(first)
                        return 'ok'
                    if what == 'connect':
                        socket.create_connection((first, int(rest[0])), 3).close()
                        return 'ok'
                    if what == 'get': return 'ok ' + urllib.request.urlopen(os.environ[first]).read().decode()
                except OSError as e: return 'no ' + str(e)
                return 'no UNSUPPORTED'
                """);
        };
    }
}
