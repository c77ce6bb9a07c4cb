import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { makeOrder, makePaidOrder, makeProduct, makeShippedOrder, pay } from '../../support/world.ts';
import { addCustomer, checkInvariants, ok, readOrder, readStock, timelineOf } from './support.ts';

const app = await startApp(t);
const post = (orderId: string, verb: string, body?: object) =>
  app.call(`POST /v1/orders/${orderId}/${verb}`, body === undefined ? {} : { body });
const deliver = (orderId: string, shipmentId: string) => post(orderId, `shipments/${shipmentId}/deliver`);

async function placeTwoLines(fields: object = {}) {
  const [one, two] = [await makeProduct(app), await makeProduct(app)];
  const lines = [
    { productId: one.id, quantity: 3 },
    { productId: two.id, quantity: 2 },
  ];
  return ok(app.call('POST /v1/orders', { body: { lines, ...fields } }));
}

t.test('an order ships in parts and arrives in parts', async (t) => {
  const order = await placeTwoLines();
  await pay(app, order.id);
  const [a, b] = order.lines;
  const first = await ok(
    post(order.id, 'ship', { lines: [{ lineId: a.id, quantity: 2 }], carrier: 'SF', trackingNumber: 'SF1' }),
  );
  t.match(first, { status: 'paid', fulfilmentState: 'partial', shippedAt: null });
  t.match(first.shipments, [
    { carrier: 'SF', trackingNumber: 'SF1', lines: [{ lineId: a.id, quantity: 2 }] },
  ]);
  t.match(await readStock(app, a.productId), { onHandQuantity: 98, reservedQuantity: 1 });
  const early = await ok(deliver(order.id, first.shipments[0].id));
  t.match(early, { status: 'paid', fulfilmentState: 'partial', deliveredAt: null });
  t.match(early.lines, [{ shippedQuantity: 2, deliveredQuantity: 2 }, { shippedQuantity: 0 }]);
  const cancelled = await post(order.id, 'cancel', {});
  t.match([cancelled.status, cancelled.body.code], [409, 'order_not_cancellable']);

  const twice = [
    { lineId: b.id, quantity: 1 },
    { lineId: b.id, quantity: 1 },
  ];
  const second = await ok(post(order.id, 'ship', { lines: twice }));
  t.match(second.shipments[1].lines, [{ lineId: b.id, quantity: 2 }], 'a line named twice is one line');
  const last = await ok(post(order.id, 'ship', {}));
  t.match(last, { status: 'shipped', fulfilmentState: 'fulfilled' });
  t.match(last.shipments[2].lines, [{ lineId: a.id, quantity: 1 }]);
  t.ok(last.shippedAt);
  const more = await post(order.id, 'ship', {});
  t.match([more.status, more.body.code], [409, 'order_not_shippable']);

  t.equal((await ok(deliver(order.id, last.shipments[1].id))).status, 'shipped');
  const delivered = await ok(deliver(order.id, last.shipments[2].id));
  t.match(delivered, { status: 'delivered' });
  const again = await ok(deliver(order.id, last.shipments[2].id));
  t.equal(again.version, delivered.version, 'saying it again changes nothing');
  t.equal((await deliver(order.id, newId())).status, 404);
  t.equal((await ok(post(order.id, 'complete'))).status, 'completed');
  t.match(await readStock(app, a.productId), { onHandQuantity: 97, reservedQuantity: 0 });
});

t.test('a parcel holds no more than is left, and says which line is wrong', async (t) => {
  const order = await placeTwoLines();
  await pay(app, order.id);
  const [a, b] = order.lines;
  const foreign = await makeOrder(app);
  const refused = await post(order.id, 'ship', {
    lines: [
      { lineId: a.id, quantity: 2 },
      { lineId: b.id, quantity: 3 },
      { lineId: a.id, quantity: 2 },
      { lineId: foreign.lines[0].id, quantity: 1 },
    ],
  });
  t.match([refused.status, refused.body.code], [422, 'shipment_too_large']);
  t.same(
    refused.body.errors.map(({ pointer }: any) => pointer),
    ['/lines/1', '/lines/2', '/lines/3'],
  );
  t.match(await readOrder(app, order.id), { fulfilmentState: 'unfulfilled', shipments: [] });
  t.match(await readStock(app, a.productId), { onHandQuantity: 100, reservedQuantity: 3 });
});

