import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import t from 'tap';
import {
  decideFreight,
  type Destination,
  type FreightLine,
  type FreightRule,
  type FreightZone,
  type ResolvedTemplate,
  stepsBeyondFirst,
} from '../../../src/modules/shipping/freight/rules.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 500);

const zone = (fields: Partial<FreightZone> = {}): FreightZone => ({
  name: 'Everywhere',
  regions: [],
  isServed: true,
  notServedReason: null,
  firstUnits: 1,
  firstAmount: 600,
  additionalUnits: 1,
  additionalAmount: 200,
  freeFromAmount: null,
  freeFromQuantity: null,
  ...fields,
});
const rule = (fields: Partial<FreightRule> = {}): FreightRule => ({
  chargedBy: 'piece',
  payer: 'buyer',
  zones: [zone()],
  oversize: null,
  ...fields,
});
const template = (fields: Partial<FreightRule> = {}, id = 't', ...rest: FreightRule[]): ResolvedTemplate => ({
  id,
  name: id,
  tariffs: [
    { id, name: id, rule: rule(fields) },
    ...rest.map((other, i) => ({ id: `${id}-${i}`, name: `${id} ${i}`, rule: other })),
  ],
});
const line = (fields: Partial<FreightLine> = {}): FreightLine => ({
  quantity: 1,
  netAmount: 1_000n,
  weightGrams: 700,
  sidesMm: [100, 100, 100],
  template: template(),
  ...fields,
});
// Regions by their names: CN-GD is around nothing, and CN is around it.
const around = (code: string): string[] => {
  const parts = code.split('-');
  return parts.slice(1).map((_part, index) => parts.slice(0, parts.length - 1 - index).join('-'));
};
const to = (code: string): Destination => ({ chain: [code, ...around(code)], around });

t.test('worked numbers', async (t) => {
  t.equal(stepsBeyondFirst(2_300n, { firstUnits: 1_000, additionalUnits: 500 }), 3n);
  t.equal(stepsBeyondFirst(1_000n, { firstUnits: 1_000, additionalUnits: 500 }), 0n);
  const byWeight = template({
    chargedBy: 'weight',
    zones: [zone({ firstUnits: 1_000, firstAmount: 600, additionalUnits: 500, additionalAmount: 100 })],
  });
  const { amount, parts } = decideFreight([line({ quantity: 3, template: byWeight })], to('CN'));
  // 2,100 g: 6.00 for the first 1,000, and three steps of 1.00, the last one only begun.
  t.equal(amount, 900n);
  t.match(parts, [{ units: 2_100n, firstAmount: 600n, additionalSteps: 3n, additionalAmount: 300n }]);
  const byVolume = template({
    chargedBy: 'volume',
    zones: [zone({ firstUnits: 2_000, additionalUnits: 1_000 })],
  });
  const cubes = decideFreight(
    [line({ quantity: 3, sidesMm: [101, 100, 100], template: byVolume })],
    to('CN'),
  );
  t.match(
    cubes,
    { amount: 1_000n, parts: [{ units: 3_030n, additionalSteps: 2n }] },
    'rounded up once, together',
  );
});

t.test(
  'the narrowest zone that holds the destination counts, then everywhere else, then the fallback',
  async (t) => {
    const zones = [
      zone({ name: 'China', regions: ['CN'], firstAmount: 100 }),
      zone({ name: 'Guangdong', regions: ['CN-GD'], firstAmount: 50 }),
      zone({ name: 'Tibet', regions: ['CN-XZ'], isServed: false, notServedReason: 'No carrier.' }),
    ];
    const world = rule({ zones: [zone({ name: 'World', firstAmount: 900 })] });
    const own = line({ template: template({ zones }, 't', world) });
    const alone = line({ template: template({ zones }) });
    const zoneTo = (code: string, from = own) => decideFreight([from], to(code)).parts[0]?.zoneName;
    t.equal(zoneTo('CN-GD'), 'Guangdong');
    t.equal(zoneTo('CN-GD-SZ'), 'Guangdong');
    t.equal(zoneTo('CN-BJ'), 'China');
    t.equal(zoneTo('DE'), 'World');
    t.match(
      decideFreight([own], to('DE')).parts,
      [{ templateId: 't', tariffTemplateId: 't-0' }],
      'whose tariff it is',
    );
    t.match(decideFreight([own, line()], to('CN-XZ')).refused, [
      { line: 0, code: 'region_not_served', detail: 'No carrier.' },
    ]);
    t.match(decideFreight([alone], to('DE')).refused, [{ code: 'region_not_served' }]);
    t.match(
      decideFreight([own], to('CN')).refused,
      [{ line: 0, code: 'region_required' }],
      'it may be Tibet',
    );
    t.match(decideFreight([own], undefined).refused, [{ code: 'region_required' }]);
    t.match(decideFreight([line()], undefined), { amount: 600n, refused: [] }, 'the same everywhere');
  },
);

