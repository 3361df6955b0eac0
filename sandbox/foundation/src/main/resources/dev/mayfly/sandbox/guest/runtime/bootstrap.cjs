'use strict';
// The Node.js runtime: greets the host over a framed stream, becomes the function that the host names, serves invocations.

const net = require('node:net');
const path = require('node:path');
const fs = require('node:fs');
const util = require('node:util');
const { pathToFileURL } = require('node:url');

const SOCKET = '/run/runtime.sock';
const INVOKE = 1;
const INIT = 2;
const RESTORE = 3;
const REHEARSE = 4;
const HELLO = 0;
const READY = 1;
const INIT_ERROR = 2;
const RESPONSE = 3;
const ERROR = 4;
const FATAL = 5;
const STREAM = 6;
const PIECE = 7;
const END = 8;
const LARGEST_PIECE = 256 * 1024;
// Wrappers of handlers, as monitoring tools have them, look for these.
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const MAX_RESPONSE = 6 * 1024 * 1024;

const environment = process.env;
const write = fs.writeSync;
const exit = process.exit.bind(process);
let socket;
let handler;
let current = null;

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
    this.stack = '';
  }
}

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

// AWS_LAMBDA_LOG_FORMAT=JSON: one object a line, from AWS_LAMBDA_LOG_LEVEL on.
function logJson(level, args) {
  const least = LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL);
  if (LEVELS.indexOf(level) < least) {
    return;
  }
  const line = { timestamp: new Date().toISOString(), level };
  if (current) {
    line.requestId = current.id;
  }
  const error = args.find((arg) => util.types.isNativeError(arg));
  if (error) {
    line.errorType = error.name;
    line.errorMessage = error.message;
    line.stackTrace = String(error.stack).split('\n').slice(1).map((frame) => frame.trim());
  }
  line.message = args.length === 1 && args[0] && typeof args[0] === 'object' && !error ? args[0] : util.format(...args);
  let text;
  try {
    text = JSON.stringify(line);
  } catch {
    text = JSON.stringify({ ...line, message: util.format(...args) });
  }
  process.stdout.write(text + '\n');
}

function log(level, args) {
  if (process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON') {
    logJson(level, args);
    return;
  }
  const message = util.format(...args).replace(/\r?\n/g, '\r');
  const id = current ? current.id : 'undefined';
  process.stdout.write(`${new Date().toISOString()}\t${id}\t${level}\t${message}\n`);
}

function patchConsole() {
  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR' };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...args) => log(level, args);
  }
}

function describe(error) {
  if (!util.types.isNativeError(error) && !(error && typeof error === 'object' && 'stack' in error)) {
    return { errorType: typeof error, errorMessage: error === undefined ? 'undefined' : String(error), trace: [] };
  }
  return {
    ...Object.fromEntries(Object.entries(error).filter(([, value]) => isPlain(value))),
    errorType: String(error.name || 'Error'),
    errorMessage: String(error.message),
    trace: String(error.stack || '').split('\n').filter((line) => line.length > 0),
  };
}

