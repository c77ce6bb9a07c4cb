import fc from 'fast-check';
import t from 'tap';
import { limitOf, termOf, withGrace } from '../../../src/modules/wallets/cards/card-rules.ts';
import { SPEND_ORDERS } from '../../../src/modules/wallets/cards/kinds.ts';
import {
  listLeft,
  listShares,
  type Lot,
  returnToLots,
  spendLots,
} from '../../../src/modules/wallets/cards/lot-rules.ts';
import { endLoad, REFUND_CAUSES } from '../../../src/modules/wallets/cards/refund-rules.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);
const load = (id: string, principal: bigint, bonus: bigint): Lot[] => [
  { id: `${id}p`, loadId: id, kind: 'principal', grantedAmount: principal, leftAmount: principal },
  { id: `${id}b`, loadId: id, kind: 'bonus', grantedAmount: bonus, leftAmount: bonus },
];
const taken = (order: (typeof SPEND_ORDERS)[number], lots: Lot[], amount: bigint) =>
  spendLots(order, lots, amount).map(({ lot, amount: part }) => [lot.id, part]);

t.test('which lot is first', async (t) => {
  const lots = [...load('b', 100n, 20n), ...load('a', 100n, 20n)];
  t.same(taken('principal_first', lots, 110n), [
    ['ap', 100n],
    ['ab', 10n],
  ]);
  t.same(taken('bonus_first', lots, 110n), [
    ['ap', 90n],
    ['ab', 20n],
  ]);
  t.same(taken('proportional', lots, 60n), [
    ['ap', 50n],
    ['ab', 10n],
  ]);
  t.same(taken('principal_first', lots, 130n), [
    ['ap', 100n],
    ['ab', 20n],
    ['bp', 10n],
  ]);
  t.throws(() => spendLots('bonus_first', lots, 241n));
});

const amounts = fc.array(fc.bigInt({ min: 1n, max: 500n }), { minLength: 1, maxLength: 6 });
const grants = fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 1_000n }), fc.bigInt({ min: 0n, max: 300n })), {
  minLength: 1,
  maxLength: 3,
});
const lotsOf = (of: readonly [bigint, bigint][]) => of.flatMap(([p, b], at) => load(`${at}`, p, b));
function spendAll(order: (typeof SPEND_ORDERS)[number], lots: readonly Lot[], wanted: readonly bigint[]) {
  let now = [...lots];
  for (const want of wanted) {
    const left = sum(now.map(({ leftAmount }) => leftAmount));
    const amount = want < left ? want : left;
    const parts = spendLots(order, now, amount);
    if (sum(parts.map((part) => part.amount)) !== amount) throw new Error('the parts are not the amount');
    now = now.map((lot) => {
      const part = parts.find((one) => one.lot.id === lot.id)?.amount ?? 0n;
      return { ...lot, leftAmount: lot.leftAmount - part };
    });
  }
  return now;
}

t.test('no lot goes below nothing, and many payments take what one takes', async () => {
  fc.assert(
    fc.property(fc.constantFrom(...SPEND_ORDERS), grants, amounts, (order, of, wanted) => {
      const lots = lotsOf(of);
      const many = spendAll(order, lots, wanted);
      const one = spendAll(order, lots, [sum(wanted)]);
      return (
        many.every(({ leftAmount, grantedAmount }) => leftAmount >= 0n && leftAmount <= grantedAmount) &&
        many.every((lot, at) => lot.leftAmount === one[at]?.leftAmount)
      );
    }),
    runs,
  );
});

t.test('two refunds give back what one of both does, and all of it gives back everything', async () => {
  fc.assert(
    fc.property(grants, amounts, fc.integer({ min: 0, max: 100 }), (of, wanted, percent) => {
      const lots = lotsOf(of);
      const left = sum(lots.map(({ leftAmount }) => leftAmount));
      const amount = sum(wanted) < left ? sum(wanted) : left;
      const uses = spendLots('principal_first', lots, amount).map((part) => ({
        lotId: part.lot.id,
        lotKind: part.lot.kind,
        faceAmount: part.amount,
        returnedAmount: 0n,
      }));
      const first = (amount * BigInt(percent)) / 100n;
      const give = (at: typeof uses, back: bigint) => {
        const parts = returnToLots(at, back);
        return at.map((use) => ({
          ...use,
          returnedAmount:
            use.returnedAmount + (parts.find(({ of: one }) => one.lotId === use.lotId)?.amount ?? 0n),
        }));
      };
      const twice = give(give(uses, first), amount - first);
      return twice.every(({ faceAmount, returnedAmount }) => faceAmount === returnedAmount);
    }),
    runs,
  );
});

