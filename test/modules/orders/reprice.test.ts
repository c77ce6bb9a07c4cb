import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeFreightTemplate, makeProduct, pay } from '../../support/world.ts';
import { addCustomer, checkInvariants, ok, readOrder, refundsOf, runJobs, timelineOf } from './support.ts';

const app = await startApp(t);

const lower = (orderId: string, reductionAmount: number, shop: TestShop = app) =>
  shop.call(`POST /v1/orders/${orderId}/lower-price`, { body: { reductionAmount, reason: 'A scratch' } });

async function placeOf(products: object[], fields: object = {}, shop: TestShop = app) {
  const made = await Promise.all(products.map((product) => makeProduct(shop, product)));
  const lines = made.map(({ id }) => ({ productId: id, quantity: 2 }));
  return ok(shop.call('POST /v1/orders', { body: { lines, ...fields } }));
}

t.test('a reduction is spread over what the lines can give, and logged', async (t) => {
  const order = await placeOf([
    { priceAmount: 1000, taxRateBps: 1900, minimumPriceAmount: 700 },
    { priceAmount: 500, taxRateBps: 700, minimumPriceAmount: 500 },
    { priceAmount: 800, taxRateBps: 1900, minimumPriceAmount: 500 },
  ]);
  // Each of the two can give 600, the one between them nothing.
  const lowered = await ok(lower(order.id, 301));
  t.same(
    lowered.lines.map((line: any) => [line.listUnitAmount, line.discountAmount, line.netAmount]),
    [
      [1000, 151, 1849],
      [500, 0, 1000],
      [800, 150, 1450],
    ],
  );
  t.match(lowered, {
    linesAmount: 4600,
    discountAmount: 301,
    totalAmount: 4299,
    dueAmount: 4299,
    version: 2,
    status: 'pending',
  });
  // 19 % of 3,299 is 526.73, 7 % of 1,000 is 65.42.
  t.equal(lowered.taxAmount, 527 + 65);
  t.equal(lowered.lines[0].taxAmount + lowered.lines[2].taxAmount, 527);
  t.match(lowered.lines[0].adjustments, [{ kind: 'staff', reason: 'A scratch', amount: 151 }]);
  t.same(lowered.lines[1].adjustments, []);
  const again = await ok(lower(order.id, 99));
  t.match(again.lines[0].adjustments, [{ amount: 151 }, { amount: 49 }], 'every change is kept');
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/timeline`));
  t.match(data.at(-2), {
    kind: 'price_lowered',
    actorKind: 'api_key',
    isPublic: true,
    details: { reason: 'A scratch', previousTotalAmount: 4600, totalAmount: 4299 },
  });
  await app.settle();
  const changes = await ok(app.call('GET /v1/changes?types=order.price_lowered'));
  t.match(changes.data[0], {
    subjectId: order.id,
    data: { previousTotalAmount: 4600, totalAmount: 4299, reason: 'A scratch' },
  });
});

t.test('never below the floor: minimum price, cost and margin', async (t) => {
  const shop = await app.createShop();
  const floors = async (product: object) => {
    const order = await placeOf([{ priceAmount: 1000, ...product }], {}, shop);
    const refused = await lower(order.id, 2001, shop);
    t.match([refused.status, refused.body.code], [422, 'below_floor']);
    t.match(refused.body.errors, [{ pointer: '/reductionAmount' }]);
    const most = refused.body.largestReductionAmount;
    t.equal((await lower(order.id, most + 1, shop)).status, 422, 'not one cent more');
    if (most > 0) t.equal((await ok(lower(order.id, most, shop))).totalAmount, 2000 - most);
    return most;
  };
  t.equal(await floors({ minimumPriceAmount: 900 }), 200);
  t.equal(await floors({ costAmount: 600 }), 800, 'not below what it cost');
  t.equal(await floors({ costAmount: 600, minimumPriceAmount: 900 }), 200, 'the higher of the two');
  t.equal(await floors({}), 2000, 'nothing is known: down to nothing');
  await ok(shop.call('PATCH /v1/shop', { body: { settings: { catalogue: { minimumMarginBps: 2000 } } } }));
  t.equal(await floors({ costAmount: 600 }), 560, 'cost and the margin of 20 %');
});

t.test('freight stays what it was, though the goods fall under the free amount', async (t) => {
  const shop = await app.createShop();
  await makeFreightTemplate(shop, { firstAmount: 500, freeFromAmount: 2000 });
  const order = await placeOf([{ priceAmount: 1000 }], {}, shop);
  t.equal(order.freightAmount, 0);
  t.match(await ok(lower(order.id, 100, shop)), { freightAmount: 0, totalAmount: 1900 });
});

t.test('what was paid in part becomes the whole price, and what is over goes back', async (t) => {
  const order = await placeOf([{ priceAmount: 1000 }]);
  await pay(app, order.id, { provider: 'manual', amount: 1500 });
  const still = await ok(lower(order.id, 400));
  t.match(still, { status: 'pending', paymentState: 'partial', dueAmount: 100 });
  const paid = await ok(lower(order.id, 250));
  t.match(paid, {
    status: 'paid',
    paymentState: 'paid',
    totalAmount: 1350,
    paidAmount: 1500,
    refundedAmount: 150,
    dueAmount: 0,
    reservedUntil: null,
  });
  t.match(await refundsOf(app, order.id), [{ amount: 150, reason: 'surplus' }]);
  t.same((await timelineOf(app, order.id)).slice(-4), ['price_lowered', 'price_lowered', 'paid', 'refunded']);
  t.match((await lower(order.id, 1)).body, { code: 'order_not_repricable', status: 409 });
  await app.settle();
  const { data } = await ok(app.call('GET /v1/changes?types=order.paid&limit=1000'));
  t.equal(data.filter((change: any) => change.subjectId === order.id).length, 1);
});

t.test('down to nothing: the order is paid, ships and completes', async (t) => {
  const order = await placeOf([{ priceAmount: 1000 }]);
  await pay(app, order.id, { provider: 'manual', amount: 500 });
  t.match(await ok(lower(order.id, 2000)), {
    status: 'paid',
    paymentState: 'paid',
    totalAmount: 0,
    paidAmount: 500,
    refundedAmount: 500,
  });
  const shipped = await ok(app.call(`POST /v1/orders/${order.id}/ship`, { body: {} }));
  await ok(app.call(`POST /v1/orders/${order.id}/shipments/${shipped.shipments[0].id}/deliver`));
  t.equal((await ok(app.call(`POST /v1/orders/${order.id}/complete`))).status, 'completed');
});

t.test('an attempt that was opened for the old price gives its surplus back', async (t) => {
  const order = await placeOf([{ priceAmount: 1000 }]);
  await pay(app, order.id, { provider: 'simulator' });
  await ok(lower(order.id, 300));
  await runJobs(app);
  t.match(await readOrder(app, order.id), {
    status: 'paid',
    totalAmount: 1700,
    paidAmount: 2000,
    refundedAmount: 300,
  });
  t.match(await refundsOf(app, order.id), [{ amount: 300, reason: 'surplus', state: 'succeeded' }]);
});

t.test('only the shop lowers a price, of an order that is not paid', async (t) => {
  const customer = await addCustomer(app);
  const order = await placeOf([{ priceAmount: 1000 }], { customerId: customer.id });
  const body = { reductionAmount: 1, reason: 'Please' };
  const url = `POST /v1/orders/${order.id}/lower-price`;
  t.equal((await app.call(url, { body, as: customer.token })).status, 403);
  t.equal((await app.call(url, { body: { reductionAmount: 1 } })).status, 400, 'a reason is needed');
  t.equal((await app.call(url, { body: { ...body, reductionAmount: -1 } })).status, 400);
  await pay(app, order.id);
  t.match((await lower(order.id, 1)).body, { code: 'order_not_repricable', status: 409 });
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));
