// What the way through the gateway is compared with: the handler behind the plainest server there is.
const { handler } = require('./index.js');
require('http').createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk));
  request.on('end', async () => {
    const answer = JSON.stringify(await handler(JSON.parse(Buffer.concat(chunks))));
    response.setHeader('Content-Type', 'application/json');
    response.end(answer);
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
