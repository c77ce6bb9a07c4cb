import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { priceEdit, readEdit } from '../../../src/modules/orders/edits/rules.ts';
import { unitsLeftOf, valueLeftOf } from '../../../src/modules/orders/line-rules.ts';
import { allocateRefund, everythingOf, type LineCredit } from '../../../src/modules/orders/refund-rules.ts';
import { netTotalOf } from '../../../src/modules/orders/rules.ts';
import type { Order, OrderLine } from '../../../src/modules/orders/tables.ts';
import { sumOf } from '../../../src/platform/money.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };

const line = fc.record({
  quantity: fc.integer({ min: 1, max: 9 }),
  unitAmount: fc.bigInt(1n, 3_000n),
  discount: fc.integer({ min: 0, max: 100 }),
  settled: fc.integer({ min: 0, max: 100 }),
});

/** A paid order of such lines, of which a part was settled along its payments, paid in parts. */
const order = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 5 }), fc.bigInt(0n, 900n), fc.integer({ min: 1, max: 99 }))
  .map(([shapes, freightAmount, cut]) => {
    const lines = shapes.map((shape, index) => lineOf(shape, index));
    const nets = sumOf(lines.map(({ netAmount }) => netAmount));
    const settled = sumOf(lines.map(({ settledAmount }) => settledAmount));
    const totalAmount = nets + freightAmount;
    const first = (totalAmount * BigInt(cut)) / 100n;
    const made = {
      status: 'paid',
      linesAmount: sumOf(lines.map((one) => one.listUnitAmount * BigInt(one.quantity))),
      freightAmount,
      totalAmount,
      paidAmount: totalAmount,
      refundedAmount: settled,
      settledAmount: settled,
      settledRefundAmount: settled,
      settledFreightAmount: 0n,
      chargedAmount: 0n,
      chargedFreightAmount: 0n,
      creditedAmount: 0n,
      creditedFreightAmount: 0n,
    } as Order;
    const newest = totalAmount - first;
    const ofNewest = settled < newest ? settled : newest;
    const payments = [
      { id: 'newest', amount: newest, refundedAmount: ofNewest },
      { id: 'oldest', amount: first, refundedAmount: settled - ofNewest },
    ];
    return { order: made, lines, payments };
  });

function lineOf(
  shape: { quantity: number; unitAmount: bigint; discount: number; settled: number },
  at: number,
) {
  const list = shape.unitAmount * BigInt(shape.quantity);
  const netAmount = list - (list * BigInt(shape.discount)) / 100n;
  const settledAmount = (netAmount * BigInt(shape.settled)) / 100n;
  return {
    id: `line-${at}`,
    productId: `product-${at}`,
    quantity: shape.quantity,
    cancelledQuantity: 0,
    returnedQuantity: 0,
    shippedQuantity: 0,
    listUnitAmount: shape.unitAmount,
    netAmount,
    taxRateBps: 1900,
    taxAmount: (netAmount * 19n) / 119n,
    settledAmount,
    chargedAmount: 0n,
    creditedAmount: 0n,
    valuedQuantity: settledAmount > 0n ? shape.quantity : null,
    valuedAmount: settledAmount > 0n ? netAmount - settledAmount : null,
    giftCampaignId: null,
    giftGrantId: null,
  } as OrderLine;
}

const item = fc.record({ quantity: fc.integer({ min: 1, max: 5 }), listUnitAmount: fc.bigInt(0n, 4_000n) });

