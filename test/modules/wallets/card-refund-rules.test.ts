import fc from 'fast-check';
import t from 'tap';
import {
  type CardLoad,
  decideCardRefund,
  REFUND_CAUSES,
} from '../../../src/modules/wallets/cards/refund-rules.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const loadedAt = new Date('2026-03-01T00:00:00.000Z');
const after = (days: number) => new Date(loadedAt.getTime() + days * 86_400_000);
const loaded = (used: bigint): CardLoad => ({
  paidAmount: 100_000n,
  faceAmount: 120_000n,
  loadedAt,
  uses: used === 0n ? [] : [{ faceAmount: used, listAmount: used }],
});
const refundOf = (used: bigint, cause: (typeof REFUND_CAUSES)[number], days = 30) =>
  decideCardRefund(loaded(used), { cause, now: after(days), fullDays: 7 }).refundAmount;

t.test('1,000.00 paid for 1,200.00', async (t) => {
  t.same([refundOf(60_000n, 'merchant'), refundOf(60_000n, 'customer')], [50_000n, 40_000n]);
  t.same([refundOf(110_000n, 'merchant'), refundOf(110_000n, 'customer')], [8_333n, 0n]);
  t.same([refundOf(120_000n, 'merchant'), refundOf(0n, 'customer', 7)], [0n, 100_000n]);
});

t.test(
  'a refund is between nothing and what was paid, and the merchant’s is not less than the customer’s',
  async () => {
    const amount = fc.bigInt({ min: 1n, max: 1_000_000n });
    const use = fc.record({ faceAmount: amount, more: fc.bigInt({ min: 0n, max: 1_000n }) });
    fc.assert(
      fc.property(
        amount,
        fc.bigInt({ min: 0n, max: 1_000_000n }),
        fc.array(use, { maxLength: 5 }),
        fc.integer({ min: 0, max: 60 }),
        (paidAmount, bonus, wanted, days) => {
          let left = paidAmount + bonus;
          const uses = wanted.flatMap(({ faceAmount, more }) => {
            const taken = faceAmount < left ? faceAmount : left;
            left -= taken;
            return taken > 0n ? [{ faceAmount: taken, listAmount: taken + more }] : [];
          });
          const load = { paidAmount, faceAmount: paidAmount + bonus, loadedAt, uses };
          const [merchant, customer] = REFUND_CAUSES.map((cause) =>
            decideCardRefund(load, { cause, now: after(days), fullDays: 7 }),
          );
          return (
            [merchant, customer].every(
              (one) =>
                one !== undefined &&
                one.refundAmount >= 0n &&
                one.refundAmount <= paidAmount &&
                one.refundAmount + one.consumedAmount === paidAmount,
            ) && (merchant?.refundAmount ?? 0n) >= (customer?.refundAmount ?? 0n)
          );
        },
      ),
      runs,
    );
  },
);
