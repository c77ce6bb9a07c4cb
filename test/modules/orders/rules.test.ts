import fc from 'fast-check';
import t from 'tap';
import {
  amountDue,
  decideFulfilment,
  decidePaymentState,
  type LineInput,
  type OrderMoney,
  priceBasket,
  spreadReduction,
  surplusOf,
} from '../../../src/modules/orders/rules.ts';
import { orderStates } from '../../../src/modules/orders/states.ts';
import { includedTax, MAX_AMOUNT, minOf, sumOf } from '../../../src/platform/money.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const abs = (value: bigint) => (value < 0n ? -value : value);

const line: fc.Arbitrary<LineInput> = fc
  .record({
    quantity: fc.integer({ min: 1, max: 1_000 }),
    listUnitAmount: fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, 10_000_000n)),
    taxRateBps: fc.constantFrom(0, 500, 700, 1900, 1000),
    shares: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 3 }),
  })
  .map(({ shares, ...rest }) => {
    const list = rest.listUnitAmount * BigInt(rest.quantity);
    const amounts = shares.map((share) => (list * BigInt(share)) / 200n).filter((amount) => amount > 0n);
    const adjustments = amounts.map((amount) => ({ kind: 'staff' as const, reason: 'x', amount }));
    return { ...rest, adjustments };
  });
const lines = fc.array(line, { minLength: 1, maxLength: 20 });
const freight = fc.record({ taxRateBps: fc.constantFrom(0, 1900), amount: fc.bigInt(0n, 100_000n) });

t.test('a priced basket adds up', async (t) => {
  fc.assert(
    fc.property(lines, freight, (basket, { taxRateBps, amount }) => {
      let goods = -1n;
      const amountFor = (netAmounts: readonly bigint[]) => {
        goods = sumOf(netAmounts);
        return amount;
      };
      const priced = priceBasket(basket, { taxRateBps, amountFor });
      const sum = (pick: (one: (typeof priced.lines)[number]) => bigint) => sumOf(priced.lines.map(pick));
      return (
        priced.lines.length === basket.length &&
        priced.lines.every(
          (one) =>
            one.netAmount === one.listUnitAmount * BigInt(one.quantity) - one.discountAmount &&
            one.discountAmount === sumOf(one.adjustments.map((adjustment) => adjustment.amount)) &&
            one.netAmount >= 0n,
        ) &&
        priced.linesAmount === sum((one) => one.listUnitAmount * BigInt(one.quantity)) &&
        priced.discountAmount === sum((one) => one.discountAmount) &&
        goods === priced.linesAmount - priced.discountAmount &&
        priced.totalAmount === goods + amount &&
        priced.freightTaxAmount === includedTax(amount, taxRateBps) &&
        priced.taxAmount === sum((one) => one.taxAmount) + priced.freightTaxAmount
      );
    }),
    RUNS,
  );
  t.pass();
});

t.test('the tax of a rate is rounded once, and each line holds its share', async (t) => {
  const equal = (count: number) =>
    Array.from({ length: count }, () => ({
      quantity: 1,
      listUnitAmount: 100n,
      taxRateBps: 1900,
      adjustments: [],
    }));
  const free = { taxRateBps: 0, amountFor: () => 0n };
  const taxes = priceBasket(equal(3), free).lines.map((one) => one.taxAmount);
  t.same(taxes, [16n, 16n, 16n], '0.479 in all, not 3 × 0.16 by chance');
  t.same(
    priceBasket(equal(4), free).lines.map((one) => one.taxAmount),
    [16n, 16n, 16n, 16n],
  );
  fc.assert(
    fc.property(lines, (basket) => {
      const priced = priceBasket(basket, free);
      const rates = new Set(basket.map((one) => one.taxRateBps));
      return (
        [...rates].every((rate) => {
          const own = priced.lines.filter((one) => one.taxRateBps === rate);
          const net = sumOf(own.map((one) => one.netAmount));
          return sumOf(own.map((one) => one.taxAmount)) === includedTax(net, rate);
        }) &&
        priced.lines.every((one) => {
          // Its own tax would be net × rate ÷ (100 % + rate); its share is within one unit and a half of it.
          const whole = 10_000n + BigInt(one.taxRateBps);
          const off = abs(one.taxAmount * whole - one.netAmount * BigInt(one.taxRateBps));
          return one.taxAmount >= 0n && one.taxAmount <= one.netAmount && 2n * off <= 3n * whole;
        })
      );
    }),
    RUNS,
  );
});

