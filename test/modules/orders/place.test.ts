import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeOrder, makeProduct } from '../../support/world.ts';
import { addCustomer, checkInvariants, ok, readOrder, readStock, timelineOf, times } from './support.ts';

const app = await startApp(t);
const place = (body: object, as?: string, shop: TestShop = app) =>
  shop.call('POST /v1/orders', { body, ...(as === undefined ? {} : { as }) });

t.test('an order keeps what it was placed with', async (t) => {
  const product = await makeProduct(app, { taxRateBps: 700, costAmount: 900, category: 'Tea' });
  const shippingAddress = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };
  const lines = [
    { productId: product.id, quantity: 2 },
    { productId: product.id, quantity: 1 },
  ];
  const fields = { channel: 'douyin', externalId: 'erp-1', shippingAddress, metadata: { basket: '7' } };
  const placed = await place({ lines, staffNote: 'Call first', ...fields });
  t.equal(placed.status, 201);
  t.equal(placed.headers['etag'], '"1"');
  const order = await readOrder(app, placed.body.id);
  t.same(order, placed.body, 'what is read is what was answered');
  t.match(order, {
    ...fields,
    staffNote: 'Call first',
    origin: 'placed',
    terms: 'prepaid',
    status: 'pending',
    paymentState: 'unpaid',
    fulfilmentState: 'unfulfilled',
    linesAmount: 5400,
    totalAmount: 5400,
    taxAmount: 353,
    dueAmount: 5400,
    version: 1,
    shipments: [],
  });
  t.match(order.number, /^\d{6}-[0-9A-HJKMNP-TV-Z]{6}$/);
  // 353.27 in all: 235.51 and 117.76; the larger remainder takes the odd cent.
  t.same(
    order.lines.map((line: any) => [line.quantity, line.netAmount, line.taxAmount]),
    [
      [2, 3600, 235],
      [1, 1800, 118],
    ],
  );
  t.notMatch(JSON.stringify(order), /cost|:900\b/i, 'what the shop paid is not shown');
  await ok(app.call(`PATCH /v1/products/${product.id}`, { body: { priceAmount: 1, name: 'Other' } }));
  t.match((await readOrder(app, order.id)).lines[0], { productName: 'Chai', listUnitAmount: 1800 });
  const twin = await place({ lines, externalId: 'erp-1' });
  t.match(
    [twin.status, twin.body.code, twin.body.errors[0].pointer],
    [409, 'external_id_taken', '/externalId'],
  );
  t.equal((await readStock(app, product.id)).reservedQuantity, 3, 'the refused order reserved nothing');
});

t.test('the number begins with the day of the shop', async (t) => {
  const shop = await app.createShop({
    timezone: 'Asia/Shanghai',
    // 20:00 in London is the next day in Shanghai.
    clockOffsetMs: BigInt(Date.parse('2031-12-31T20:00:00Z') - Date.now()),
  });
  t.match((await makeOrder(shop)).number, /^320101-/);
});

t.test('every product that is not for sale is named', async (t) => {
  const sold = await makeProduct(app);
  const ended = await makeProduct(app, { status: 'discontinued' });
  const foreign = await makeProduct(await app.createShop());
  const ids = [sold.id, ended.id, newId(), sold.id, foreign.id];
  const body = { lines: ids.map((productId) => ({ productId, quantity: 1 })) };
  for (const target of ['POST /v1/orders', 'POST /v1/quotes']) {
    const { status, body: problem } = await app.call(target, { body });
    t.match([status, problem.code], [422, 'product_not_available']);
    t.same(
      problem.errors.map(({ pointer }: any) => pointer),
      ['/lines/1/productId', '/lines/2/productId', '/lines/4/productId'],
      target,
    );
  }
  t.equal((await readStock(app, sold.id)).reservedQuantity, 0);
});

