import t from 'tap';
import { buildApp } from '../../../src/app.ts';
import { openDatabase } from '../../../src/platform/db/client.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { runCampaign } from '../../support/campaign-rows.ts';
import { makeCustomer, makeFreightTemplate, makeProduct } from '../../support/world.ts';
import { makeCarrier, makeMethod, makePriceList } from '../../support/world-shipping.ts';
import { addCustomer, times } from './support.ts';
import { makeLogoRequest } from '../../support/logo-world.ts';
import { countTraffic } from '../../support/traffic.ts';

const app = await startApp(t);
const products = await Promise.all(times(3).map(() => makeProduct(app, { onHandQuantity: 10_000 })));
const lines = products.map(({ id }) => ({ productId: id, quantity: 1 }));
const traffic = await countTraffic(app.url);
t.teardown(() => traffic.close());
// One connection: what it has prepared once, it has prepared.
const db = openDatabase(traffic.url, { poolSize: 1, preparedStatements: true }, app.deps.log);
const watched = await buildApp({ ...app.deps, db });
t.teardown(async () => {
  await watched.close();
  await db.$client.end();
});

async function send(url: string, payload: object, as = app.secretKey, key = newId()) {
  const headers = { authorization: `Bearer ${as}`, 'idempotency-key': key };
  return watched.inject({ method: 'POST', url, headers, payload });
}

async function measure(url: string, payload: object, as?: string) {
  // The first requests open the connections, prepare the statements and make the credential known.
  for (let i = 0; i < 3; i += 1) await send(url, payload, as);
  traffic.take();
  const answer = await send(url, payload, as);
  return { status: answer.statusCode, ...traffic.take() };
}

// make sure of the products, reserve, write the order, keep the answer
const PLACED = { status: 201, roundTrips: 1, parsed: 0, executed: 1, plain: 0 };

t.test('placing an order takes one statement and one round trip, and parses nothing', async (t) => {
  t.same(await measure('/v1/orders', { lines }), PLACED);
  t.same(await measure('/v1/orders', { lines: lines.slice(0, 1), channel: 'douyin' }), PLACED);
});

t.test('products that changed take two more: one that fails, one that reads them', async (t) => {
  const rename = async () => {
    const body = { name: newId() };
    await app.call(`PATCH /v1/products/${products[0]?.id}`, { body });
  };
  await rename();
  await send('/v1/orders', { lines });
  await rename();
  t.same(await measure('/v1/orders', { lines }), PLACED, 'the requests before have read them');
  await rename();
  traffic.take();
  t.equal((await send('/v1/orders', { lines })).statusCode, 201);
  t.same(traffic.take(), { roundTrips: 3, parsed: 0, executed: 3, plain: 0 });
});

t.test('freight by region and credit take no more', async (t) => {
  const template = await makeFreightTemplate(
    app,
    { regions: ['CN-GD'], firstAmount: 500 },
    { isDefault: false },
  );
  const { id } = await makeProduct(app, { onHandQuantity: 1_000, freightTemplateId: template.id });
  const place = {
    name: 'Li Wei',
    line1: '1 Nanhai Avenue',
    city: 'Shenzhen',
    country: 'CN',
    regionCode: '440305',
  };
  const sent = { lines: [{ productId: id, quantity: 2 }], shippingAddress: place };
  t.same(await measure('/v1/orders', sent), PLACED);
  const customer = await addCustomer(app);
  t.same(await measure('/v1/orders', { ...sent, terms: 'on_account', customerId: customer.id }), PLACED);
});

t.test('goods with a logo that was agreed on take no more', async (t) => {
  const made = await makeLogoRequest(app, 'quote', 'accept');
  const { id: logoRequestId, customerId } = made;
  await app.call(`PUT /v1/products/${made.items[0].productId}/stock`, { body: { onHandQuantity: 1_000 } });
  const withLogo = {
    customerId,
    lines: [{ productId: made.items[0].productId, quantity: 2, logoRequestId }],
  };
  t.same(await measure('/v1/orders', withLogo), PLACED);
});

t.test('a chosen way to send it takes no more', async (t) => {
  const { id: carrierId } = await makeCarrier(app);
  const method = await makeMethod(app, carrierId);
  await makePriceList(app, method);
  const { id } = await makeProduct(app, { onHandQuantity: 1_000, weightGrams: 400 });
  const place = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };
  const sent = { lines: [{ productId: id, quantity: 2 }], shippingAddress: place };
  t.same(await measure('/v1/orders', { ...sent, deliveryMethodId: method.id }), PLACED);
});

