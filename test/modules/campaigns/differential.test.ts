import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { anyCase, type PricingCase } from '../../support/campaign-arbitraries.ts';
import { priceCase } from '../../support/campaign-laws.ts';
import { offOf } from '../../support/pricing.ts';
import { priceSlowly } from '../../support/slow-pricing.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 5_000);
/** More moves than these are too many for an enumeration that starts every time anew. */
const MOST_MOVES = 10;

t.test('the engine finds what a slow enumeration finds', async (t) => {
  const seen = { acting: 0, together: 0 };
  fc.assert(
    fc.property(anyCase({ lines: 4, campaigns: 5, atLeast: 2 }), (given: PricingCase) => {
      const slow = priceSlowly(given, MOST_MOVES);
      // One that is too large does not count, and another is made.
      fc.pre(slow !== undefined);
      const outcome = priceCase(given);
      assert.equal(outcome.trace.method, 'exact');
      const off = given.items.map((_, line) =>
        slow.done.reduce((total, done) => total + (done.off.get(line) ?? 0n), 0n),
      );
      assert.deepEqual(offOf(outcome), off);
      assert.equal(
        outcome.freightDiscountAmount,
        slow.done.reduce((total, { freight }) => total + freight, 0n),
      );
      const chosen = slow.done.map(({ move }) => move.player.campaign?.id ?? null);
      assert.deepEqual(
        outcome.trace.applied.map(({ campaignId }) => campaignId),
        chosen,
      );
      assert.deepEqual(
        outcome.trace.applied.flatMap(({ gifts }) => gifts),
        slow.done.flatMap(({ gifts }) => gifts),
      );
      if (chosen.length > 0) seen.acting += 1;
      if (new Set(chosen).size > 1) seen.together += 1;
    }),
    { numRuns: RUNS, plugins: [fc.unbiased()] },
  );
  t.ok(
    seen.acting > RUNS / 2,
    `in ${seen.acting} something is taken off, in ${seen.together} by more than one`,
  );
});
