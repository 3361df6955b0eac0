// Work that is bound by the processor, or by system calls. work.c does the same.
const fs = require('fs');

function fannkuch(n) {
  const perm = new Int32Array(n);
  const first = Int32Array.from({ length: n }, (_, i) => i);
  const count = new Int32Array(n);
  let most = 0;
  let checksum = 0;
  let even = true;
  let r = n;
  for (;;) {
    for (; r !== 1; r--) count[r - 1] = r;
    perm.set(first);
    let flips = 0;
    for (let k = perm[0]; k !== 0; k = perm[0]) {
      for (let i = 0, j = k; i < j; i++, j--) {
        const held = perm[i];
        perm[i] = perm[j];
        perm[j] = held;
      }
      flips++;
    }
    most = Math.max(most, flips);
    checksum += even ? flips : -flips;
    for (;;) {
      if (r === n) return { most, checksum };
      const zero = first[0];
      for (let i = 0; i < r; i++) first[i] = first[i + 1];
      first[r] = zero;
      if (--count[r] > 0) break;
      r++;
    }
    even = !even;
  }
}

function files(folder, rounds) {
  const name = folder + '/mayfly-bench-file';
  const bytes = Buffer.alloc(64, 'x');
  let read = 0;
  for (let i = 0; i < rounds; i++) {
    const file = fs.openSync(name, 'w+');
    fs.writeSync(file, bytes, 0, 64, 0);
    read += fs.readSync(file, bytes, 0, 64, 0);
    read += fs.fstatSync(file).size;
    fs.closeSync(file);
  }
  fs.unlinkSync(name);
  return { read };
}

exports.handler = async ({ kind, n, folder }) => (kind === 'cpu' ? fannkuch(n) : files(folder, n));
