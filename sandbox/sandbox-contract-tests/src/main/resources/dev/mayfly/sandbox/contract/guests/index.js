'use strict';
// One handler for each behaviour of the contract.
const fs = require('node:fs');
const net = require('node:net');

exports.echo = async (event) => event;
let calls = 0;
exports.count = async () => ++calls;
exports.fail = async () => { throw new Error('boom'); };
exports.exit = async () => process.exit(3);
exports.loop = async () => { while (true); };
exports.allocate = async () => {
  const all = [];
  while (true) all.push(Buffer.alloc(8 << 20, 1));
};
exports.flood = async (bytes) => {
  const line = Buffer.from('x'.repeat(999) + '\n');
  for (let n = 0; n < bytes; n += line.length) fs.writeSync(1, line);
  return 'done';
};
exports.log = async () => { console.log('to stdout'); process.stderr.write('to stderr\n'); };
exports.sized_answer = async (size) => 'x'.repeat(size);
exports.not_json = async () => { const a = {}; a.a = a; return a; };
exports.environment = async () => process.env;
exports.context = async (event, context) => ({
  requestId: context.awsRequestId, functionArn: context.invokedFunctionArn,
  deadlineMs: Date.now() + context.getRemainingTimeInMillis(), traceId: process.env._X_AMZN_TRACE_ID,
});
exports.fill_tmp = async (megabytes) => {
  try {
    const file = fs.openSync('/tmp/big', 'w');
    try {
      for (let i = 0; i < megabytes; i++) fs.writeSync(file, Buffer.alloc(1 << 20, 1));
      return 'ok';
    } finally {
      fs.closeSync(file);
    }
  } catch (e) {
    return 'no ' + e.code;
  }
};
exports.fill_inodes = async () => {
  let n = 0;
  try { for (; n < 2000000; n++) fs.closeSync(fs.openSync('/tmp/' + n, 'w')); } catch { }
  return n;
};
exports.spawn = async () => {
  const { spawn } = require('node:child_process');
  let n = 0;
  for (; n < 20000; n++) {
    const child = spawn('/usr/bin/sleep', ['1000'], { stdio: 'ignore' });
    child.on('error', () => {});
    child.unref();
    if (child.pid === undefined) break;
  }
  return n;
};
exports.open_files = async () => {
  let n = 0;
  const open = [];
  try { for (; n < 100000; n++) open.push(fs.openSync('/dev/null')); } catch { }
  open.forEach((file) => fs.closeSync(file));
  return n;
};

function connect(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: Number(port), timeout: 3000 });
    socket.on('connect', () => { socket.destroy(); resolve('ok'); });
    socket.on('timeout', () => { socket.destroy(); resolve('no TIMEOUT'); });
    socket.on('error', (e) => resolve('no ' + e.code));
  });
}
exports.probe = async (event) => {
  const [what, first, second] = event.split(' ');
  try {
    if (what === 'read') {
      const file = fs.openSync(first, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      const buffer = Buffer.alloc(100);
      return 'ok ' + buffer.toString('utf8', 0, fs.readSync(file, buffer));
    }
    if (what === 'list') return 'ok ' + fs.readdirSync(first).join(' ');
    if (what === 'write') { fs.writeFileSync(first, 'x'); fs.unlinkSync(first); return 'ok'; }
    if (what === 'connect') return await connect(first, second);
    if (what === 'get') return 'ok ' + await (await fetch(process.env[first])).text();
  } catch (e) {
    return 'no ' + (e.code || e.message);
  }
  return 'no UNSUPPORTED';
};
