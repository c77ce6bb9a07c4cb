import fc from 'fast-check';
import t from 'tap';
import {
  changedFields,
  fieldsAfter,
  fieldsOfNew,
  findProductFault,
  findRepeated,
  floorOf,
  inputOf,
  MAX_QUANTITY,
  mergeMap,
  momentAfter,
  sumByProduct,
  findStockFault,
} from '../../../src/modules/catalogue/rules.ts';
import type { PriceBreak, ProductRow } from '../../../src/modules/catalogue/tables.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const amount = fc.bigInt({ min: 0n, max: 999_999_999_999_999n });
const now = new Date('2026-03-01T10:00:00Z');

const rowOf = (input: Parameters<typeof fieldsOfNew>[0]): ProductRow => ({
  ...fieldsOfNew(input),
  shopId: '01890a5d-ac96-774b-bcce-b302099a8001',
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  priceEffectiveAt: now,
  version: 1,
  createdAt: now,
  updatedAt: now,
});
const tea = rowOf({ name: 'Chai', priceAmount: 1800n, options: { size: 'L' }, metadata: { a: '1' } });

t.test('floorOf', async (t) => {
  t.equal(
    floorOf({ minimumPriceAmount: null, costAmount: 999n }, 2_500),
    1_249n,
    'a part of a cent counts whole',
  );
  t.equal(floorOf({ minimumPriceAmount: null, costAmount: 1_000n }, 0), 1_000n);
  t.equal(floorOf({ minimumPriceAmount: 1_300n, costAmount: 1_000n }, 2_000), 1_300n);
  t.equal(floorOf({ minimumPriceAmount: null, costAmount: null }, 2_000), 0n);
  fc.assert(
    fc.property(
      fc.option(amount),
      fc.option(amount),
      fc.nat(100_000),
      (minimumPriceAmount, costAmount, bps) => {
        const floor = floorOf({ minimumPriceAmount, costAmount }, bps);
        const margin = (costAmount ?? 0n) * (10_000n + BigInt(bps));
        const tight = [minimumPriceAmount ?? 0n, (margin + 9_999n) / 10_000n].includes(floor);
        return tight && floor >= (minimumPriceAmount ?? 0n) && floor * 10_000n >= margin;
      },
    ),
    runs,
  );
});

const codesOf = (input: Partial<ProductRow>) =>
  findProductFault({ ...tea, ...input })?.violations.map(({ pointer, code }) => `${pointer} ${code}`);

t.test('findProductFault', async (t) => {
  t.equal(findProductFault(tea), undefined);
  t.same(codesOf({ minimumPriceAmount: 1801n }), ['/priceAmount price_below_minimum']);
  t.equal(codesOf({ minimumPriceAmount: 1800n }), undefined);
  const breaks = (...priceBreaks: [number, number][]) =>
    codesOf({
      priceBreaks: priceBreaks.map(([minimumQuantity, unitAmount]) => ({ minimumQuantity, unitAmount })),
    });
  t.equal(breaks([10, 1700], [50, 1500]), undefined);
  t.same(breaks([10, 1800]), ['/priceBreaks/0/unitAmount price_breaks_not_falling']);
  t.same(breaks([10, 1700], [10, 1500]), ['/priceBreaks/1/minimumQuantity price_breaks_not_falling']);
  t.same(breaks([50, 1500], [10, 1600]), [
    '/priceBreaks/1/minimumQuantity price_breaks_not_falling',
    '/priceBreaks/1/unitAmount price_breaks_not_falling',
  ]);
  t.same(
    codesOf({ minimumPriceAmount: 1900n, priceBreaks: [{ minimumQuantity: 2, unitAmount: 1800 }] }),
    [
      '/priceAmount price_below_minimum',
      '/priceBreaks/0/unitAmount price_below_minimum',
      '/priceBreaks/0/unitAmount price_breaks_not_falling',
    ],
    'everything at once',
  );
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']));
  t.same(codesOf({ metadata: many }), ['/metadata validation_failed']);
});