t.test('a customer orders for themselves', async (t) => {
  const [maria, ana] = [await addCustomer(app), await addCustomer(app)];
  const product = await makeProduct(app);
  const lines = [{ productId: product.id, quantity: 1 }];
  const placed = await place({ lines }, maria.token);
  t.match([placed.status, placed.body.customerId], [201, maria.id]);
  t.equal((await place({ lines, customerId: maria.id }, maria.token)).status, 201);
  for (const [field, value] of Object.entries({
    terms: 'cash_on_delivery',
    staffNote: 'Half price!',
    customerId: ana.id,
    externalId: 'erp-77',
  })) {
    const { status, body } = await place({ lines, [field]: value }, maria.token);
    t.match([status, body.code, body.errors?.[0].pointer], [422, 'not_for_customers', `/${field}`]);
  }
  const url = `/v1/orders/${placed.body.id}`;
  t.equal((await app.call(`GET ${url}`, { as: maria.token })).status, 200);
  for (const target of [`GET ${url}`, `GET ${url}/timeline`, `GET ${url}/payments`])
    t.equal((await app.call(target, { as: ana.token })).status, 404, target);
  for (const verb of ['cancel', 'complete', 'payments']) {
    const body = verb === 'complete' ? {} : { body: verb === 'cancel' ? {} : { provider: 'simulator' } };
    t.equal((await app.call(`POST ${url}/${verb}`, { as: ana.token, ...body })).status, 404, verb);
  }
  t.equal((await place({ lines }, app.publishableKey)).status, 403);
  const forNobody = await place({ lines, customerId: newId() });
  t.match([forNobody.status, forNobody.body.code], [422, 'customer_not_found']);
});

t.test('an expected total protects from a surprise', async (t) => {
  const product = await makeProduct(app);
  const body = { lines: [{ productId: product.id, quantity: 1 }] };
  const refused = await place({ ...body, expectedTotalAmount: 1799 });
  t.match([refused.status, refused.body.code, refused.body.totalAmount], [409, 'total_changed', 1800]);
  t.match(refused.body.errors, [{ pointer: '/expectedTotalAmount' }]);
  t.equal((await readStock(app, product.id)).reservedQuantity, 0);
  t.equal((await place({ ...body, expectedTotalAmount: 1800 })).status, 201);
});

t.test('what costs nothing is paid at once', async (t) => {
  const shop = await app.createShop();
  const sample = await makeProduct(shop, { priceAmount: 0 });
  const lines = [{ productId: sample.id, quantity: 1 }];
  const placed = await place({ lines, expectedTotalAmount: 0 }, undefined, shop);
  t.match(placed.body, { status: 'paid', paymentState: 'paid', totalAmount: 0, reservedUntil: null });
  t.ok(placed.body.paidAt);
  t.same(await timelineOf(shop, placed.body.id), ['placed', 'paid']);
  await app.settle();
  const { data } = await ok(shop.call('GET /v1/changes'));
  t.same(
    data.map((change: any) => change.type).filter((type: string) => type.startsWith('order.')),
    ['order.placed', 'order.paid'],
  );
  const more = await shop.call(`POST /v1/orders/${placed.body.id}/payments`, {
    body: { provider: 'manual' },
  });
  t.match([more.status, more.body.code], [409, 'order_not_payable']);
  const shipped = await ok(shop.call(`POST /v1/orders/${placed.body.id}/ship`, { body: {} }));
  const parcel = `/v1/orders/${placed.body.id}/shipments/${shipped.shipments[0].id}`;
  await ok(shop.call(`POST ${parcel}/deliver`));
  const done = await ok(shop.call(`POST /v1/orders/${placed.body.id}/complete`));
  t.equal(done.status, 'completed');
});

t.test('amounts beyond what the API carries are refused, up to it they are exact', async (t) => {
  const dear = await makeProduct(app, { priceAmount: 999_999_999_999_999, onHandQuantity: 10 });
  const of = (quantity: number) => ({ lines: [{ productId: dear.id, quantity }] });
  const placed = await place(of(1));
  t.match([placed.status, placed.body.totalAmount], [201, 999_999_999_999_999]);
  const refused = await place(of(2));
  t.match([refused.status, refused.body.code], [422, 'amount_too_large']);
  t.equal((await app.call('POST /v1/quotes', { body: of(1_000_000) })).body.code, 'amount_too_large');
});

t.test('500 lines are placed, 501 are not', async (t) => {
  const product = await makeProduct(app, { onHandQuantity: 1000 });
  const lines = times(501).map(() => ({ productId: product.id, quantity: 1 }));
  t.equal((await place({ lines })).status, 400);
  const placed = await place({ lines: lines.slice(1) });
  t.match([placed.status, placed.body.lines.length, placed.body.totalAmount], [201, 500, 900_000]);
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));