t.test('prepaid orders ship when they are paid in full', async (t) => {
  const order = await makeOrder(app);
  t.match((await post(order.id, 'ship', {})).body.code, 'order_not_shippable');
  await pay(app, order.id, { provider: 'manual', amount: 3599 });
  t.match((await post(order.id, 'ship', {})).body.code, 'order_not_shippable');
  await pay(app, order.id);
  t.equal((await post(order.id, 'ship', {})).status, 200);
});

for (const terms of ['cash_on_delivery', 'on_account']) {
  t.test(`${terms}: ships from pending and is paid later`, async (t) => {
    const order = await placeTwoLines({ terms });
    t.match(order, { status: 'pending', reservedUntil: null }, 'it neither lapses nor is reminded');
    const [a] = order.lines;
    const partly = await ok(post(order.id, 'ship', { lines: [{ lineId: a.id, quantity: 1 }] }));
    t.match(partly, { status: 'pending', fulfilmentState: 'partial', paymentState: 'unpaid' });
    t.match((await post(order.id, 'lower-price', { reductionAmount: 1, reason: 'x' })).body, {
      code: 'order_not_repricable',
    });
    t.equal((await post(order.id, 'cancel', {})).status, 409);
    const shipped = await ok(post(order.id, 'ship', {}));
    t.match(shipped, { status: 'shipped', paymentState: 'unpaid', dueAmount: 9000 });
    for (const { id } of shipped.shipments) await ok(deliver(order.id, id));
    const early = await post(order.id, 'complete');
    t.match([early.status, early.body.code], [409, 'order_not_completable'], 'delivered but not paid');
    await pay(app, order.id, { provider: 'manual', amount: 4000, reference: 'Courier' });
    t.match(await readOrder(app, order.id), { status: 'delivered', paymentState: 'partial' });
    await pay(app, order.id);
    t.match(await readOrder(app, order.id), { status: 'delivered', paymentState: 'paid', dueAmount: 0 });
    t.equal((await ok(post(order.id, 'complete'))).status, 'completed');
  });
}

t.test('on account, partly shipped and then paid', async (t) => {
  const order = await placeTwoLines({ terms: 'on_account' });
  await ok(post(order.id, 'ship', { lines: [{ lineId: order.lines[0].id, quantity: 3 }] }));
  await pay(app, order.id);
  t.match(await readOrder(app, order.id), { status: 'paid', fulfilmentState: 'partial' });
  t.match(await ok(post(order.id, 'ship', {})), { status: 'shipped', paymentState: 'paid' });
});

t.test('complete needs delivered and paid, and happens once', async (t) => {
  const { order } = await makePaidOrder(app);
  t.match((await post(order.id, 'complete')).body, { code: 'order_not_completable', status: 409 });
  const shipped = await makeShippedOrder(app);
  t.match((await post(shipped.id, 'complete')).body, { code: 'order_not_completable' });
  await ok(deliver(shipped.id, shipped.shipments[0].id));
  const done = await ok(post(shipped.id, 'complete'));
  const again = await ok(post(shipped.id, 'complete'));
  t.equal(again.version, done.version);
  t.equal((await timelineOf(app, shipped.id)).filter((kind) => kind === 'completed').length, 1);
  t.equal((await post(shipped.id, 'cancel', {})).status, 409);
  t.equal((await post(shipped.id, 'ship', {})).status, 409);
});

t.test('a customer says that the parcel arrived and that all is well', async (t) => {
  const customer = await addCustomer(app);
  const order = await makeOrder(app, { customerId: customer.id });
  await pay(app, order.id);
  const shipped = await ok(post(order.id, 'ship', {}));
  const as = customer.token;
  const url = `/v1/orders/${order.id}`;
  t.equal((await app.call(`POST ${url}/ship`, { body: {}, as })).status, 403);
  const arrived = await app.call(`POST ${url}/shipments/${shipped.shipments[0].id}/deliver`, { as });
  t.match([arrived.status, arrived.body.status], [200, 'delivered']);
  t.match((await app.call(`POST ${url}/complete`, { as })).body, { status: 'completed' });
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));