function isPlain(value) {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function frame(type, id, body) {
  const prefix = id === null ? Buffer.alloc(0) : Buffer.concat([Buffer.from([Buffer.byteLength(id)]), Buffer.from(id)]);
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(1 + prefix.length + body.length, 0);
  head[4] = type;
  return Buffer.concat([head, prefix, body]);
}

function sendError(type, id, error) {
  let json = Buffer.from(JSON.stringify(error));
  if (json.length > MAX_RESPONSE) {
    json = Buffer.from(JSON.stringify({ errorType: error.errorType, errorMessage: 'The error is too large', trace: [] }));
  }
  return new Promise((sent) => socket.write(frame(type, id, json), sent));
}

function fail(invocation, error) {
  if (current !== invocation) {
    return;
  }
  const description = describe(error);
  log('ERROR', ['Invoke Error \t' + JSON.stringify(description)]);
  finish();
  sendError(ERROR, invocation.id, description);
}

function succeed(invocation, value) {
  if (current !== invocation) {
    return;
  }
  let json;
  try {
    json = JSON.stringify(value === undefined ? null : value);
    json = Buffer.from(json === undefined ? 'null' : json);
  } catch (e) {
    fail(invocation, new RuntimeError('Runtime.MarshalError', 'Unable to stringify response body: ' + e.message));
    return;
  }
  if (json.length > MAX_RESPONSE) {
    fail(invocation, new RuntimeError('Function.ResponseSizeTooLarge',
      `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE} bytes).`));
    return;
  }
  finish();
  socket.write(frame(RESPONSE, invocation.id, json));
}

function finish() {
  current = null;
  socket.ref();
}

function settle(invocation, error, value) {
  if (invocation.settled) {
    return;
  }
  invocation.settled = true;
  const done = () => (error ? fail(invocation, error) : succeed(invocation, value));
  if (invocation.context.callbackWaitsForEmptyEventLoop && !error) {
    invocation.whenIdle = done;
  } else {
    done();
  }
}

// What AWS gives to functions that stream their answers.
let Writable;

function responseStreamOf(invocation) {
  Writable = Writable || require('node:stream').Writable;
  let contentType = 'application/octet-stream';
  let begun = false;
  let prelude = null;
  const send = (type, body, sent) => {
    if (current === invocation) {
      socket.write(frame(type, invocation.id, body), sent);
    } else {
      sent();
    }
  };
  const begin = () => {
    if (!begun) {
      begun = true;
      send(STREAM, Buffer.from(contentType, 'latin1'), () => {});
      if (prelude !== null) {
        send(PIECE, prelude, () => {});
      }
    }
  };
  const stream = new Writable({
    highWaterMark: handler[HIGH_WATER_MARK] || undefined,
    write(chunk, encoding, sent) {
      begin();
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding);
      const next = (at) => {
        if (at >= bytes.length) {
          sent();
        } else {
          send(PIECE, bytes.subarray(at, at + LARGEST_PIECE), (error) => (error ? sent(error) : next(at + LARGEST_PIECE)));
        }
      };
      next(0);
    },
    final(sent) {
      begin();
      sent();
    },
  });
  stream.setContentType = (type) => {
    if (begun) {
      throw new RuntimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    }
    contentType = String(type).replace(/[^\x20-\x7e]/g, '');
  };
  stream.setPrelude = (bytes) => {
    prelude = bytes;
  };
  return stream;
}

globalThis.awslambda = {
  streamifyResponse(streaming, options) {
    streaming[STREAMING] = 'response';
    if (options && options.highWaterMark !== undefined) {
      streaming[HIGH_WATER_MARK] = Number.parseInt(options.highWaterMark, 10);
    }
    return streaming;
  },
  HttpResponseStream: {
    from(stream, metadata) {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream.setPrelude(Buffer.concat([Buffer.from(JSON.stringify(metadata)), Buffer.alloc(8)]));
      return stream;
    },
  },
};

function invokeStreaming(event, invocation) {
  const stream = responseStreamOf(invocation);
  invocation.whenIdle = () => {
    invocation.returned = true;
    if (stream.writableFinished) {
      finishStream(invocation);
    } else {
      stream.end();
    }
  };
  stream.on('finish', () => {
    if (current === invocation && invocation.returned) {
      finishStream(invocation);
    }
  });
  stream.on('error', (error) => fail(invocation, error));
  const result = handler(event, stream, invocation.context);
  if (result === null || typeof result !== 'object' || typeof result.then !== 'function') {
    throw new RuntimeError('InvalidStreamingOperation', 'Streaming does not support non-async handlers.');
  }
  result.then(
    () => {
      invocation.returned = true;
      if (current === invocation && stream.writableFinished) {
        finishStream(invocation);
      }
    },
    (error) => fail(invocation, error),
  );
}

function finishStream(invocation) {
  finish();
  socket.write(frame(END, invocation.id, Buffer.alloc(0)));
}

function contextOf(header, invocation) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: header.functionArn,
    awsRequestId: header.requestId,
    clientContext: clientContext(header),
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(header.deadlineMs - Date.now(), 0),
    succeed: (value) => settle(invocation, null, value),
    fail: (error) => settle(invocation, error || new Error('handled'), null),
    done: (error, value) => settle(invocation, error, value),
  };
}

