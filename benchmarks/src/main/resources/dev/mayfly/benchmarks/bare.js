// The handler itself: frames of a length (4 bytes, big-endian) and JSON, on a unix socket. Arguments: socket, module.
const net = require('net');
const { handler } = require(process.argv[3]);

const stream = net.connect(process.argv[2]);
let held = Buffer.alloc(0);
stream.on('data', async chunk => {
  held = held.length ? Buffer.concat([held, chunk]) : chunk;
  while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
    const end = 4 + held.readUInt32BE(0);
    const event = JSON.parse(held.toString('utf8', 4, end));
    held = held.subarray(end);
    const body = Buffer.from(JSON.stringify(await handler(event)));
    const head = Buffer.allocUnsafe(4);
    head.writeUInt32BE(body.length);
    stream.write(Buffer.concat([head, body]));
  }
});
stream.on('close', () => process.exit());
