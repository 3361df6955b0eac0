package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.Behaviour;
import org.jspecify.annotations.Nullable;

/** Guests in JavaScript. */
public final class NodeContainers extends ContainersUnderTest {
    @Override
    String runtime() {
        return "nodejs20.x";
    }

    @Override
    String file() {
        return "index.js";
    }

    @Override
    @Nullable
    String source(Behaviour behaviour) {
        return switch (behaviour) {
            case ECHO -> "exports.handler = async (event) => event;";
            case COUNT -> "let n = 0; exports.handler = async () => ++n;";
            case FAIL -> "exports.handler = async () => { throw new Error('boom'); };";
            case EXIT -> "exports.handler = async () => process.exit(3);";
            case LOOP -> "exports.handler = async () => { while (true); };";
            case ALLOCATE -> """
                const all = [];
                exports.handler = async () => { while (true) all.push(Buffer.alloc(8 << 20, 1)); };
                """;
            case FLOOD -> """
                const line = Buffer.from('x'.repeat(999) + '\\n');
                exports.handler = async (bytes) => {
                  for (let n = 0; n < bytes; n += line.length) require('fs').writeSync(1, line);
                  return 'done';
                };
                """;
            case LOG ->
                "exports.handler = async () => { console.log('to stdout'); process.stderr.write('to stderr\\n'); };";
            case SIZED_ANSWER -> "exports.handler = async (size) => 'x'.repeat(size);";
            case NOT_JSON -> "exports.handler = async () => { const a = {}; a.a = a; return a; };";
            case ENVIRONMENT -> "exports.handler = async () => process.env;";
            case CONTEXT -> """
                exports.handler = async (event, context) => ({
                  requestId: context.awsRequestId, functionArn: context.invokedFunctionArn,
                  deadlineMs: Date.now() + context.getRemainingTimeInMillis(), traceId: process.env._X_AMZN_TRACE_ID,
                });
                """;
            case FILL_TMP -> """
                const fs = require('fs');
                exports.handler = async (megabytes) => {
                  try {
                    const file = fs.openSync('/tmp/big', 'w');
                    try { for (let i = 0; i < megabytes; i++) fs.writeSync(file, Buffer.alloc(1 << 20, 1)); return 'ok'; }
                    finally { fs.closeSync(file); }
                  } catch (e) { return 'no ' + e.code; }
                };
                """;
            case FILL_INODES -> """
                const fs = require('fs');
                exports.handler = async () => {
                  let n = 0;
                  try { for (; n < 2000000; n++) fs.closeSync(fs.openSync('/tmp/' + n, 'w')); } catch (e) { }
                  return n;
                };
                """;
            case SPAWN -> """
                const { spawn } = require('child_process');
                exports.handler = async () => {
                  let n = 0;
                  for (; n < 20000; n++) {
                    const child = spawn('/usr/bin/sleep', ['1000'], { stdio: 'ignore' });
                    child.on('error', () => {}); child.unref();
                    if (child.pid === undefined) break;
                  }
                  return n;
                };
                """;
            case OPEN_FILES -> """
                const fs = require('fs');
                exports.handler = async () => {
                  let n = 0; const open = [];
                  try { for (; n < 100000; n++) open.push(fs.openSync('/dev/null')); } catch (e) { }
                  open.forEach((file) => fs.closeSync(file));
                  return n;
                };
                """;
            case INIT_FAILS -> "throw new Error('boom');";
            case INIT_EXITS -> "process.exit(4);";
            case INIT_HANGS -> "while (true);";
            case NO_HANDLER, NO_MODULE -> "exports.handler = async () => 1;";
            case SYNTAX_ERROR -> "exports.handler = async ( => 1;";
            case PROBE -> """
                const fs = require('fs'); const net = require('net');
                function connect(host, port) {
                  return new Promise((resolve) => {
                    const socket = net.connect({ host, port: Number(port), timeout: 3000 });
                    socket.on('connect', () => { socket.destroy(); resolve('ok'); });
                    socket.on('timeout', () => { socket.destroy(); resolve('no TIMEOUT'); });
                    socket.on('error', (e) => resolve('no ' + e.code));
                  });
                }
                exports.handler = async (event) => {
                  const [what, first, second] = event.split(' ');
                  try {
                    if (what === 'read') {
                      const file = fs.openSync(first, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
                      const buffer = Buffer.alloc(100);
                      const n = fs.readSync(file, buffer); return 'ok ' + buffer.toString('utf8', 0, n);
                    }
                    if (what === 'list') return 'ok ' + fs.readdirSync(first).join(' ');
                    if (what === 'write') { fs.writeFileSync(first, 'x'); fs.unlinkSync(first); return 'ok'; }
                    if (what === 'connect') return await connect(first, second);
                    if (what === 'get') return 'ok ' + await (await fetch(process.env[first])).text();
                  } catch (e) { return 'no ' + (e.code || e.message); }
                  return 'no UNSUPPORTED';
                };
                """;
        };
    }
}