t.test('amounts beyond what the API carries are refused', async (t) => {
  const of = (listUnitAmount: bigint, quantity: number) =>
    priceBasket([{ quantity, listUnitAmount, taxRateBps: 0, adjustments: [] }], {
      taxRateBps: 0,
      amountFor: () => 0n,
    });
  t.equal(of(MAX_AMOUNT, 1).totalAmount, MAX_AMOUNT);
  t.throws(() => of(MAX_AMOUNT, 2), { message: /^amount_too_large/ });
  const discounted = {
    quantity: 2,
    listUnitAmount: MAX_AMOUNT,
    taxRateBps: 0,
    adjustments: [{ kind: 'staff' as const, reason: 'x', amount: MAX_AMOUNT * 2n }],
  };
  t.throws(
    () => priceBasket([discounted], { taxRateBps: 0, amountFor: () => 0n }),
    { message: /^amount_too_large/ },
    'also what is discounted has to be shown',
  );
});

const reducible = fc
  .tuple(fc.bigInt(0n, 100_000n), fc.bigInt(0n, 120_000n))
  .map(([netAmount, floorAmount]) => ({ id: 'l', netAmount, floorAmount }));

t.test('a reduction never goes below a floor, and is spread in full or not at all', async (t) => {
  t.same(
    spreadReduction(300n, [
      { id: 'a', netAmount: 1000n, floorAmount: 100n },
      { id: 'b', netAmount: 500n, floorAmount: 500n },
    ]),
    [300n, 0n],
  );
  fc.assert(
    fc.property(fc.array(reducible, { minLength: 1, maxLength: 12 }), fc.nat(1000), (all, permille) => {
      const rooms = all.map((one) =>
        one.netAmount > one.floorAmount ? one.netAmount - one.floorAmount : 0n,
      );
      const room = sumOf(rooms);
      const amount = minOf(room, (room * BigInt(permille)) / 1000n + 1n);
      const shares = spreadReduction(amount, all);
      return (
        shares !== undefined &&
        sumOf(shares) === amount &&
        shares.every((share, i) => share >= 0n && share <= (rooms[i] ?? 0n)) &&
        spreadReduction(room + 1n, all) === undefined
      );
    }),
    RUNS,
  );
});

const money = fc
  .tuple(
    fc.bigInt(0n, 50n),
    fc.bigInt(0n, 120n),
    fc.bigInt(0n, 120n),
    fc.bigInt(0n, 120n),
    fc.bigInt(0n, 20n),
    fc.bigInt(0n, 120n),
  )
  .map(([totalAmount, paidAmount, back, settled, chargedAmount, credited]) => {
    const refundedAmount = back % (paidAmount + 1n);
    const price = totalAmount + chargedAmount;
    const most = refundedAmount < price ? refundedAmount : price;
    const settledRefundAmount = settled % (most + 1n);
    return {
      chargedAmount,
      creditedAmount: credited % (price - settledRefundAmount + 1n),
      writtenOffAmount: 0n,
      totalAmount,
      paidAmount,
      refundedAmount,
      settledRefundAmount,
      settledAmount: settledRefundAmount,
    };
  });
const status = fc.constantFrom(...orderStates.names);
/** What is to be kept of the payments of an order that is not cancelled. */
const priceOf = (order: OrderMoney) =>
  order.totalAmount + order.chargedAmount - order.creditedAmount - order.settledRefundAmount;