t.test('an edit moves exactly its difference, and never more than is left of the payments', async () => {
  fc.assert(
    fc.property(
      order,
      fc.array(fc.nat(9), { maxLength: 5 }),
      fc.array(item, { maxLength: 3 }),
      (made, cuts, items) => {
        const wanted = made.lines.map((one, at) => ({
          lineId: one.id,
          quantity: Math.max(0, one.quantity - (cuts[at] ?? 0)),
        }));
        const { wish, faults } = readEdit(made.lines, { lines: wanted });
        const isEmpty = wanted.every(({ quantity }) => quantity === 0);
        const isSame = wanted.every(({ quantity }, at) => quantity === made.lines[at]?.quantity);
        const fault = isEmpty ? ['edit_empties_order'] : isSame ? ['edit_changes_nothing'] : [];
        assert.deepEqual(
          faults.map(({ code }) => code),
          fault,
        );
        const goods = items.map((one) => ({ ...one, taxRateBps: 1900, adjustments: [] }));
        const priced = priceEdit(made.order, made.lines, wish.units, goods, made.payments);
        assert.ok(priced);
        const back = sumOf(priced.parts.map(({ amount }) => amount));
        assert.equal(back, priced.differenceAmount < 0n ? -priced.differenceAmount : 0n);
        for (const { payment, amount } of priced.parts)
          assert.ok(amount > 0n && payment.refundedAmount + amount <= payment.amount);
        assert.equal(
          priced.addedAmount,
          sumOf(items.map((one) => one.listUnitAmount * BigInt(one.quantity))),
          'what comes costs its price of now',
        );
        // What stays is worth what it was worth.
        for (const one of made.lines) {
          const taken: LineCredit | undefined = priced.credits.find(({ before }) => before.id === one.id);
          assert.equal(valueLeftOf(taken?.after ?? one) + (taken?.credit.amount ?? 0n), valueLeftOf(one));
          assert.equal(unitsLeftOf(taken?.after ?? one) + (taken?.credit.quantity ?? 0), one.quantity);
        }
      },
    ),
    runs,
  );
});

t.test('everything that is left of an order is what it costs', async () => {
  fc.assert(
    fc.property(order, ({ order: made, lines, payments }) => {
      const allocation = allocateRefund(made, lines, everythingOf(made, lines), payments);
      assert.ok(allocation);
      assert.equal(allocation.refundAmount, netTotalOf(made));
      assert.equal(allocation.refundAmount, made.paidAmount - made.refundedAmount);
      assert.equal(sumOf(allocation.parts.map(({ amount }) => amount)), allocation.refundAmount);
    }),
    runs,
  );
});

t.test('refunds of an order in any two parts are the refund of all of it', async () => {
  fc.assert(
    fc.property(order, fc.nat(4), fc.nat(9), ({ order: made, lines, payments }, at, units) => {
      const whole = allocateRefund(made, lines, everythingOf(made, lines), payments);
      const one = lines[at % lines.length] as OrderLine;
      const quantity = units % (one.quantity + 1);
      const request = {
        units: quantity > 0 ? [{ lineId: one.id, quantity }] : [],
        kind: 'cancelled',
      } as const;
      const first = allocateRefund(made, lines, request, payments);
      assert.ok(whole && first);
      const after = {
        ...made,
        creditedAmount: first.creditedAmount,
        refundedAmount: made.refundedAmount + first.refundAmount,
      };
      const left = lines.map(
        (each) => first.credits.find(({ before }) => before.id === each.id)?.after ?? each,
      );
      const paid = payments.map((payment) => {
        const part = first.parts.find(({ payment: { id } }) => id === payment.id)?.amount ?? 0n;
        return { ...payment, refundedAmount: payment.refundedAmount + part };
      });
      const second = allocateRefund(after, left, everythingOf(after, left), paid);
      assert.equal(first.refundAmount + (second?.refundAmount ?? -1n), whole.refundAmount);
    }),
    runs,
  );
});

t.test('what is not there is not given back', async (t) => {
  const one = lineOf({ quantity: 2, unitAmount: 100n, discount: 0, settled: 0 }, 0);
  const { faults } = readEdit([{ ...one, shippedQuantity: 2 }], { lines: [{ lineId: one.id, quantity: 1 }] });
  t.same(
    faults.map(({ code }) => code),
    ['units_shipped'],
  );
  const { wish } = readEdit([one], { lines: [{ lineId: one.id, quantity: 5 }] });
  t.match(wish, { units: [], items: [{ productId: one.productId, quantity: 3 }] }, 'more are new goods');
});

t.test('no more freight is given back than is left of it', async (t) => {
  const made = {
    status: 'paid',
    totalAmount: 1_000n,
    paidAmount: 1_150n,
    refundedAmount: 0n,
    settledAmount: 200n,
    settledRefundAmount: 0n,
    freightAmount: 1_000n,
    settledFreightAmount: 200n,
    chargedAmount: 150n,
    chargedFreightAmount: 150n,
    creditedAmount: 50n,
    creditedFreightAmount: 50n,
  } as Order;
  const payments = [{ id: 'newest', amount: 1_150n, refundedAmount: 0n }];
  const give = (freightAmount: bigint) =>
    allocateRefund(made, [], { units: [], kind: 'returned', freightAmount }, payments);
  t.match(give(900n), { creditedAmount: 900n, changes: { creditedFreightAmount: 950n } }, 'all that is left');
  t.equal(give(901n), undefined, 'and not a cent more');
});
