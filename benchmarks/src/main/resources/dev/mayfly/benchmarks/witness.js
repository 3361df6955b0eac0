// Remembers which events it was given, and how long after they were sent. Told to, it says what it remembers.
const crypto = require('crypto');
const sandbox = crypto.randomUUID();
const ids = [];
const delays = [];
exports.handler = async (event, context) => {
  if (event.tell) {
    await new Promise(done => setTimeout(done, event.holdMillis));
    return { sandbox, ids: ids.join(','), delays: delays.join(',') };
  }
  ids.push(context.awsRequestId);
  delays.push(event.sent ? Date.now() - event.sent : 0);
};
