import fc from 'fast-check';
import t from 'tap';
import {
  claimsReduction,
  decideChargedPrice,
  decideOfferedPrice,
  findContradiction,
  findLatePastPrice,
  findReferenceFault,
  marketOf,
  windowStart,
} from '../../../../src/modules/catalogue/prices/rules.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const amount = fc.bigInt({ min: 0n, max: 999_999_999_999_999n });

t.test('the best prior price', async (t) => {
  t.match(decideChargedPrice(7, 900n, 800n), { amount: 900n, basis: 'lowest_charged', windowDays: 7 });
  t.match(decideChargedPrice(7, undefined, 800n), { amount: 800n, basis: 'last_charged' });
  t.match(decideChargedPrice(7, undefined, undefined), { amount: null, basis: 'never_sold' });
  t.match(
    decideChargedPrice(7, 0n, undefined),
    { amount: 0n, basis: 'lowest_charged' },
    'a price of 0 is a price',
  );
  t.match(decideOfferedPrice(30, 700n), { market: 'EU', amount: 700n, basis: 'lowest_offered' });
  t.match(decideOfferedPrice(30, undefined), { amount: null, basis: 'never_offered' });
  t.equal(windowStart(new Date('2026-03-31T12:00:00Z'), 30).toISOString(), '2026-03-01T12:00:00.000Z');
});

t.test('only CN and EU have a rule', async (t) => {
  t.same(['CN', 'EU', 'US', 'OTHER'].map(marketOf), ['CN', 'EU', undefined, undefined]);
});

t.test('a reference at or below the price claims nothing', async (t) => {
  t.notOk(claimsReduction({ priceAmount: 100n, referenceAmount: null }));
  t.notOk(claimsReduction({ priceAmount: 100n, referenceAmount: 100n }));
  t.ok(claimsReduction({ priceAmount: 100n, referenceAmount: 101n }));
});

t.test('a crossed-out price is true only up to the best prior price', async (t) => {
  const fault = findReferenceFault(1000n, decideChargedPrice(7, 900n, undefined));
  t.equal(fault?.definition.code, 'reference_price_not_true');
  t.match(fault?.detail, /rule 9 \(CN\).*1000.*7 days.*900/);
  t.match(fault?.extra, { rule: 'crossed_out_price_cn', basis: 'lowest_charged', bestPriorAmount: 900 });
  t.ok(findReferenceFault(1n, decideOfferedPrice(30, undefined)), 'no prior price proves none');
  fc.assert(
    fc.property(amount, amount, (reference, prior) => {
      const found = findReferenceFault(reference, decideOfferedPrice(30, prior));
      return (found === undefined) === reference <= prior;
    }),
    runs,
  );
});

t.test('past prices lie before the first price recorded here', async (t) => {
  const first = new Date('2026-01-01T00:00:00Z');
  const before = { amount: 5n, effectiveAt: new Date('2025-12-31T23:59:59.999Z') };
  const at = { amount: 5n, effectiveAt: first };
  t.equal(findLatePastPrice([before], first), undefined);
  t.match(findLatePastPrice([before, at], first), {
    definition: { code: 'past_price_too_late' },
    violations: [{ pointer: '/prices/1/effectiveAt' }],
  });
  t.equal(findContradiction([before], []), undefined);
  t.equal(findContradiction([before], [{ ...before }]), undefined);
  t.match(findContradiction([at, before], [{ ...before, amount: 6n }]), {
    definition: { code: 'past_price_differs' },
    violations: [{ pointer: '/prices/1/amount' }],
  });
});
