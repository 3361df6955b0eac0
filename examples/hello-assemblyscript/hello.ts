// A WebAssembly function in AssemblyScript: the event comes on stdin, the answer goes to stdout, the log to stderr.
const buffer = new ArrayBuffer(1 << 16);
let event = "";
let count: i32;
while ((count = process.stdin.read(buffer)) > 0) {
  event += String.UTF8.decodeUnsafe(changetype<usize>(buffer), count);
}
process.stderr.write("hello from AssemblyScript, " + event.length.toString() + " characters in" + "\n");

let digits = 0;
for (let i = 0; i < event.length; i++) {
  const code = event.charCodeAt(i);
  if (code >= 48 && code <= 57) digits++;
}
process.stdout.write('{"message": "Hello from AssemblyScript!", "digits": ' + digits.toString() + "}\n");