t.test(
  'twenty campaigns, with limits and a gift, take no more; a limit of each customer is read once',
  async (t) => {
    const shop = await app.createShop();
    const [hat, pin] = [
      await makeProduct(shop, { onHandQuantity: 1_000 }),
      await makeProduct(shop, { onHandQuantity: 1_000 }),
    ];
    const run = (mechanic: Parameters<typeof runCampaign>[2], rule?: Parameters<typeof runCampaign>[3]) =>
      runCampaign(app, shop, mechanic, rule);
    for (const priority of times(17))
      await run({ type: 'percent_off', rateBps: 100 + priority }, { priority });
    await run(
      { type: 'amount_off', amount: 10, per: 'basket' },
      { stackingClass: 'order', usesLimit: 1_000, budgetAmount: 100_000 },
    );
    await run({ type: 'gift', steps: [{ fromAmount: 0, gifts: [{ productId: pin.id, quantity: 1 }] }] });
    await run({ type: 'flash_sale', items: [{ productId: hat.id, unitAmount: 1, stockQuantity: 500 }] });
    const wish = { lines: [{ productId: hat.id, quantity: 1 }] };
    t.same(await measure('/v1/orders', wish, shop.secretKey), PLACED);
    const { id: customerId } = await makeCustomer(shop);
    await run({ type: 'free_freight', rateBps: 10_000 }, { usesPerCustomerLimit: 100 });
    // What is left for this customer is asked before.
    t.same(await measure('/v1/orders', { ...wish, customerId }, shop.secretKey), {
      ...PLACED,
      roundTrips: 2,
      executed: 2,
    });
  },
);

t.test('many lines, a customer and a held quote take no more', async (t) => {
  const many = { lines: times(60).map((i) => ({ productId: products[i % 3]?.id, quantity: 1 })) };
  t.same(await measure('/v1/orders', many), PLACED);
  const quote = JSON.parse((await send('/v1/quotes', { lines })).body) as { quoteToken: string };
  t.same(await measure('/v1/orders', { lines, quoteToken: quote.quoteToken }), PLACED);
  const customer = await addCustomer(app);
  t.same(await measure('/v1/orders', { lines }, customer.token), PLACED);
});

t.test('reading an order takes one round trip', async (t) => {
  const { id } = JSON.parse((await send('/v1/orders', { lines })).body) as { id: string };
  const read = () =>
    watched.inject({ url: `/v1/orders/${id}`, headers: { authorization: `Bearer ${app.secretKey}` } });
  await read();
  traffic.take();
  t.equal((await read()).statusCode, 200);
  t.same(traffic.take(), { roundTrips: 1, parsed: 0, executed: 2, plain: 0 });
});

t.test('a credential that is not known yet takes one more', async (t) => {
  for (const what of ['prepares', 'measured']) {
    app.deps.known?.forget(app.shopId);
    traffic.take();
    t.equal((await send('/v1/orders', { lines })).statusCode, 201, what);
  }
  t.same(traffic.take(), { roundTrips: 2, parsed: 0, executed: 2, plain: 0 });
});

t.test(
  'a repeated request is answered in two round trips: it meets the earlier answer, and reads it',
  async (t) => {
    await send('/v1/orders', { lines }, app.secretKey, 'again');
    traffic.take();
    const answer = await send('/v1/orders', { lines }, app.secretKey, 'again');
    t.equal(answer.headers['idempotency-replayed'], 'true');
    t.same(traffic.take(), { roundTrips: 2, parsed: 0, executed: 2, plain: 0 });
  },
);

t.test('a refusal costs no connection', async (t) => {
  const refused = await send('/v1/orders', { lines: lines.map((line) => ({ ...line, quantity: 20_000 })) });
  t.match([refused.statusCode, refused.body], [409, /out_of_stock/]);
  t.same(await measure('/v1/orders', { lines }), PLACED, 'what was prepared is there');
});

t.test('the counter counts', async (t) => {
  await db.$client.query('select 1');
  await db.$client.query('select $1::int', [1]);
  t.same(traffic.take(), { roundTrips: 2, parsed: 1, executed: 1, plain: 1 });
});

t.test('opening a payment asks no more than it did', async (t) => {
  const place = async () => JSON.parse((await send('/v1/orders', { lines })).body).id as string;
  const taken = {
    // The other attempts are cancelled in the round trip that reads the lines.
    manual: { roundTrips: 12, parsed: 0, executed: 21, plain: 2 },
    simulator: { roundTrips: 5, parsed: 0, executed: 7, plain: 2 },
  };
  for (const [provider, expected] of Object.entries(taken)) {
    const orderId = await place();
    for (let i = 0; i < 2; i += 1) await send(`/v1/orders/${await place()}/payments`, { provider });
    traffic.take();
    await send(`/v1/orders/${orderId}/payments`, { provider });
    t.same(traffic.take(), expected, provider);
  }
});
