import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import {
  createReplay,
  drawOn,
  type DrawnTicket,
  prizeAt,
  type PublishedDraw,
  rollOf,
  sha256,
  totalWeight,
} from '../../../src/modules/activities/draws/draw-rules.ts';
import { bestOf } from '../../../src/modules/activities/draws/prize-rules.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) };
const seedOf = (text: string): Buffer => createHash('sha256').update(text).digest();
const SEED = seedOf('published');

/** Pearson's statistic of counts against what the weights promise. */
function chiSquare(counts: readonly number[], weights: readonly number[]): number {
  const all = counts.reduce((a, b) => a + b, 0);
  const total = weights.reduce((a, b) => a + b, 0);
  return counts.reduce((sum, count, at) => {
    const expected = (all * (weights[at] ?? 0)) / total;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

t.test('a million tickets fall as the published odds say', async (t) => {
  // Seven and nothing a power of two: 2^64 is no multiple of their sum.
  const weights = [1, 9, 90, 900, 2_000, 3_000, 4_003];
  const draw: PublishedDraw = {
    drawId: '01890a5d-ac96-774b-bcce-b302099a8057',
    prizes: weights.map((weight, at) => ({ key: `p${at}`, weight, stock: null })),
    fallbackKey: 'p0',
  };
  const counts = new Map(draw.prizes.map(({ key }) => [key, 0]));
  for (let number = 1; number <= 1_000_000; number += 1) {
    const { drawnKey } = drawOn(SEED, draw, { number, nonce: `nonce-${number % 97}` });
    counts.set(drawnKey, (counts.get(drawnKey) ?? 0) + 1);
  }
  // Six degrees of freedom: beyond 22.46 in one of a thousand honest draws. The seed is fixed: it is the same each time.
  const found = chiSquare([...counts.values()], weights);
  t.ok(found < 22.46, `chi-square ${found.toFixed(2)}: ${[...counts.values()].join(' ')}`);
});

t.test('rolls have no bias for sums that do not divide the range', async (t) => {
  // Just above half of the range: without rejection the lower half would come twice as often.
  const total = (1n << 63n) + (1n << 62n);
  let low = 0;
  const tries = 30_000;
  for (let at = 0; at < tries; at += 1) if (rollOf(SEED, `bias|${at}`, total) < total / 2n) low += 1;
  const sigma = Math.sqrt(tries) / 2;
  t.ok(Math.abs(low - tries / 2) < 4 * sigma, `${low} of ${tries} in the lower half`);
  const naive = Array.from({ length: tries }, (_, at) => rollOf(SEED, `bias|${at}`, 1n << 64n) % total);
  const naiveLow = naive.filter((one) => one < total / 2n).length;
  t.ok(naiveLow - tries / 2 > 20 * sigma, `${naiveLow} without rejection`);
});

t.test('every roll is in its range, and the same seed and message give the same one', async () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }),
      (seed, message, total) => {
        const roll = rollOf(seedOf(seed), message, total);
        return roll >= 0n && roll < total && roll === rollOf(seedOf(seed), message, total);
      },
    ),
    runs,
  );
});

t.test('a draw on known values, as it was worked out elsewhere', async (t) => {
  // HMAC-SHA256(32 zero bytes, "d|1|nonce-0001"), its first eight bytes modulo 1000.
  const message = 'd|1|nonce-0001';
  const hex = createHmac('sha256', Buffer.alloc(32)).update(message).digest('hex');
  t.equal(rollOf(Buffer.alloc(32), message, 1_000n), BigInt(`0x${hex.slice(0, 16)}`) % 1_000n);
  t.equal(sha256(Buffer.alloc(32)), '66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925');
});

const weighted = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 12 });

t.test('every place belongs to one prize, as many to each as its weight', async () => {
  fc.assert(
    fc.property(weighted, (weights) => {
      const prizes = weights.map((weight, at) => ({ key: String(at), weight }));
      const counts = weights.map(() => 0);
      for (let place = 0n; place < totalWeight(prizes); place += 1n) {
        const at = Number(prizeAt(prizes, place).key);
        counts[at] = (counts[at] ?? 0) + 1;
      }
      return counts.every((count, at) => count === weights[at]);
    }),
    { numRuns: 100 },
  );
});

/** Draws as the server does: stock in the order of numbers. */
function drawAll(draw: PublishedDraw, nonces: readonly string[], seed = SEED): DrawnTicket[] {
  const left = new Map(draw.prizes.map(({ key, stock }) => [key, stock ?? Infinity]));
  return nonces.map((nonce, at) => {
    const number = at + 1;
    const { drawnKey } = drawOn(seed, draw, { number, nonce });
    const isThere = (left.get(drawnKey) ?? 0) > 0;
    if (isThere) left.set(drawnKey, (left.get(drawnKey) ?? 0) - 1);
    return { number, nonce, ruleVersion: 1, drawnKey, prizeKey: isThere ? drawnKey : draw.fallbackKey };
  });
}

const drawn = fc.record({
  weights: weighted,
  stocks: fc.array(fc.option(fc.integer({ min: 1, max: 5 })), { minLength: 12, maxLength: 12 }),
  nonces: fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{8,12}$/u), { minLength: 1, maxLength: 60 }),
});
const drawOf = ({ weights, stocks }: { weights: number[]; stocks: (number | null)[] }): PublishedDraw => ({
  drawId: 'd',
  prizes: [
    { key: 'none', weight: 5, stock: null },
    ...weights.map((weight, at) => ({ key: `p${at}`, weight, stock: stocks[at] ?? null })),
  ],
  fallbackKey: 'none',
});

t.test('a draw drawn again is the same; one that was changed anywhere is not', async () => {
  fc.assert(
    fc.property(drawn, fc.nat(), (given, pick) => {
      const draw = drawOf(given);
      const tickets = drawAll(draw, given.nonces);
      const replayed = (of: readonly DrawnTicket[], seed = SEED) => {
        const replay = createReplay(seed, new Map([[1, draw]]));
        return of.map(replay).find((found) => found !== undefined);
      };
      const forgedAt = pick % tickets.length;
      const other = draw.prizes.find(({ key }) => key !== tickets[forgedAt]?.prizeKey)?.key ?? 'x';
      const forged = tickets.map((one, at) => (at === forgedAt ? { ...one, prizeKey: other } : one));
      const dropped = tickets.filter((_, at) => at !== forgedAt);
      return (
        replayed(tickets) === undefined &&
        replayed(forged) !== undefined &&
        (forgedAt === tickets.length - 1 || replayed(dropped) !== undefined)
      );
    }),
    runs,
  );
});

t.test('no prize goes more often than there are', async () => {
  fc.assert(
    fc.property(drawn, (given) => {
      const draw = drawOf(given);
      const tickets = drawAll(draw, given.nonces);
      return draw.prizes.every(
        ({ key, stock }) =>
          stock === null || tickets.filter(({ prizeKey }) => prizeKey === key).length <= stock,
      );
    }),
    runs,
  );
});

t.test('what one purchase can bring at most', async (t) => {
  const worth = (marketAmount: number, stock: number | null) => ({
    stock,
    rewards: marketAmount === 0 ? [] : [{ kind: 'goods', name: 'x', quantity: 1, marketAmount } as const],
  });
  const prizes = [worth(0, null), worth(10_000, 1), worth(4_000, 2), worth(100, null)];
  t.equal(bestOf(prizes, 1), 10_000n);
  t.equal(bestOf(prizes, 3), 18_000n);
  t.equal(bestOf(prizes, 5), 18_200n);
});