function clientContext(header) {
  if (!header.clientContext) {
    return undefined;
  }
  try {
    return JSON.parse(Buffer.from(header.clientContext, 'base64').toString());
  } catch {
    return undefined;
  }
}

function invoke(header, payload) {
  const invocation = { id: header.requestId, settled: false, whenIdle: null };
  invocation.context = contextOf(header, invocation);
  current = invocation;
  if (header.traceId) {
    environment._X_AMZN_TRACE_ID = header.traceId;
  } else {
    delete environment._X_AMZN_TRACE_ID;
  }
  // Without the socket the event loop can run empty, which ends an invocation: see beforeExit.
  socket.unref();
  try {
    const event = JSON.parse(payload.toString('utf8'));
    if (handler[STREAMING] === 'response') {
      invokeStreaming(event, invocation);
      return;
    }
    const result = handler(event, invocation.context, (error, value) => settle(invocation, error, value));
    if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
      invocation.promised = true;
      result.then(
        (value) => succeed(invocation, value),
        (error) => fail(invocation, error),
      );
    }
  } catch (error) {
    fail(invocation, error);
  }
}

process.on('beforeExit', () => {
  if (current) {
    const invocation = current;
    if (invocation.whenIdle) {
      invocation.whenIdle();
    } else {
      succeed(invocation, null);
    }
  }
});

async function die(error, type, code) {
  const description = describe(error);
  if (type) {
    description.errorMessage = `${description.errorType}: ${description.errorMessage}`;
    description.errorType = type;
  }
  const id = current ? current.id : null;
  log('ERROR', ['Uncaught Exception \t' + JSON.stringify(description)]);
  if (id !== null) {
    await sendError(FATAL, id, description);
  } else if (!handler && socket) {
    await sendError(INIT_ERROR, null, description);
  }
  exit(code);
}

process.on('uncaughtException', (error) => die(error, null, 129));
process.on('unhandledRejection', (error) => die(error, 'Runtime.UnhandledPromiseRejection', 128));

function splitHandler(name) {
  const directory = path.dirname(name);
  const match = /^([^.]*)\.(.+)$/.exec(path.basename(name));
  if (!match || name.includes('..')) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler '${name}': it is written as file.function`);
  }
  return { file: path.join(directory, match[1]), exported: match[2].split('.') };
}

function locate(root, file) {
  const base = path.resolve(root, file);
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const candidate = base + extension;
    if (fs.existsSync(candidate) && fs.statSync(candidate).isFile()) {
      return candidate;
    }
  }
  try {
    return require.resolve(file, { paths: [root] });
  } catch {
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${path.basename(file)}'`);
  }
}

async function importUserModule(file) {
  if (file.endsWith('.mjs')) {
    return import(pathToFileURL(file).href);
  }
  try {
    return require(file);
  } catch (error) {
    if (error.code === 'ERR_REQUIRE_ESM' || error.code === 'ERR_REQUIRE_ASYNC_MODULE') {
      return import(pathToFileURL(file).href);
    }
    throw error;
  }
}

