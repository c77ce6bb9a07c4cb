// Draws a finished draw again from its published archive, with nothing but Node: node verify-draw.mjs archive.ndjson
import { createHash, createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const fail = (text) => {
  console.error(`NOT AS DRAWN: ${text}`);
  process.exit(1);
};

// A number below `total`, each with the same chance: four numbers of 64 bits of an HMAC-SHA256; those of the part of the range that
// `total` does not divide are left out, and when all four are, the message goes on with |1, |2 and so on.
function roll(seed, message, total) {
  const range = 1n << 64n;
  const limit = range - (range % total);
  for (let round = 0; ; round += 1) {
    const text = round === 0 ? message : `${message}|${round}`;
    const digest = createHmac('sha256', seed).update(text).digest();
    for (let at = 0; at < 32; at += 8) {
      const found = digest.readBigUInt64BE(at);
      if (found < limit) return found % total;
    }
  }
}

function readHead(head) {
  const seed = Buffer.from(head.seed, 'hex');
  if (sha256(seed) !== head.commitment) fail('the seed is not the one that was bound before the draw');
  const versions = new Map();
  for (const { version, hash, text } of head.versions) {
    if (sha256(text) !== hash) fail(`what version ${version} says is not what was published`);
    const published = JSON.parse(text);
    if (published.drawId !== head.draw) fail(`version ${version} is of another draw`);
    versions.set(version, published);
  }
  return { seed, versions, tickets: head.tickets };
}

// The prize at a place: they lie one after the other, each as wide as its weight.
function prizeAt(prizes, place) {
  let upTo = 0n;
  return prizes.find(({ weight }) => place < (upTo += BigInt(weight)));
}

const file = process.argv[2];
if (!file) fail('name the archive');
const given = new Map();
let head;
let last = 0;
for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
  if (line === '') continue;
  const entry = JSON.parse(line);
  if (!head) {
    head = readHead(entry);
    continue;
  }
  const { number, nonce, version, drawn, prize } = entry;
  if (number !== last + 1) fail(`ticket ${last + 1} is missing`);
  last = number;
  const draw =
    head.versions.get(version) ?? fail(`ticket ${number} names a version that was never published`);
  const total = draw.prizes.reduce((sum, { weight }) => sum + BigInt(weight), 0n);
  const found = prizeAt(draw.prizes, roll(head.seed, `${draw.drawId}|${number}|${nonce}`, total));
  // Stock goes in the order of numbers; what is gone is replaced.
  const isGone = found.stock !== null && (given.get(found.key) ?? 0) >= found.stock;
  const had = isGone ? draw.fallbackKey : found.key;
  given.set(had, (given.get(had) ?? 0) + 1);
  if (found.key !== drawn) fail(`ticket ${number} drew ${found.key} and not ${drawn}`);
  if (had !== prize) fail(`ticket ${number} got ${had} and not ${prize}`);
}
if (!head) fail('the archive is empty');
if (last !== head.tickets) fail(`there were ${head.tickets} tickets, and not ${last}`);
console.log(`As drawn: ${last} tickets, ${[...given].map(([key, count]) => `${count} × ${key}`).join(', ')}`);
