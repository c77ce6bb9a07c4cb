import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { createWinners, scoreOf, shareOf } from '../../../src/modules/activities/contests/contest-rules.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const seedOf = (text: string): Buffer => createHash('sha256').update(text).digest();
const entriesUpTo = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ number: at + 1, nonce: `nonce-${at}` }));

t.test('the shares of a pot come to the pot, differ by one at most, and the first have more', (t) => {
  t.same(
    [0, 1, 2].map((place) => shareOf(100, 3, place)),
    [34, 33, 33],
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 500 }), (points, among) => {
      const shares = Array.from({ length: among }, (_, place) => shareOf(points, among, place));
      const sum = shares.reduce((total, share) => total + share, 0);
      const isFalling = shares.every((share, at) => at === 0 || share <= (shares[at - 1] ?? 0));
      return sum === points && isFalling && (shares[0] ?? 0) - (shares.at(-1) ?? 0) <= 1;
    }),
    runs,
  );
  t.end();
});

t.test('winners are the same however their entries are read, and wrong entries change nothing', (t) => {
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), cuts, (text, winners, sizes) => {
      const seed = seedOf(text);
      const entries = entriesUpTo(sizes.reduce((sum, size) => sum + size, 0));
      const whole = createWinners(seed, 'c', winners);
      whole.take(entries);
      const pieces = createWinners(seed, 'c', winners);
      let at = 0;
      for (const size of sizes) pieces.take(entries.slice(at, (at += size)).toReversed());
      const numbers = (of: typeof whole) => of.list().map(({ number }) => number);
      return (
        JSON.stringify(numbers(whole)) === JSON.stringify(numbers(pieces)) &&
        numbers(whole).length === Math.min(winners, entries.length)
      );
    }),
    runs,
  );
  t.end();
});

t.test('every entry has the same chance', (t) => {
  const [entries, rounds] = [entriesUpTo(10), 20_000];
  const wins = new Map<number, number>();
  for (let round = 0; round < rounds; round += 1) {
    const drawn = createWinners(seedOf(`round ${round}`), 'c', 3);
    drawn.take(entries);
    for (const { number } of drawn.list()) wins.set(number, (wins.get(number) ?? 0) + 1);
  }
  // Drawn without putting back: Pearson's statistic times (n - 1) / (n - k) has n - 1 degrees of freedom.
  const expected = (rounds * 3) / entries.length;
  const pearson = [...wins.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  t.equal(wins.size, 10);
  t.ok((pearson * 9) / 7 < 33.72, `${pearson}: one in ten thousand is above`);
  t.end();
});

t.test('the score is what anybody else makes of seed, number and nonce', (t) => {
  // printf 'c|7|abcdefgh' | openssl dgst -sha256 -hmac key
  t.equal(
    scoreOf(Buffer.from('key'), 'c', { number: 7, nonce: 'abcdefgh' }),
    'fd5ef47be912b42052c53911e13ee6e6a7db029caaeeb2895a8ca004d2830ae9',
  );
  t.end();
});
