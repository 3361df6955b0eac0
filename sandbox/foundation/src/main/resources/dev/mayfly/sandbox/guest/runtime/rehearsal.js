'use strict';
// A function that uses what many functions use: see rehearse() in bootstrap.cjs.
// Not 'assert': it opens process.stderr, which makes the pipe behind both outputs non-blocking for all who write to it.

const names = ['async_hooks', 'buffer', 'child_process', 'crypto', 'dns', 'events', 'fs/promises', 'http', 'https', 'net',
  'os', 'path', 'perf_hooks', 'querystring', 'stream', 'stream/promises', 'string_decoder', 'timers', 'timers/promises', 'tls', 'url',
  'util', 'zlib'];
for (const name of names) {
  require(name);
}
const crypto = require('crypto');

exports.handler = async (event, context) => {
  crypto.randomBytes(8);
  await new Promise((resolve) => setTimeout(resolve, 1));
  return { event, at: new Date().toISOString(), left: context.getRemainingTimeInMillis() };
};