t.test('bonus comes back before principal', async (t) => {
  const use = { faceAmount: 50n, returnedAmount: 0n };
  const parts = returnToLots(
    [
      { ...use, lotId: 'a', lotKind: 'principal' as const },
      { ...use, lotId: 'b', lotKind: 'bonus' as const },
    ],
    60n,
  );
  t.same(
    parts.map(({ of, amount }) => [of.lotId, amount]),
    [
      ['b', 50n],
      ['a', 10n],
    ],
  );
  t.throws(() => returnToLots([{ ...use, lotId: 'a', lotKind: 'bonus' as const }], 51n));
});

const nothing = { faceAmount: 0n, listAmount: 0n };

t.test('the price before discount of parts sums, and is never below their face value', async (t) => {
  const prices = { totalAmount: 90n, listAmount: 100n };
  t.same(listShares([{ amount: 60n }, { amount: 30n }], 90n, prices, nothing), [67n, 33n]);
  t.same(listShares([{ amount: 60n }], 60n, { totalAmount: 0n, listAmount: 0n }, nothing), [60n]);
  t.equal(listLeft({ faceAmount: 90n, listAmount: 100n, returnedAmount: 45n }), 50n);
});

t.test('many small payments cost what one large one does', async () => {
  const one = fc.record({
    total: fc.bigInt({ min: 1n, max: 500n }),
    discount: fc.bigInt({ min: 0n, max: 500n }),
    steps: fc.array(fc.bigInt({ min: 1n, max: 20n }), { minLength: 1, maxLength: 40 }),
  });
  fc.assert(
    fc.property(one, ({ total, discount, steps }) => {
      const prices = { totalAmount: total, listAmount: total + discount };
      const amounts = steps.filter((_, at) => steps.slice(0, at + 1).reduce((a, b) => a + b, 0n) <= total);
      let before = nothing;
      for (const amount of amounts) {
        const [share = 0n] = listShares([{ amount }], amount, prices, before);
        if (share < amount) return false;
        before = { faceAmount: before.faceAmount + amount, listAmount: before.listAmount + share };
      }
      if (before.faceAmount === 0n) return true;
      const [atOnce] = listShares([{ amount: before.faceAmount }], before.faceAmount, prices, nothing);
      return before.listAmount === atOnce && before.listAmount <= prices.listAmount;
    }),
    runs,
  );
});

t.test('the end of a load divides what is on it', async () => {
  const loadedAt = new Date('2026-03-01T00:00:00Z');
  const one = fc.record({
    paid: fc.bigInt({ min: 1n, max: 10_000n }),
    bonus: fc.bigInt({ min: 0n, max: 3_000n }),
    used: fc.bigInt({ min: 0n, max: 13_000n }),
    more: fc.bigInt({ min: 0n, max: 2_000n }),
    before: fc.bigInt({ min: 0n, max: 10_000n }),
    cause: fc.constantFrom(...REFUND_CAUSES),
    order: fc.constantFrom(...SPEND_ORDERS),
  });
  fc.assert(
    fc.property(one, ({ paid, bonus, used, more, before, cause, order }) => {
      const face = paid + bonus;
      const faceAmount = used < face ? used : face;
      const lots =
        faceAmount === 0n ? load('a', paid, bonus) : spendAll(order, load('a', paid, bonus), [faceAmount]);
      const [principal, extra] = lots;
      const end = endLoad(
        {
          paidAmount: paid,
          faceAmount: face,
          loadedAt,
          refundedAmount: before < paid ? before : paid,
          principalLeft: principal?.leftAmount ?? 0n,
          bonusLeft: extra?.leftAmount ?? 0n,
          fullDays: 7,
          uses: faceAmount === 0n ? [] : [{ faceAmount, listAmount: faceAmount + more }],
        },
        { cause, now: new Date('2026-04-01T00:00:00Z') },
      );
      const parts = [end.principalPaidBack, end.bonusPaidBack, end.principalForfeited, end.bonusForfeited];
      return (
        parts.every((part) => part >= 0n) &&
        sum(parts) === face - faceAmount &&
        end.principalPaidBack + end.bonusPaidBack === end.refundAmount &&
        end.refundAmount + (before < paid ? before : paid) <= paid
      );
    }),
    runs,
  );
});

t.test('terms, grace and limits', async (t) => {
  const now = new Date('2028-02-29T10:00:00Z');
  t.equal(termOf('Asia/Shanghai', now, 3, null).toISOString(), '2031-03-01T10:00:00.000Z');
  const later = new Date('2040-01-01T00:00:00Z');
  t.equal(termOf('Asia/Shanghai', now, 3, later), later, 'never sooner than before');
  t.equal(withGrace(now, now)?.toISOString(), '2028-03-30T10:00:00.000Z');
  t.equal(withGrace(later, now), later);
  t.equal(withGrace(null, now), null);
  t.equal(limitOf('named', { namedCardLimitAmount: 5, bearerCardLimitAmount: 1 }), 5n);
});
