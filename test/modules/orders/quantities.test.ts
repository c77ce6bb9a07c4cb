import assert from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { breakAdjustments, findBreak } from '../../../src/modules/orders/quantity-rules.ts';
import { startApp } from '../../support/app.ts';
import { makePaidOrder, makeProduct } from '../../support/world.ts';
import { checkInvariants, ok } from './support.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const app = await startApp(t);
const LADDER = [
  { minimumQuantity: 10, unitAmount: 1500 },
  { minimumQuantity: 50, unitAmount: 1200 },
];
const ladder = (fields: object = {}) =>
  makeProduct(app, { priceAmount: 1800, priceBreaks: LADDER, onHandQuantity: 1000, ...fields });
const quote = (body: object) => app.call('POST /v1/quotes', { body });
const place = (body: object) => app.call('POST /v1/orders', { body });
const linesOf = (id: string, ...quantities: number[]) => ({
  lines: quantities.map((quantity) => ({ productId: id, quantity })),
});

t.test('the rung that all lines of a product reach together prices each of them', async (t) => {
  const { id } = await ladder();
  const single = await ok(quote(linesOf(id, 9)));
  t.match(single.lines[0], { appliedBreak: null, priceBreaks: LADDER, discountAmount: 0, adjustments: [] });
  const two = await ok(quote(linesOf(id, 4, 6)));
  t.match(two.lines, [
    { appliedBreak: { minimumQuantity: 10, unitAmount: 1500 }, discountAmount: 1200, netAmount: 6000 },
    { discountAmount: 1800, netAmount: 9000 },
  ]);
  t.match(two.lines[0].adjustments, [{ kind: 'quantity_break', amount: 1200 }]);
  const order = await ok(place(linesOf(id, 4, 6)));
  t.match(order, { linesAmount: 18_000, discountAmount: 3000, totalAmount: 15_000 });
  const read = await ok(app.call(`GET /v1/orders/${order.id}`));
  t.same(read.lines, order.lines, 'what was answered is what was written');
  t.match(read.lines[0], {
    priceBreaks: LADDER,
    appliedBreak: { minimumQuantity: 10, unitAmount: 1500 },
    adjustments: [{ kind: 'quantity_break', amount: 1200 }],
  });
  await checkInvariants(t, app);
});

t.test('never below the floor of the product', async (t) => {
  const { id } = await ladder({ costAmount: 1300 });
  const { lines } = await ok(quote(linesOf(id, 50)));
  t.match(lines[0], { appliedBreak: { minimumQuantity: 50, unitAmount: 1300 }, netAmount: 65_000 });
  const dear = await ladder({ costAmount: 1900 });
  t.match((await ok(quote(linesOf(dear.id, 50)))).lines[0], { appliedBreak: null, netAmount: 90_000 });
});

t.test('a held quote keeps its rung', async (t) => {
  const product = await ladder();
  const basket = linesOf(product.id, 10);
  const { quoteToken, totalAmount } = await ok(quote(basket));
  await ok(app.call(`PATCH /v1/products/${product.id}`, { body: { priceBreaks: [], priceAmount: 2000 } }));
  const held = await ok(place({ ...basket, quoteToken }));
  t.match(held, { totalAmount, lines: [{ appliedBreak: { unitAmount: 1500 }, priceBreaks: [] }] });
  t.equal((await ok(place(basket))).totalAmount, 20_000, 'without the token it costs what it costs now');
  const fresh = await ok(quote(basket));
  await ok(app.call(`PATCH /v1/products/${product.id}`, { body: { priceBreaks: LADDER } }));
  t.equal(
    (await ok(place({ ...basket, quoteToken: fresh.quoteToken }))).totalAmount,
    20_000,
    'no rung is kept too',
  );
});

