import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeProduct } from '../../support/world.ts';
import { advance, checkInvariants, DAY, HOUR, ok, readStock, refundsOf, tally, times } from './support.ts';

const app = await startApp(t);

let count = 0;
/** An order made elsewhere: two units at 14.00, 2.10 off, freight 5.00. */
function oldOrder(productId: string, fields: object = {}) {
  count += 1;
  const line = { productId, quantity: 2, unitAmount: 1400 };
  return {
    externalId: `old-${count}`,
    number: `1${count}`,
    channel: 'marketplace',
    lines: [{ ...line, adjustments: [{ reason: 'Trade discount', amount: 210 }] }],
    freightAmount: 500,
    placedAt: '1998-05-01T09:00:00.000Z',
    ...fields,
  };
}
const send = (body: object, shop: TestShop = app) => shop.call('POST /v1/orders/import', { body });
const PAID = { paidAt: '1998-05-01T10:00:00.000Z' };
const SHIPPED = { ...PAID, shippedAt: '1998-05-03T10:00:00.000Z' };
const DELIVERED = { ...SHIPPED, deliveredAt: '1998-05-08T10:00:00.000Z' };
const COMPLETED = { ...DELIVERED, completedAt: '1998-05-22T10:00:00.000Z' };

t.test('an imported order keeps its number, prices and dates', async (t) => {
  const product = await makeProduct(app, { priceAmount: 9999, taxRateBps: 1900, costAmount: 1 });
  const body = oldOrder(product.id, {
    ...COMPLETED,
    carrier: 'SF',
    trackingNumber: '7',
    metadata: { a: 'b' },
  });
  const { status, body: order } = await send(body);
  t.equal(status, 201);
  t.match(order, {
    number: body.number,
    externalId: body.externalId,
    channel: 'marketplace',
    origin: 'imported',
    status: 'completed',
    paymentState: 'paid',
    fulfilmentState: 'fulfilled',
    linesAmount: 2800,
    discountAmount: 210,
    freightAmount: 500,
    totalAmount: 3090,
    paidAmount: 3090,
    taxAmount: 414,
    placedAt: body.placedAt,
    ...COMPLETED,
    metadata: { a: 'b' },
  });
  t.match(order.lines, [
    {
      listUnitAmount: 1400,
      netAmount: 2590,
      shippedQuantity: 2,
      deliveredQuantity: 2,
      adjustments: [{ kind: 'staff', reason: 'Trade discount', amount: 210 }],
    },
  ]);
  t.match(order.shipments, [{ carrier: 'SF', trackingNumber: '7', deliveredAt: DELIVERED.deliveredAt }]);
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/timeline`));
  t.same(
    data.map(({ kind, occurredAt }: any) => [kind, occurredAt].slice(0, kind === 'imported' ? 1 : 2)),
    [
      ['placed', body.placedAt],
      ['paid', PAID.paidAt],
      ['shipped', SHIPPED.shippedAt],
      ['delivered', DELIVERED.deliveredAt],
      ['completed', COMPLETED.completedAt],
      ['imported'],
    ],
  );
  const payments = await ok(app.call(`GET /v1/orders/${order.id}/payments`));
  t.match(payments.data, [
    { provider: 'manual', state: 'succeeded', amount: 3090, succeededAt: PAID.paidAt },
  ]);
});

t.test('where it stands follows from its dates, and so does its stock', async (t) => {
  const cases: [object, object, stock: [onHand: number, reserved: number]][] = [
    [{}, { status: 'pending', paymentState: 'unpaid', fulfilmentState: 'unfulfilled' }, [100, 2]],
    [PAID, { status: 'paid', paymentState: 'paid', paidAmount: 3090 }, [100, 2]],
    [SHIPPED, { status: 'shipped', fulfilmentState: 'fulfilled' }, [98, 0]],
    [DELIVERED, { status: 'delivered' }, [98, 0]],
    [COMPLETED, { status: 'completed' }, [98, 0]],
    [{ cancelledAt: '1998-05-02T00:00:00Z' }, { status: 'cancelled', paymentState: 'unpaid' }, [100, 0]],
    [{ ...PAID, cancelledAt: '1998-05-02T00:00:00Z' }, { status: 'cancelled', paidAmount: 0 }, [100, 0]],
    [
      { terms: 'cash_on_delivery', shippedAt: SHIPPED.shippedAt },
      { status: 'shipped', paymentState: 'unpaid', dueAmount: 3090 },
      [98, 0],
    ],
    [
      { terms: 'on_account', ...DELIVERED, paidAt: '1998-05-20T00:00:00.000Z' },
      { status: 'delivered', paymentState: 'paid' },
      [98, 0],
    ],
    [{ terms: 'on_account' }, { status: 'pending', reservedUntil: null }, [100, 2]],
  ];
  for (const [dates, expected, [onHandQuantity, reservedQuantity]] of cases) {
    const product = await makeProduct(app);
    const { status, body } = await send(oldOrder(product.id, dates));
    t.equal(status, 201, JSON.stringify(body));
    t.match(body, expected, JSON.stringify(dates));
    t.match(await readStock(app, product.id), { onHandQuantity, reservedQuantity }, JSON.stringify(dates));
  }
});

t.test('dates that contradict each other are refused at their field', async (t) => {
  const product = await makeProduct(app);
  const at = (day: string) => `1998-05-${day}T00:00:00Z`;
  const cases: [field: string, dates: object][] = [
    ['placedAt', { placedAt: '2999-01-01T00:00:00Z' }],
    ['paidAt', { paidAt: '2999-01-01T00:00:00Z' }],
    ['paidAt', { paidAt: '1998-04-30T00:00:00Z' }],
    ['shippedAt', { shippedAt: at('03') }],
    ['shippedAt', { paidAt: at('04'), shippedAt: at('03') }],
    ['deliveredAt', { paidAt: at('02'), deliveredAt: at('03') }],
    ['deliveredAt', { paidAt: at('02'), shippedAt: at('04'), deliveredAt: at('03') }],
    ['completedAt', { paidAt: at('02'), shippedAt: at('03'), completedAt: at('04') }],
    ['completedAt', { ...DELIVERED, completedAt: at('07') }],
    ['completedAt', { ...DELIVERED, paidAt: null, terms: 'on_account', completedAt: at('09') }],
    ['completedAt', { ...DELIVERED, terms: 'on_account', paidAt: at('10'), completedAt: at('09') }],
    ['cancelledAt', { ...SHIPPED, cancelledAt: at('04') }],
    ['cancelledAt', { paidAt: at('04'), cancelledAt: at('03') }],
    ['cancelledAt', { cancelledAt: '1998-04-30T00:00:00Z' }],
  ];
  for (const [field, dates] of cases) {
    const { status, body } = await send(oldOrder(product.id, dates));
    const found = [status, body.code, body.errors?.[0]?.pointer];
    t.same(found, [422, 'import_inconsistent', `/${field}`], JSON.stringify(dates));
  }
  t.match(await readStock(app, product.id), { onHandQuantity: 100, reservedQuantity: 0 });
});

t.test('what names nothing, or too much, is refused', async (t) => {
  const product = await makeProduct(app, { onHandQuantity: 1, externalId: 'tea-1' });
  const line = { quantity: 1, unitAmount: 100 };
  const refusal = async (fields: object) => {
    const { status, body } = await send(oldOrder(product.id, fields));
    return [status, body.code, body.errors?.map(({ pointer }: any) => pointer).join()];
  };
  const over = (amount: number) => ({
    ...line,
    productId: product.id,
    adjustments: [{ reason: 'x', amount }],
  });
  t.same(await refusal({ lines: [over(100), over(101), over(900)] }), [
    422,
    'import_inconsistent',
    '/lines/1/adjustments,/lines/2/adjustments',
  ]);
  const unknown = [{ ...line, productId: newId() }, line, { ...line, productExternalId: 'tea-2' }];
  t.same(await refusal({ lines: unknown }), [422, 'product_not_available', '/lines/0,/lines/1,/lines/2']);
  t.same(await refusal({}), [409, 'out_of_stock', '/lines/0/quantity']);
  t.same(await refusal(SHIPPED), [409, 'out_of_stock', '/lines/0/quantity']);
  const nobody = await refusal({ customerExternalId: 'nobody' });
  t.same(nobody, [422, 'customer_not_found', '/customerExternalId']);
  t.match(await refusal({ customerId: newId() }), [422, 'customer_not_found']);
  const dear = { ...line, productId: product.id, unitAmount: 999_999_999_999_999, quantity: 2 };
  t.match(await refusal({ lines: [dear] }), [422, 'amount_too_large']);
  const named = await send(oldOrder('', { lines: [{ ...line, productExternalId: 'tea-1' }] }));
  t.match([named.status, named.body.lines[0].productId], [201, product.id]);
  const free = await send(oldOrder('', { lines: [], freightAmount: 0 }));
  t.equal(free.status, 400);
});

t.test('the same import again changes nothing, another one is refused', async (t) => {
  const product = await makeProduct(app);
  const body = oldOrder(product.id, PAID);
  const first = await send(body);
  const again = await send({ ...body, paidAt: PAID.paidAt });
  t.match([first.status, again.status], [201, 200]);
  t.same(again.body, first.body);
  t.equal((await readStock(app, product.id)).reservedQuantity, 2);
  for (const change of [{ freightAmount: 501 }, { paidAt: null }, { channel: 'web' }]) {
    const { status, body: problem } = await send({ ...body, ...change });
    t.match([status, problem.code, problem.errors[0].pointer], [409, 'import_conflict', '/externalId']);
  }
  const number = await send(oldOrder(product.id, { number: body.number }));
  t.match([number.status, number.body.code], [409, 'number_taken']);
  const own = await ok(
    app.call('POST /v1/orders', {
      body: { lines: [{ productId: product.id, quantity: 1 }], externalId: 'mine' },
    }),
  );
  t.equal(own.origin, 'placed');
  t.equal((await send(oldOrder(product.id, { externalId: 'mine' }))).body.code, 'import_conflict');
});

t.test('the same import many times at once is one order', async (t) => {
  const product = await makeProduct(app);
  // Several rounds: in the first, the pool still opens its connections one by one.
  for (const round of times(4)) {
    const body = oldOrder(product.id, SHIPPED);
    const answers = await Promise.all(times(12).map(() => send(body)));
    t.same(tally(answers), { 200: 11, 201: 1 });
    t.equal(new Set(answers.map((answer) => answer.body.id)).size, 1);
    t.match(await readStock(app, product.id), { onHandQuantity: 98 - 2 * round, reservedQuantity: 0 });
  }
  const others = await Promise.all(
    times(6).map((i) => send(oldOrder(product.id, { number: 'one-number', freightAmount: i }))),
  );
  t.same(tally(others), { 201: 1, 409: 5 });
});

t.test('from then on it is like any other', async (t) => {
  const shop = await app.createShop({
    clockOffsetMs: BigInt(Date.parse('1998-05-09T00:00:00Z') - Date.now()),
  });
  const product = await makeProduct(shop);
  const [open, paid, shipped, delivered] = await Promise.all(
    [{}, PAID, SHIPPED, DELIVERED].map((dates) => ok(send(oldOrder(product.id, dates), shop))),
  );
  const cancelled = await ok(shop.call(`POST /v1/orders/${paid.id}/cancel`, { body: {} }));
  t.match(cancelled, { status: 'cancelled', paymentState: 'refunded' });
  t.match(await refundsOf(shop, paid.id), [{ amount: 3090, reason: 'cancellation' }]);
  const parcel = `/v1/orders/${shipped.id}/shipments/${shipped.shipments[0].id}`;
  t.equal((await ok(shop.call(`POST ${parcel}/deliver`))).status, 'delivered');
  await advance(shop, 47 * HOUR);
  t.equal((await ok(shop.call(`GET /v1/orders/${open.id}`))).status, 'pending');
  await advance(shop, 2 * HOUR);
  t.match(await ok(shop.call(`GET /v1/orders/${open.id}`)), { status: 'cancelled', cancelReason: 'lapsed' });
  await advance(shop, 12 * DAY);
  const done = await ok(shop.call(`GET /v1/orders/${delivered.id}`));
  t.match(done, { status: 'completed', completedAt: /^1998-05-22T10:00/ });
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));
