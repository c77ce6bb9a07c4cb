import fc from 'fast-check';
import t from 'tap';
import {
  type AccruedLine,
  basisAfterFavour,
  decideActivation,
  decideUnearned,
  periodOf,
} from '../../../src/modules/loyalty/accrual-rules.ts';
import { afterwards, decideFollowed, type KnownLine } from '../../../src/modules/loyalty/follow-rules.ts';
import { dayIn } from '../../../src/platform/days.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 1_000) };
const amount = fc.bigInt({ min: 0n, max: 10_000_000n });
const line = fc
  .record({ basisAmount: amount, earnedPoints: fc.bigInt({ min: 0n, max: 1_000_000n }) })
  .map((made): AccruedLine => ({ ...made, unearnedPoints: 0n }));
const left = (value: bigint, isGone = false) => ({ amount: value, isGone });

t.test('29 points for 19.99: worth 10.00 they have lost 14', async (t) => {
  const known = { basisAmount: 1999n, earnedPoints: 29n, unearnedPoints: 0n };
  t.equal(decideUnearned(known, left(1000n)), 14n);
  t.equal(decideUnearned(known, left(0n, true)), 29n);
  t.equal(decideUnearned({ ...known, basisAmount: 0n }, left(0n)), 0n, 'product points of free goods stay');
});

t.test(
  'what goes in steps goes as in one, never more than was earned, and everything with the last unit',
  async (t) => {
    fc.assert(
      fc.property(line, fc.array(amount, { maxLength: 6 }), (known, amounts) => {
        const falling = amounts
          .map((one) => (one > known.basisAmount ? known.basisAmount : one))
          .toSorted((a, b) => (a < b ? 1 : -1));
        let stepped = known;
        for (const value of falling) {
          const unearnedPoints = decideUnearned(stepped, left(value));
          if (unearnedPoints < stepped.unearnedPoints || unearnedPoints > known.earnedPoints) return false;
          stepped = { ...stepped, unearnedPoints };
        }
        const last = falling.at(-1) ?? known.basisAmount;
        const once = decideUnearned(known, left(last));
        return (
          stepped.unearnedPoints === once && decideUnearned(stepped, left(0n, true)) === known.earnedPoints
        );
      }),
      runs,
    );
    t.pass();
  },
);

t.test('a favour takes no points, whatever went before', async (t) => {
  t.equal(basisAfterFavour(1000n, 800n, 600n), 750n);
  fc.assert(
    fc.property(line, fc.nat(10_000), fc.nat(10_000), (known, keptBps, favourBps) => {
      const before = (known.basisAmount * BigInt(keptBps)) / 10_000n;
      const after = (before * BigInt(favourBps)) / 10_000n;
      const lost = decideUnearned(known, left(before));
      const basisAmount = basisAfterFavour(known.basisAmount, before, after);
      const then = decideUnearned({ ...known, basisAmount, unearnedPoints: lost }, left(after));
      return then === lost && basisAmount >= after;
    }),
    runs,
  );
  t.pass();
});

const purchaseLine = (lineId: string, value: bigint, quantity: number) => ({
  lineId,
  productId: lineId,
  category: null,
  quantity,
  amount: value,
  isGift: false,
});

t.test('following an order twice changes nothing more', async (t) => {
  const step = fc.record({ value: amount, quantity: fc.nat(3) });
  fc.assert(
    fc.property(line, fc.array(step, { maxLength: 8 }), (begun, steps) => {
      let known: KnownLine = { ...begun, lineId: 'a', keptAmount: begun.basisAmount };
      for (const { value, quantity } of steps) {
        const now = purchaseLine('a', quantity === 0 ? 0n : value, quantity);
        const [followed] = decideFollowed([known], [now]);
        if (!followed) return false;
        known = afterwards(followed, followed.extraAmount / 100n, known);
        const [again] = decideFollowed([known], [now]);
        if (again?.extraAmount !== 0n || again.lostPoints !== 0n) return false;
        if (known.unearnedPoints > known.earnedPoints || known.keptAmount > known.basisAmount) return false;
      }
      return true;
    }),
    runs,
  );
  t.pass();
});

t.test('points wait so many whole days of the shop', async (t) => {
  const rule = { pendingDays: 7, latestPendingDays: 60 };
  const paidAt = new Date('2026-03-01T10:00:00Z');
  const deliveredAt = new Date('2026-03-25T23:30:00Z');
  const of = (zone: string, at: Date | null) =>
    decideActivation(zone, { paidAt, deliveredAt: at }, rule).toISOString();
  t.equal(of('UTC', deliveredAt), '2026-04-02T00:00:00.000Z');
  t.equal(
    of('Europe/Berlin', deliveredAt),
    '2026-04-02T22:00:00.000Z',
    'there it is the 26th, and summer begins',
  );
  t.equal(of('Asia/Shanghai', null), '2026-04-30T16:00:00.000Z');
});

t.test('a period holds its instant and begins and ends with days of the shop', async (t) => {
  const zones = [
    'UTC',
    'Asia/Shanghai',
    'America/Sao_Paulo',
    'Pacific/Apia',
    'Europe/Berlin',
    'Asia/Kathmandu',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom('day' as const, 'month' as const, 'year' as const),
      fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      (zone, kind, at) => {
        const { from, until } = periodOf(zone, kind, at);
        const isInside = from <= at && at < until;
        return isInside && dayIn(zone, new Date(from.getTime() - 1)) < dayIn(zone, from);
      },
    ),
    runs,
  );
  t.pass();
});