t.test('a ladder that is none is refused at its rung', async (t) => {
  const { id } = await makeProduct(app);
  const set = (priceBreaks: object[]) => app.call(`PATCH /v1/products/${id}`, { body: { priceBreaks } });
  const same = [LADDER[0], { minimumQuantity: 10, unitAmount: 1400 }] as object[];
  t.match(await set(same), {
    status: 422,
    body: { code: 'price_breaks_not_falling', errors: [{ pointer: '/priceBreaks/1/minimumQuantity' }] },
  });
  const rising = [LADDER[0], { minimumQuantity: 20, unitAmount: 1500 }] as object[];
  t.match((await set(rising)).body.errors, [{ pointer: '/priceBreaks/1/unitAmount' }]);
});

t.test('a product is sold in its quantities, over all lines', async (t) => {
  const { id } = await makeProduct(app, { minimumOrderQuantity: 12, orderMultiple: 4, onHandQuantity: 1000 });
  for (const send of [quote, place]) {
    t.match(await send(linesOf(id, 3, 7)), {
      status: 422,
      body: {
        code: 'below_minimum_quantity',
        errors: [
          { pointer: '/lines/0/quantity', code: 'below_minimum_quantity' },
          { pointer: '/lines/0/quantity', code: 'not_order_multiple' },
        ],
      },
    });
    t.match(await send(linesOf(id, 13)), { status: 422, body: { code: 'not_order_multiple' } });
    t.ok((await send(linesOf(id, 5, 7))).status < 300, 'twelve in two lines');
  }
});

t.test('what was sold elsewhere is taken as it was sold', async (t) => {
  const { id } = await ladder({ minimumOrderQuantity: 100 });
  const body = {
    externalId: 'q-1',
    number: 'Q-1',
    channel: 'erp',
    lines: [{ productId: id, quantity: 60, unitAmount: 1800 }],
    freightAmount: 0,
    placedAt: '2026-01-01T00:00:00Z',
  };
  t.match(await ok(app.call('POST /v1/orders/import', { body })), {
    totalAmount: 108_000,
    lines: [{ priceBreaks: [], appliedBreak: null }],
  });
});

t.test('what comes off later is of the price that was paid', async (t) => {
  const { id } = await ladder();
  const order = await ok(place(linesOf(id, 10)));
  await ok(
    app.call(`POST /v1/orders/${order.id}/lower-price`, {
      body: { reductionAmount: 500, reason: 'A scratch.' },
    }),
  );
  const read = await ok(app.call(`GET /v1/orders/${order.id}`));
  t.match(read.lines[0].adjustments, [
    { kind: 'quantity_break', amount: 3000 },
    { kind: 'staff', amount: 500 },
  ]);
  await makePaidOrder(app);
  await checkInvariants(t, app);
});

t.test('more pieces are never dearer each, and never below the floor or above the list', async () => {
  const amount = fc.bigInt({ min: 1n, max: 10_000n });
  const rungs = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 1, max: 9_999 })), {
      maxLength: 8,
      selector: ([quantity]) => quantity,
    })
    .map((found) => {
      const prices = found.map(([, price]) => price).toSorted((a, b) => b - a);
      const quantities = found.map(([quantity]) => quantity).toSorted((a, b) => a - b);
      return quantities.map((minimumQuantity, index) => ({
        minimumQuantity,
        unitAmount: prices[index] ?? 0,
      }));
    });
  const quantity = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(rungs, amount, amount, quantity, quantity, (priceBreaks, list, floor, one, more) => {
      const product = { priceBreaks, minimumPriceAmount: floor, costAmount: null };
      const unit = (pieces: number) => {
        const applied = findBreak(product, pieces, list, 0);
        const off = breakAdjustments(applied, list, pieces).reduce((sum, found) => sum + found.amount, 0n);
        assert.equal(off, (list - (applied?.unitAmount ?? list)) * BigInt(pieces));
        return applied?.unitAmount ?? list;
      };
      assert.ok(unit(one + more) <= unit(one));
      assert.ok(unit(one) <= list);
      assert.ok(unit(one) >= (floor < list ? floor : list));
    }),
    runs,
  );
});
