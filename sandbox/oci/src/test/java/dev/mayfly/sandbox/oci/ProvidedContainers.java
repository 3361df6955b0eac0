package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.Behaviour;
import org.jspecify.annotations.Nullable;

/** Guests that bring their own runtime: here a small client of the HTTP Runtime API. */
public final class ProvidedContainers extends ContainersUnderTest {
    private static final String CLIENT = """
        #!/usr/bin/python3
        import http.client, json, os, sys

        api = os.environ['AWS_LAMBDA_RUNTIME_API']
        base = '/2018-06-01/runtime/'

        def call(method, path, body=None, headers={}):
            connection = http.client.HTTPConnection(api)
            connection.request(method, base + path, body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

        def report(path, kind, message):
            call('POST', path, json.dumps({'errorType': kind, 'errorMessage': message}),
                 {'Lambda-Runtime-Function-Error-Type': kind})

        SETUP
        n = 0
        while True:
            _, headers, body = call('GET', 'invocation/next')
            request_id = headers['Lambda-Runtime-Aws-Request-Id']
            event = json.loads(body)
            n += 1
            try:
                answer = BODY
                call('POST', 'invocation/%s/response' % request_id, json.dumps(answer))
            except Exception as e:
                report('invocation/%s/error' % request_id, type(e).__name__, str(e))
        """;

    @Override
    String runtime() {
        return "provided.al2023";
    }

    @Override
    String file() {
        return "bootstrap";
    }

    private static String client(String body) {
        return client("", body);
    }

    private static String client(String setup, String body) {
        return CLIENT.replace("SETUP", setup).replace("BODY", body);
    }

    @Override
    @Nullable
    String source(Behaviour behaviour) {
        return switch (behaviour) {
            case ECHO -> client("event");
            case COUNT -> client("n");
            case FAIL -> client("def fail():\n    raise ValueError('boom')\n", "fail()");
            case EXIT -> client("sys.exit(3)");
            case LOOP -> client("def loop():\n    while True: pass\n", "loop()");
            case LOG -> client("(print('to stdout', flush=True), print('to stderr', file=sys.stderr, flush=True))");
            case SIZED_ANSWER -> client("'x' * event");
            case ENVIRONMENT -> client("dict(os.environ)");
            case CONTEXT -> client("""
                dict(requestId=request_id, functionArn=headers['Lambda-Runtime-Invoked-Function-Arn'], \
                deadlineMs=int(headers['Lambda-Runtime-Deadline-Ms']), traceId=headers['Lambda-Runtime-Trace-Id'])""");
            case INIT_FAILS -> client("report('init/error', 'Own.Error', 'boom')\nsys.exit(1)", "1");
            case INIT_EXITS -> client("sys.exit(4)", "1");
            case INIT_HANGS -> client("while True: pass", "1");
            default -> null;
        };
    }
}
