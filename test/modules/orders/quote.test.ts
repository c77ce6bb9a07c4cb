import { createHmac } from 'node:crypto';
import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeFreightTemplate, makeProduct } from '../../support/world.ts';
import { addCustomer, checkInvariants, ok } from './support.ts';

const clock = { ahead: 0, now: () => new Date(Date.now() + clock.ahead) };
const app = await startApp(t, { clock });

const basket = (productId: string, quantity = 2) => ({ lines: [{ productId, quantity }] });
const quote = (shop: TestShop, body: object, as?: string) =>
  ok(shop.call('POST /v1/quotes', { body, key: null, ...(as === undefined ? {} : { as }) }));
const place = (shop: TestShop, body: object, as?: string) =>
  shop.call('POST /v1/orders', { body, ...(as === undefined ? {} : { as }) });
const taxFreight = (shop: TestShop, freightTaxRateBps: number) =>
  ok(shop.call('PATCH /v1/shop', { body: { settings: { shipping: { freightTaxRateBps } } } }));

async function countRows(): Promise<Record<string, number>> {
  const { $client } = app.deps.db;
  const { rows: tables } = await $client.query<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema in ('public', 'graphile_worker') order by 1`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await $client.query<{ count: bigint }>(`select count(*) from ${name}`);
    counts[name] = Number(rows[0]?.count);
  }
  return counts;
}

t.test('a quote prices a basket and writes nothing', async (t) => {
  const shop = await app.createShop();
  await taxFreight(shop, 1900);
  await makeFreightTemplate(shop, { firstAmount: 500, freeFromAmount: 5000 });
  const product = await makeProduct(shop, { priceAmount: 1190, taxRateBps: 1900, onHandQuantity: 3 });
  const before = await countRows();
  t.ok(before['public.orders'] !== undefined && before['public.products'] !== 0);
  const priced = await quote(shop, basket(product.id));
  t.match(priced, {
    currency: 'USD',
    lines: [
      {
        productId: product.id,
        quantity: 2,
        listUnitAmount: 1190,
        discountAmount: 0,
        netAmount: 2380,
        taxRateBps: 1900,
        taxAmount: 380,
        isAvailable: true,
      },
    ],
    linesAmount: 2380,
    discountAmount: 0,
    freightAmount: 500,
    isFreightKnown: true,
    freightParts: [
      { zoneName: 'Everywhere', linePositions: [1], tariffAmount: 500, amount: 500, freeBy: null },
    ],
    // 380 in the goods and 80 (79.83) in the freight.
    taxAmount: 460,
    totalAmount: 2880,
  });
  const big = await quote(shop, basket(product.id, 5), shop.publishableKey);
  t.match(big, { freightAmount: 0, freightParts: [{ freeBy: 'amount' }], lines: [{ isAvailable: false }] });
  await shop.call('POST /v1/quotes', { body: basket(newId()), key: null });
  t.same(await countRows(), before);
});

t.test('the order costs what the quote said, though prices and freight rise meanwhile', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeFreightTemplate(shop, { firstAmount: 500 });
  const product = await makeProduct(shop);
  const held = await quote(shop, basket(product.id));
  await ok(shop.call(`PATCH /v1/products/${product.id}`, { body: { priceAmount: 9999 } }));
  const zones = [{ name: 'Everywhere', firstAmount: 900 }];
  await ok(shop.call(`PATCH /v1/freight-templates/${id}`, { body: { zones } }));
  const placed = await place(shop, { ...basket(product.id), quoteToken: held.quoteToken });
  t.match([placed.status, placed.body.totalAmount, placed.body.freightAmount], [201, 4100, 500]);
  t.equal(placed.body.lines[0].listUnitAmount, 1800);
  const now = await place(shop, basket(product.id));
  t.match([now.status, now.body.totalAmount], [201, 2 * 9999 + 900]);
  await ok(shop.call(`PATCH /v1/products/${product.id}`, { body: { status: 'discontinued' } }));
  const gone = await place(shop, { ...basket(product.id), quoteToken: held.quoteToken });
  t.match([gone.status, gone.body.code], [422, 'product_not_available'], 'a quote holds prices, not goods');
});

t.test('a token holds for some real minutes, whatever the test clock says', async (t) => {
  t.teardown(() => (clock.ahead = 0));
  const shop = await app.createShop();
  const product = await makeProduct(shop);
  const held = await quote(shop, basket(product.id));
  const minutes = (Date.parse(held.expiresAt) - clock.now().getTime()) / 60_000;
  t.ok(minutes > 14.9 && minutes <= 15, `${minutes} minutes`);
  await ok(shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 600 } }));
  const body = { ...basket(product.id), quoteToken: held.quoteToken };
  t.equal((await place(shop, body)).status, 201);
  clock.ahead = 14.5 * 60_000;
  t.equal((await place(shop, body)).status, 201);
  clock.ahead = 15.1 * 60_000;
  const late = await place(shop, body);
  t.match([late.status, late.body.code, late.body.errors[0].pointer], [422, 'quote_expired', '/quoteToken']);
  await ok(shop.call('PATCH /v1/shop', { body: { settings: { orders: { quoteHoldMinutes: 60 } } } }));
  const longer = await quote(shop, basket(product.id));
  clock.ahead += 59 * 60_000;
  t.equal((await place(shop, { ...basket(product.id), quoteToken: longer.quoteToken })).status, 201);
});

t.test('a token is for its basket, its customer and its shop', async (t) => {
  const [maria, ana] = [await addCustomer(app), await addCustomer(app)];
  const [one, two] = [await makeProduct(app), await makeProduct(app)];
  const lines = [...basket(one.id).lines, ...basket(two.id).lines];
  const { quoteToken } = await quote(app, { lines, customerId: maria.id });
  const refusal = async (body: object, as?: string, shop: TestShop = app) => {
    const { status, body: problem } = await place(shop, { quoteToken, ...body }, as);
    return status === 201 ? 'placed' : problem.code;
  };
  const forMaria = { customerId: maria.id };
  t.equal(await refusal({ ...forMaria, ...basket(one.id) }), 'quote_mismatch');
  t.equal(await refusal({ ...forMaria, lines: lines.toReversed() }), 'quote_mismatch');
  const more = lines.map((line) => ({ ...line, quantity: 3 }));
  t.equal(await refusal({ ...forMaria, lines: more }), 'quote_mismatch');
  t.equal(await refusal({ lines }), 'quote_not_valid', 'nobody in particular is not Maria');
  t.equal(await refusal({ lines, customerId: ana.id }), 'quote_not_valid');
  t.equal(await refusal({ lines }, ana.token), 'quote_not_valid');
  t.equal(await refusal({ lines }, maria.token), 'placed');
  t.equal(await refusal({ ...forMaria, lines }), 'placed');
  const other = await app.createShop();
  t.equal(await refusal({ lines }, undefined, other), 'quote_not_valid');

  const own = await quote(app, { lines }, maria.token);
  t.equal(await refusal({ lines, quoteToken: own.quoteToken }, ana.token), 'quote_not_valid');
  const anybodys = await quote(app, { lines }, app.publishableKey);
  t.equal(await refusal({ lines, quoteToken: anybodys.quoteToken }, ana.token), 'placed');
  t.equal(await refusal({ lines, quoteToken: anybodys.quoteToken }, undefined, other), 'quote_not_valid');
});

t.test('a forged token is refused', async (t) => {
  const product = await makeProduct(app);
  const customer = await addCustomer(app);
  const { quoteToken } = await quote(app, basket(product.id));
  const [head, payload, signature] = String(quoteToken).split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const cheap = encode({ ...claims, units: ['1'] });
  const signed = (key: string) => {
    const mac = createHmac('sha256', key).update(`${head}.${cheap}`).digest('base64url');
    return `${head}.${cheap}.${mac}`;
  };
  const forgeries = [
    `${head}.${cheap}.${signature}`,
    `${encode({ alg: 'none', typ: 'JWT' })}.${cheap}.`,
    signed('another secret of at least 32 characters'),
    customer.token,
    'garbage',
    ` ${quoteToken}`,
  ];
  for (const forged of forgeries) {
    const { status, body } = await place(app, { ...basket(product.id), quoteToken: forged });
    t.match([status, body.code], [422, 'quote_not_valid'], forged.slice(0, 20));
  }
  const login = await app.call('GET /v1/orders', { as: quoteToken });
  t.equal(login.status, 401, 'a quote does not log in');
  t.equal(
    (await place(app, { ...basket(product.id), quoteToken: signed(app.deps.config.tokenSecret) })).status,
    201,
    'the forger has everything but the secret',
  );
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));