t.test('where the payment of an order stands', async (t) => {
  const of = (
    totalAmount: bigint,
    paidAmount: bigint,
    refundedAmount: bigint,
    status = 'pending',
    settledRefundAmount = 0n,
    settledAmount = settledRefundAmount,
    [chargedAmount, creditedAmount] = [0n, 0n],
  ) =>
    decidePaymentState({
      chargedAmount,
      creditedAmount,
      writtenOffAmount: 0n,
      status,
      totalAmount,
      paidAmount,
      refundedAmount,
      settledRefundAmount,
      settledAmount,
    });
  t.equal(
    of(100n, 100n, 90n, 'cancelled', 0n, 10n),
    'refunded',
    'the rest is with the customer as stored value',
  );
  t.equal(of(100n, 100n, 0n, 'paid', 0n, 10n), 'paid');
  t.equal(of(100n, 100n, 10n, 'paid', 10n), 'paid', 'what a settlement gave back is a lower price');
  t.equal(of(100n, 100n, 30n, 'paid', 10n), 'partially_refunded');
  t.equal(of(100n, 100n, 100n, 'cancelled', 10n), 'refunded');
  t.equal(of(100n, 100n, 0n, 'paid', 0n, 0n, [20n, 0n]), 'partial', 'the customer is to pay more');
  t.equal(of(100n, 120n, 0n, 'paid', 0n, 0n, [20n, 0n]), 'paid');
  t.equal(of(100n, 100n, 40n, 'paid', 0n, 0n, [0n, 40n]), 'paid', 'without the units that were cancelled');
  t.equal(of(100n, 0n, 0n), 'unpaid');
  t.equal(of(100n, 99n, 0n), 'partial');
  t.equal(of(100n, 100n, 0n), 'paid');
  t.equal(of(100n, 200n, 100n), 'paid', 'giving back a surplus is no refund');
  t.equal(of(100n, 100n, 1n), 'partially_refunded');
  t.equal(of(100n, 100n, 100n), 'refunded');
  t.equal(of(0n, 0n, 0n), 'paid', 'what costs nothing');
  t.equal(of(0n, 50n, 50n), 'paid', 'what costs nothing by now');
  t.equal(of(0n, 50n, 50n, 'cancelled'), 'refunded');
  t.equal(of(100n, 60n, 60n, 'cancelled'), 'refunded');
  t.equal(of(100n, 0n, 0n, 'cancelled'), 'unpaid');
});

t.test('the payment state says what is due', async () => {
  fc.assert(
    fc.property(money, status, (order, name) => {
      const state = decidePaymentState({ ...order, status: name });
      const kept = order.paidAmount - order.refundedAmount;
      const due = amountDue(order);
      const surplus = surplusOf({ ...order, status: name });
      return (
        (due === 0n || surplus === 0n || name === 'cancelled') &&
        (name === 'cancelled' || due - surplus === priceOf(order) - kept) &&
        (state !== 'unpaid' || kept === 0n) &&
        (state !== 'refunded' || (kept === 0n && order.paidAmount > 0n && order.refundedAmount > 0n)) &&
        (state !== 'paid' || due === 0n) &&
        (state !== 'partial' || (kept > 0n && due > 0n)) &&
        (name === 'cancelled' || (state === 'paid') === (due === 0n))
      );
    }),
    RUNS,
  );
});

t.test('once the surplus is given back, nothing is over', async () => {
  fc.assert(
    fc.property(money, status, (order, name) => {
      const before = { ...order, status: name };
      const after = { ...before, refundedAmount: order.refundedAmount + surplusOf(before) };
      const kept = after.paidAmount - after.refundedAmount;
      return (
        surplusOf(after) === 0n &&
        after.refundedAmount <= after.paidAmount &&
        kept >= 0n &&
        (name === 'cancelled' ? kept === 0n : kept <= priceOf(order)) &&
        (name === 'cancelled' || amountDue(after) === amountDue(before))
      );
    }),
    RUNS,
  );
});

t.test('where shipment stands', async (t) => {
  const of = (...shipped: number[]) =>
    decideFulfilment(
      shipped.map((shippedQuantity) => ({ quantity: 3, cancelledQuantity: 1, shippedQuantity })),
    );
  t.equal(of(0, 0), 'unfulfilled');
  t.equal(of(0, 1), 'partial');
  t.equal(of(2, 0), 'partial');
  t.equal(of(2, 2), 'fulfilled');
});

t.test('what may follow what', async (t) => {
  const path = ['pending', 'paid', 'shipped', 'delivered', 'completed'] as const;
  for (const [i, state] of path.slice(0, -1).entries())
    t.ok(orderStates.canMove(state, path[i + 1] ?? 'pending'));
  t.ok(orderStates.canMove('pending', 'shipped'), 'on account, or cash on delivery');
  for (const state of orderStates.names) {
    const mayCancel = ['pending', 'paid'].includes(state);
    t.equal(orderStates.canMove(state, 'cancelled'), mayCancel, `${state}: cancelled before shipment only`);
  }
});
