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
  const lines = Buffer.from(('x'.repeat(999) + (bytes < 0 ? 'x' : '\n')).repeat(65));
  for (let left = Math.abs(bytes); left > 0;) {
    try { left -= fs.writeSync(1, lines, 0, Math.min(left, lines.length)); } catch (e) { if (e.code !== 'EAGAIN') throw e; }
  }
  return 'done';
};
exports.log = async () => { console.log('to stdout'); process.stderr.write('to stderr\n'); };
exports.sized_answer = async (size) => 'x'.repeat(size);
exports.stream = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType('text/x-pieces');
  for (let i = 0; event.endless || i < event.pieces; i++) {
    if (!stream.write('x'.repeat(event.size))) await new Promise((resolve) => stream.once('drain', resolve));
  }
  if (event.fail) throw new Error('boom');
  stream.end();
});
exports.not_json = async () => { const a = {}; a.a = a; return a; };
exports.environment = async () => process.env;
exports.context = async (event, context) => ({
  requestId: context.awsRequestId, functionArn: context.invokedFunctionArn,
  deadlineMs: Date.now() + context.getRemainingTimeInMillis(), traceId: process.env._X_AMZN_TRACE_ID,
  clientContext: context.clientContext ?? null, identity: context.identity ?? null,
});
exports.process = async () => ({ startOnly: Error.stackTraceLimit === 7, hour: new Date(0).getHours() });
exports.entropy = async () => ({
  kernel: readSome('/dev/urandom', 16).toString('hex'),
  runtime: String(Math.random()),
  library: require('node:crypto').randomBytes(16).toString('hex'),
  millis: Date.now(),
});
exports.late = async (millis) => {
  await new Promise((resolve) => setTimeout(resolve, millis));
  return 'late';
};
const kept = [];
exports.keep = async (megabytes) => {
  kept.push(Buffer.alloc(megabytes << 20, 1));
  return 'kept';
};
let ticks = 0;
exports.tick = async () => {
  if (ticks++ === 0) setInterval(() => ticks++, 5);
  return ticks;
};
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
exports.daemon = async (event) => {
  const script = "for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT']) process.on(name, () => {});"
    + 'setInterval(() => {}, 1000000);';
  const child = require('node:child_process').spawn(process.execPath, ['-e', script], { stdio: 'ignore', detached: true });
  child.unref();
  while (event === 'loop');
  return 'started';
};
exports.open_files = async () => {
  let n = 0;
  const open = [];
  try { for (; n < 100000; n++) open.push(fs.openSync('/dev/null')); } catch { }
  open.forEach((file) => fs.closeSync(file));
  return n;
};

function readSome(path, most) {
  const file = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(most);
    return buffer.subarray(0, fs.readSync(file, buffer));
  } finally {
    fs.closeSync(file);
  }
}

function descriptors() {
  const found = [];
  for (const name of fs.readdirSync('/proc/self/fd')) {
    try { found.push([Number(name), fs.readlinkSync('/proc/self/fd/' + name)]); } catch { }
  }
  return found;
}

const SKIPPED = ['/proc', '/sys', '/usr', '/bin', '/lib', '/lib64', '/sbin', '/etc/ssl', '/etc/alternatives'];

function walk(folder, files) {
  let entries = [];
  try { entries = fs.readdirSync(folder, { withFileTypes: true }); } catch { }
  for (const entry of entries) {
    const path = (folder === '/' ? '' : folder) + '/' + entry.name;
    if (entry.isDirectory()) {
      if (!SKIPPED.includes(path)) walk(path, files);
    } else {
      files.push(path);
    }
  }
}

// Looks for the text that is the event's reverse in everything that can be read.
exports.hunt = async (event) => {
  const text = [...event].reverse().join('');
  const found = Object.values(process.env).some((value) => value.includes(text)) ? ['environment'] : [];
  const files = [];
  walk('/', files);
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    files.push(...['environ', 'cmdline', 'cwd/secret', 'root/tmp/kept'].map((name) => `/proc/${pid}/${name}`));
  }
  for (const file of files) {
    try { if (readSome(file, 1 << 20).includes(text)) found.push(file); } catch { }
  }
  return found;
};

// Writes to every stream that may be the runtime's.
exports.frames = async (event, context) => {
  const encode = (frame) => {
    if (frame.raw !== undefined) return Buffer.from(frame.raw, 'base64');
    const name = frame.id === 'own' ? context.awsRequestId : frame.id;
    const body = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from(frame.body)]);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(1 + body.length);
    head[4] = frame.type;
    return Buffer.concat([head, body]);
  };
  const streams = descriptors().filter(([, to]) => /^(socket:|\/dev\/(vport|hvc))/.test(to)).map(([fd]) => fd);
  const data = Buffer.concat(event.frames.map(encode));
  for (let n = event.forever ? Infinity : event.times ?? 1; n > 0; n--) {
    for (const stream of streams) {
      for (let rest = data; rest.length > 0;) {
        try { rest = rest.subarray(fs.writeSync(stream, rest)); } catch (e) { if (e.code !== 'EAGAIN') throw e; }
      }
    }
  }
  if (event.close) {
    streams.forEach((stream) => { try { fs.closeSync(stream); } catch { } });
    await new Promise((resolve) => setTimeout(resolve, 1000000));
  }
  return event.answer ?? streams.length;
};

function connect(target) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ ...target, timeout: 3000 });
    socket.on('connect', () => { socket.destroy(); resolve(''); });
    socket.on('timeout', () => { socket.destroy(); reject(new Error('TIMEOUT')); });
    socket.on('error', reject);
  });
}

function killAll() {
  let killed = 0;
  for (let pid = 1; pid < 4096; pid++) {
    if (pid !== process.pid) {
      try { process.kill(pid, 'SIGKILL'); killed++; } catch { }
    }
  }
  return killed;
}

function run(...command) {
  const done = require('node:child_process').spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
  if (done.error) throw done.error;
  return `${done.status} ${done.stdout}${done.stderr}`;
}

const memory = [];
const PROBES = {
  read: (path) => readSome(path, 65536).toString('utf8'),
  list: (path) => fs.readdirSync(path).join(' '),
  write: (path) => { fs.writeFileSync(path, 'x'); fs.unlinkSync(path); return ''; },
  modify: (path, text) => {
    const file = fs.openSync(path, fs.constants.O_WRONLY);
    try { return fs.writeSync(file, text); } finally { fs.closeSync(file); }
  },
  link: (target, path) => { fs.symlinkSync(target, path); return ''; },
  connect: (host, port) => connect({ host, port: Number(port) }),
  'connect-unix': (path) => connect({ path: path.replace('@', '\0') }),
  get: async (variable) => (await fetch(process.env[variable])).text(),
  keep: (text) => { memory.push(text); fs.writeFileSync('/tmp/kept', text); return ''; },
  'kill-all': killAll,
  ids: () => `[${process.getuid()}, ${process.getgid()}]`,
  setuid: () => process.setuid(0),
  run,
  descriptors: () => descriptors().map(([, to]) => to).join('\n'),
};
exports.probe = async (event) => {
  const [what, ...rest] = event.split(' ');
  try {
    return what in PROBES ? 'ok ' + (await PROBES[what](...rest)) : 'no UNSUPPORTED';
  } catch (e) {
    return 'no ' + (e.code || e.message);
  }
};