async function load(root, name) {
  const { file, exported } = splitHandler(name);
  const located = locate(root, file);
  let loaded;
  try {
    loaded = await importUserModule(located);
  } catch (error) {
    if (error instanceof SyntaxError) {
      const failure = new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
      failure.stack = error.stack;
      throw failure;
    }
    if (error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND')) {
      const failure = new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message}`);
      failure.stack = error.stack;
      throw failure;
    }
    throw error;
  }
  let found = loaded;
  for (const name of exported) {
    found = found === null || found === undefined ? undefined : found[name];
  }
  if (found === undefined && loaded && loaded.default) {
    found = exported.reduce((value, name) => (value === null || value === undefined ? undefined : value[name]), loaded.default);
  }
  if (typeof found !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  return found;
}

let chunks = [];
let buffered = 0;

function receive(chunk) {
  chunks.push(chunk);
  buffered += chunk.length;
  while (buffered >= 4) {
    if (chunks[0].length < 4) {
      chunks = [Buffer.concat(chunks)];
    }
    const length = chunks[0].readUInt32BE(0);
    if (buffered < 4 + length) {
      return;
    }
    const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const content = all.subarray(4, 4 + length);
    const rest = all.subarray(4 + length);
    chunks = rest.length > 0 ? [rest] : [];
    buffered = rest.length;
    if (content[0] === INVOKE) {
      const header = content.readUInt32BE(1);
      invoke(JSON.parse(content.toString('utf8', 5, 5 + header)), content.subarray(5 + header));
    } else if (content[0] === INIT) {
      begin(JSON.parse(content.toString('utf8', 1)));
    } else if (content[0] === RESTORE) {
      restore(JSON.parse(content.toString('utf8', 1)));
    } else if (content[0] === REHEARSE) {
      rehearse();
    }
  }
}

function replaceEnvironment(next) {
  for (const name of Object.keys(environment)) {
    if (!(name in next)) {
      delete environment[name];
    }
  }
  Object.assign(environment, next);
}

async function begin(init) {
  if (environment.MAYFLY_COPY) {
    reseed();
  }
  if (!environment.AWS_LAMBDA_EXEC_WRAPPER) { // what a wrapper set stays
    replaceEnvironment(init.environment);
  }
  require('node:module')._initPaths();
  process.chdir(init.taskRoot);
  patchConsole();
  try {
    handler = await load(init.taskRoot, init.handler);
  } catch (error) {
    const description = describe(error);
    log('ERROR', ['Uncaught Exception \t' + JSON.stringify(description)]);
    await sendError(INIT_ERROR, null, description);
    exit(1);
  }
  socket.write(frame(READY, null, Buffer.alloc(0)));
}

// Copies of one process draw the same random numbers until this. The kernel's generator is fresh already, and OpenSSL's starts
// anew when it sees the clock behind its last start: whoever restores a copy sets it so.
function reseed() {
  const state = new Uint32Array(4);
  const source = fs.openSync('/dev/urandom');
  fs.readSync(source, new Uint8Array(state.buffer));
  fs.closeSync(source);
  const rotate = (value, by) => (value << by) | (value >>> (32 - by));
  const next = () => {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11);
    return result;
  };
  // V8 cannot be given a new seed: this is xoshiro128**.
  Math.random = function random() {
    return (next() * 0x200000 + (next() >>> 11)) / 0x20000000000000;
  };
}

// Node keeps random bytes ready: 128 identifiers' and 1,024 integers' worth. Drawing that many leaves none of the old.
function drainRandomCaches() {
  const crypto = require('node:crypto');
  for (let i = 0; i < 128; i++) {
    crypto.randomUUID();
  }
  for (let i = 0; i < 1024; i++) {
    crypto.randomInt(0xffffffffffff);
  }
}

// Goes through what a function's start and first invocation do, so that the next time is faster: lazily compiled code is
// compiled then, and an emulated processor has seen it.
async function rehearse() {
  const kept = { ...environment };
  const directory = process.cwd();
  replaceEnvironment({ ...kept, REHEARSAL: '1' });
  require('node:module')._initPaths();
  const rehearsed = await load(__dirname, 'rehearsal.handler');
  const header = { requestId: 'rehearsal', deadlineMs: Date.now(), functionArn: '' };
  const invocation = { id: header.requestId, settled: false, whenIdle: null };
  invocation.context = contextOf(header, invocation);
  const result = await rehearsed(JSON.parse('{"a":[1,"b",null,{}]}'), invocation.context);
  frame(RESPONSE, invocation.id, Buffer.from(JSON.stringify(result)));
  delete require.cache[path.join(__dirname, 'rehearsal.js')];
  replaceEnvironment(kept);
  process.chdir(directory);
  socket.write(frame(READY, null, Buffer.alloc(0)));
}

function restore(copy) {
  reseed();
  drainRandomCaches();
  replaceEnvironment(copy.environment);
  socket.write(frame(READY, null, Buffer.alloc(0)));
}

socket = net.connect(SOCKET, () => {
  socket.on('data', receive);
  socket.write(frame(HELLO, null, Buffer.alloc(0)));
});
// The host has gone: so does its guest.
socket.on('close', () => exit(0));
socket.on('error', (error) => {
  write(2, `runtime: ${error.message}\n`);
  exit(1);
});
