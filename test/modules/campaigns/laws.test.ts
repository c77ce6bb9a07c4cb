import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Mechanic } from '../../../src/modules/campaigns/engine/mechanic.ts';
import { mechanics } from '../../../src/modules/campaigns/mechanics.ts';
import { anyCase, type PricingCase } from '../../support/campaign-arbitraries.ts';
import { times } from '../orders/support.ts';
import { checkLaws } from '../../support/campaign-laws.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 500);

t.test('whatever campaigns there are, the laws hold', async () => {
  fc.assert(
    fc.property(anyCase({ lines: 12, campaigns: 10 }), (given: PricingCase) => void checkLaws(given)),
    { numRuns: RUNS },
  );
});

/** In how many of some baskets, under which the laws hold, a mechanic does something. */
function countActing(mechanic: Mechanic, numRuns: number): number {
  let acted = 0;
  fc.assert(
    fc.property(anyCase({ lines: 4, campaigns: 2, mechanic }), (given: PricingCase) => {
      const { trace } = checkLaws(given);
      if (trace.applied.some((offer) => offer.mechanic === mechanic.type)) acted += 1;
    }),
    { numRuns },
  );
  return acted;
}

// A mechanic that is added is here by itself.
for (const mechanic of mechanics) {
  t.test(`the laws hold for ${mechanic.type}, which does something now and then`, async () => {
    // The rarest of them acts in one of 25 baskets: a hundred without it are no fault, two thousand are.
    const acted = times(20).some(() => countActing(mechanic, Math.ceil(RUNS / 5)) > 0);
    assert.ok(acted, `${mechanic.type} never did anything`);
  });
}
