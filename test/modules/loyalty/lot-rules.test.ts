import fc from 'fast-check';
import t from 'tap';
import {
  CLAWBACK_POLICIES,
  compareLots,
  decideGiveBack,
  decideSpend,
  decideTakeBack,
  expiryAfterGiveBack,
  type Lot,
  repayDebt,
} from '../../../src/modules/loyalty/lot-rules.ts';
import { sumOf } from '../../../src/platform/money.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n));
const lotOf = (id: string, left: bigint, more: Partial<Lot> = {}): Lot => ({
  id,
  left,
  state: 'active',
  priority: 0,
  isPromotional: false,
  expiresAt: null,
  grantedAt: day(0),
  ...more,
});
const points = (max = 50n) => fc.bigInt({ min: 0n, max });
const lot: fc.Arbitrary<Omit<Lot, 'id'>> = fc.record({
  left: points(),
  state: fc.constantFrom('pending', 'active'),
  priority: fc.integer({ min: 0, max: 2 }),
  isPromotional: fc.boolean(),
  expiresAt: fc.option(fc.integer({ min: 0, max: 4 }).map(day)),
  grantedAt: fc.integer({ min: 0, max: 4 }).map(day),
});
const lots = fc.array(lot, { maxLength: 8 }).map((all) => all.map((one, i) => ({ ...one, id: `lot-${i}` })));
const total = (parts: readonly { readonly quantity: bigint }[]) =>
  sumOf(parts.map(({ quantity }) => quantity));

t.test('the order in which lots are spent', async (t) => {
  const sorted = [
    lotOf('first', 1n, { priority: 1 }),
    lotOf('soon', 1n, { expiresAt: day(3), isPromotional: true }),
    lotOf('soon, earned', 1n, { expiresAt: day(3) }),
    lotOf('later', 1n, { expiresAt: day(9) }),
    lotOf('old', 1n, { grantedAt: day(-9) }),
    lotOf('young', 1n),
  ];
  t.same(sorted.toReversed().toSorted(compareLots), sorted);
});

t.test('a spending takes what is there, no lot below nothing, pending ones never', async () => {
  fc.assert(
    fc.property(lots, points(300n), (all, wanted) => {
      const { parts, missing } = decideSpend(all, wanted);
      const isSound = parts.every(({ lotId, quantity }) =>
        all.some(
          (one) => one.id === lotId && one.state === 'active' && quantity > 0n && quantity <= one.left,
        ),
      );
      const there = sumOf(all.flatMap(({ state, left }) => (state === 'active' ? [left] : [])));
      return isSound && total(parts) + missing === wanted && (missing === 0n || total(parts) === there);
    }),
    runs,
  );
});

t.test('what was spent comes back to the same lots, however it is divided', async (t) => {
  t.same(
    decideGiveBack(
      [
        { lotId: 'a', quantity: 30n },
        { lotId: 'b', quantity: 50n },
      ],
      0n,
      60n,
    ),
    [
      { lotId: 'b', quantity: 50n },
      { lotId: 'a', quantity: 10n },
    ],
  );
  fc.assert(
    fc.property(lots, points(200n), fc.array(points(60n), { maxLength: 5 }), (all, wanted, steps) => {
      const { parts } = decideSpend(all, wanted);
      const spent = total(parts);
      const back = new Map<string, bigint>();
      let done = 0n;
      for (const step of [...steps, spent]) {
        const quantity = step < spent - done ? step : spent - done;
        for (const part of decideGiveBack(parts, done, quantity))
          back.set(part.lotId, (back.get(part.lotId) ?? 0n) + part.quantity);
        done += quantity;
      }
      return parts.every(({ lotId, quantity }) => back.get(lotId) === quantity) && back.size === parts.length;
    }),
    runs,
  );
  t.throws(() => decideGiveBack([{ lotId: 'a', quantity: 1n }], 1n, 1n));
});

t.test('a lot that expired meanwhile comes back with its grace', async (t) => {
  t.same(expiryAfterGiveBack(day(0), day(10), 30), day(40));
  t.same(expiryAfterGiveBack(day(90), day(10), 30), day(90), 'one that lasts longer keeps its time');
  t.equal(expiryAfterGiveBack(null, day(10), 30), null);
});

t.test('what is taken back is parts, debt and what is forgiven, by policy', async (t) => {
  const earned = [lotOf('earned', 10n, { state: 'pending' }), lotOf('of the order', 5n)];
  const others = [lotOf('other', 20n)];
  const by = (policy: (typeof CLAWBACK_POLICIES)[number]) => decideTakeBack(earned, others, 50n, policy);
  t.match(by('only_pending'), { parts: [{ lotId: 'earned' }], debt: 0n, forgiven: 40n });
  t.match(by('within_balance'), { debt: 0n, forgiven: 15n });
  t.match(by('unlimited'), { debt: 15n, forgiven: 0n });
  fc.assert(
    fc.property(
      lots,
      lots,
      points(300n),
      fc.constantFrom(...CLAWBACK_POLICIES),
      (own, rest, wanted, policy) => {
        const other = rest.map((one) => ({ ...one, id: `other-${one.id}` }));
        const { parts, debt, forgiven } = decideTakeBack(own, other, wanted, policy);
        const isWithin = parts.every(({ lotId, quantity }) => {
          const from = [...own, ...other].find(({ id }) => id === lotId);
          return from !== undefined && quantity > 0n && quantity <= from.left;
        });
        const isOnce = new Set(parts.map(({ lotId }) => lotId)).size === parts.length;
        return (
          isWithin && isOnce && total(parts) + debt + forgiven === wanted && (debt === 0n || forgiven === 0n)
        );
      },
    ),
    runs,
  );
});

t.test('new points repay a debt first', async (t) => {
  t.same(repayDebt(100n, 30n), { repaid: 30n, left: 70n });
  t.same(repayDebt(10n, 30n), { repaid: 10n, left: 0n });
});