t.test('price breaks that pass rise in quantity and fall in price, one after the other', async () => {
  const step = fc.record({ minimumQuantity: fc.integer({ min: 2, max: 30 }), unitAmount: fc.nat(30) });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 4 }),
      fc.bigInt(0n, 30n),
      (priceBreaks: PriceBreak[], priceAmount) => {
        const all = [{ minimumQuantity: 1, unitAmount: Number(priceAmount) }, ...priceBreaks];
        const fine = all.every((to, i) => {
          const from = all[i - 1];
          return !from || (to.minimumQuantity > from.minimumQuantity && to.unitAmount < from.unitAmount);
        });
        return fine === (findProductFault({ ...tea, priceAmount, priceBreaks }) === undefined);
      },
    ),
    runs,
  );
});

t.test('changes', async (t) => {
  t.same(changedFields(tea, fieldsAfter(tea, {})), []);
  t.same(changedFields(tea, fieldsAfter(tea, { options: { size: 'L' }, priceAmount: 1800n })), []);
  t.same(changedFields(tea, fieldsAfter(tea, { name: 'Chang', options: {} })).toSorted(), [
    'name',
    'options',
  ]);
  t.same(fieldsAfter(tea, { collections: ['clearance', 'new'] }).collections, ['new', 'clearance']);
  const patched = inputOf(tea, { metadata: { a: null, b: '2' }, description: null });
  t.same(patched, { metadata: { b: '2' }, description: null });
});

t.test('mergeMap is a merge patch', async (t) => {
  const own = mergeMap({}, JSON.parse('{"__proto__":"x","constructor":"y"}'));
  t.same(Object.keys(own).toSorted(), ['__proto__', 'constructor'], 'any key is only a key');
  const key = fc.constantFrom('a', 'b', 'c', '__proto__');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, fc.string())),
      fc.array(fc.tuple(key, fc.option(fc.string()))),
      (current, patch) => {
        const merged = mergeMap(Object.fromEntries(current), Object.fromEntries(patch));
        return ['a', 'b', 'c', '__proto__'].every((name) => {
          const last = patch.findLast(([key]) => key === name) ?? current.findLast(([key]) => key === name);
          const value = Object.getOwnPropertyDescriptor(merged, name)?.value;
          return last === undefined || last[1] === null ? value === undefined : value === last[1];
        });
      },
    ),
    runs,
  );
});

t.test('momentAfter never stands still and never goes back', async () => {
  const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });
  fc.assert(
    fc.property(date, date, (previous, at) => {
      const moment = momentAfter(previous, at);
      return moment > previous && moment >= at && (at <= previous || moment === at);
    }),
    runs,
  );
});

t.test('sumByProduct', async () => {
  const item = fc.record({
    productId: fc.constantFrom('a', 'b', 'c', 'd'),
    quantity: fc.integer({ min: 1, max: 99 }),
  });
  fc.assert(
    fc.property(fc.array(item), (items) => {
      const sums = sumByProduct(items);
      const total = (list: readonly { quantity: number }[]) =>
        list.reduce((sum, { quantity }) => sum + quantity, 0);
      const sorted = sums.every((sum, i) => i === 0 || (sums[i - 1]?.productId ?? '') < sum.productId);
      return (
        sorted && sums.every((s) => s.quantity === total(items.filter((i) => i.productId === s.productId)))
      );
    }),
    runs,
  );
});

t.test('findStockFault', async (t) => {
  t.equal(findStockFault({ reserved: 3 }, 3, '/x'), undefined);
  t.equal(findStockFault({ reserved: 3 }, 2, '/x')?.definition.code, 'insufficient_stock');
  t.equal(findStockFault({ reserved: 3 }, MAX_QUANTITY + 1, '/x')?.definition.code, 'stock_limit_exceeded');
});

t.test('findRepeated names every value that came before', async (t) => {
  t.same([...findRepeated(['a', 'b', 'a', 'c', 'b', 'a'])], [2, 4, 5]);
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), (values) => {
      const repeated = findRepeated(values);
      return values.every((value, i) => repeated.has(i) === values.slice(0, i).includes(value));
    }),
    runs,
  );
});