t.test('free, oversize, and who pays', async (t) => {
  const free = zone({ freeFromAmount: 2_000, freeFromQuantity: 5 });
  const oversize = { longestSideMm: 500, weightGrams: 30_000, volumeCubicCm: 900, surchargeAmount: 250 };
  const priced = (fields: Partial<FreightLine>, more: Partial<FreightRule> = {}) =>
    decideFreight([line({ template: template({ zones: [free], oversize, ...more }), ...fields })], to('CN'));
  t.match(priced({ netAmount: 1_999n }), { amount: 850n, parts: [{ freeBy: null, oversizeQuantity: 1 }] });
  t.match(
    priced({ netAmount: 2_000n }),
    { amount: 250n, parts: [{ freeBy: 'amount' }] },
    'oversize is not free',
  );
  t.match(priced({ quantity: 5, sidesMm: null }), { amount: 0n, parts: [{ freeBy: 'quantity' }] });
  t.match(priced({ sidesMm: [501, 1, 1] }), { amount: 850n });
  t.match(priced({ sidesMm: null, weightGrams: 30_001 }), { amount: 850n });
  t.match(priced({ sidesMm: [90, 90, 90] }), { amount: 600n });
  t.match(priced({}, { payer: 'seller' }), { amount: 0n, parts: [{ tariffAmount: 850n, amount: 0n }] });
  t.match(priced({ weightGrams: null }, { chargedBy: 'weight' }).refused, [
    { code: 'freight_facts_missing' },
  ]);
  t.match(decideFreight([line({ template: undefined })], undefined), { amount: 0n, parts: [], refused: [] });
});

const amounts = fc.integer({ min: 0, max: 100_000 });
const units = fc.integer({ min: 1, max: 5_000 });
const limit = fc.option(fc.integer({ min: 1, max: 50_000 }), { nil: null });
const rules = fc.record({
  chargedBy: fc.constantFrom('piece' as const, 'weight' as const, 'volume' as const),
  payer: fc.constantFrom('buyer' as const, 'seller' as const),
  oversize: fc.option(
    fc.record({ longestSideMm: limit, weightGrams: limit, volumeCubicCm: limit, surchargeAmount: amounts }),
    { nil: null },
  ),
  zones: fc
    .record({
      firstUnits: units,
      firstAmount: amounts,
      additionalUnits: units,
      additionalAmount: amounts,
      freeFromAmount: limit,
      freeFromQuantity: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
    })
    .map((fields) => [zone(fields)]),
});
const templates = fc
  .array(rules, { minLength: 1, maxLength: 3 })
  .map((some) => some.map((each, index) => template(each, `t${index}`)));
const side = fc.integer({ min: 1, max: 2_000 });
const facts = fc.record({
  quantity: fc.integer({ min: 1, max: 40 }),
  netAmount: fc.bigInt(0n, 100_000n),
  weightGrams: fc.integer({ min: 0, max: 40_000 }),
  sidesMm: fc.tuple(side, side, side),
  of: fc.nat(),
});
const baskets = fc
  .tuple(templates, fc.array(facts, { minLength: 1, maxLength: 8 }))
  .map(([some, lines]) =>
    lines.map(({ of, ...fields }) => line({ ...fields, template: some[of % some.length] })),
  );

t.test(
  'the explanation sums to the charge, and each template says the same of its own lines alone',
  async () => {
    fc.assert(
      fc.property(baskets, (lines) => {
        const whole = decideFreight(lines, to('CN'));
        assert.equal(
          whole.amount,
          whole.parts.reduce((sum, { amount }) => sum + amount, 0n),
        );
        for (const part of whole.parts) {
          assert.equal(part.tariffAmount, part.firstAmount + part.additionalAmount + part.oversizeAmount);
          const own = decideFreight(
            part.lines.map((index) => lines[index] as FreightLine),
            to('CN'),
          );
          assert.equal(own.amount, part.amount);
        }
        assert.deepEqual(
          whole.parts.flatMap((part) => part.lines).toSorted((a, b) => a - b),
          [...lines.keys()],
        );
      }),
      { numRuns },
    );
  },
);

t.test('one more line never lowers freight, unless it makes it free', async () => {
  fc.assert(
    fc.property(baskets, (lines) => {
      const before = decideFreight(lines.slice(0, -1), to('CN'));
      const after = decideFreight(lines, to('CN'));
      const isFreed = after.parts.some(
        ({ templateId, freeBy }) =>
          freeBy !== null &&
          before.parts.some((part) => part.templateId === templateId && part.freeBy === null),
      );
      assert.ok(isFreed || after.amount >= before.amount);
    }),
    { numRuns },
  );
});
