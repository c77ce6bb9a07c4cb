import t from 'tap';
import { orderInvariants } from '../../../src/modules/orders/invariants.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeFreightTemplate, makeProduct } from '../../support/world.ts';
import { checkInvariants, ok } from './support.ts';

const app = await startApp(t);
const quote = (shop: TestShop, body: object) => shop.call('POST /v1/quotes', { body, key: null });
const place = (shop: TestShop, body: object) => shop.call('POST /v1/orders', { body });
const address = (country: string, regionCode?: string) => ({
  name: 'Li Wei',
  line1: '1 Nanhai Avenue',
  city: 'Shenzhen',
  country,
  ...(regionCode === undefined ? {} : { regionCode }),
});
const lines = (...products: { id: string }[]) => products.map(({ id }) => ({ productId: id, quantity: 2 }));

/** Tea goes by weight, and not to Tibet; vases by piece, and the seller pays. */
async function makeWorld() {
  const shop = await app.createShop();
  const weight = { firstUnits: 1000, additionalUnits: 500 };
  const tea = await makeFreightTemplate(
    shop,
    {},
    {
      name: 'Tea',
      chargedBy: 'weight',
      zones: [
        { name: 'South', regions: ['440000', 'CN-HI'], ...weight, firstAmount: 600, additionalAmount: 100 },
        { name: 'Tibet', regions: ['CN-XZ'], isServed: false, notServedReason: 'No carrier takes it.' },
        { name: 'China', regions: ['CN'], ...weight, firstAmount: 900, additionalAmount: 300 },
      ],
    },
  );
  const vases = await makeFreightTemplate(
    shop,
    { firstAmount: 2500, additionalAmount: 500 },
    {
      name: 'Vases',
      isDefault: false,
      payer: 'seller',
    },
  );
  const chai = await makeProduct(shop, { weightGrams: 700 });
  const vase = await makeProduct(shop, { freightTemplateId: vases.id });
  return { shop, tea, vases, chai, vase };
}

t.test('quote and order charge the same, and say how it came about', async (t) => {
  const { shop, tea, vases, chai, vase } = await makeWorld();
  const basket = { lines: lines(chai, vase) };
  // 1,400 g: 6.00 for the first 1,000 and 1.00 for 500 more. The seller pays 30.00 for two vases.
  const parts = [
    {
      templateId: tea.id,
      zoneName: 'South',
      linePositions: [1],
      unitCount: 1400,
      additionalSteps: 1,
      amount: 700,
    },
    { templateId: vases.id, linePositions: [2], payer: 'seller', tariffAmount: 3000, amount: 0 },
  ];
  const priced = await ok(quote(shop, { ...basket, destination: { country: 'CN', regionCode: '440305' } }));
  t.match(priced, { freightAmount: 700, isFreightKnown: true, freightParts: parts, totalAmount: 7900 });
  const placed = await ok(place(shop, { ...basket, shippingAddress: address('CN', '440305') }));
  t.match(placed, { freightAmount: 700, freightParts: parts, totalAmount: 7900 });
  t.same((await ok(shop.call(`GET /v1/orders/${placed.id}`))).freightParts, placed.freightParts);
  const north = await ok(place(shop, { ...basket, shippingAddress: address('CN', 'CN-BJ') }));
  t.match(north, { freightAmount: 1200, freightParts: [{ zoneName: 'China' }, {}] });
});

t.test('a place that is not served, not known, or not told is refused with its line', async (t) => {
  const { shop, chai, vase } = await makeWorld();
  const basket = { lines: lines(vase, chai) };
  const refused = (code: string, pointer: string, detail?: string) => ({
    status: 422,
    body: { code, errors: [{ in: 'body', pointer, ...(detail ? { detail } : {}) }] },
  });
  const cases = [
    [
      { country: 'CN', regionCode: '540100' },
      refused('region_not_served', '/lines/1', 'No carrier takes it.'),
    ],
    [{ country: 'DE' }, refused('region_not_served', '/lines/1')],
    [{ country: 'CN' }, 'region_required'],
    [{ country: 'CN', regionCode: '999999' }, 'region_unknown'],
    [{ country: 'DE', regionCode: 'CN-GD' }, 'region_unknown'],
  ] as const;
  for (const [to, expected] of cases) {
    const at = (root: string) =>
      typeof expected === 'string' ? refused(expected, `${root}/regionCode`) : expected;
    t.match(await quote(shop, { ...basket, destination: to }), at('/destination'));
    const shippingAddress = address(to.country, 'regionCode' in to ? to.regionCode : undefined);
    t.match(await place(shop, { ...basket, shippingAddress }), at('/shippingAddress'));
  }
  t.match(await place(shop, basket), refused('region_required', '/shippingAddress'));
  t.same((await ok(shop.call('GET /v1/orders'))).data, []);
  const open = await ok(quote(shop, basket));
  t.match(open, { isFreightKnown: false, freightAmount: 0, freightParts: [], totalAmount: 7200 });
  const heavy = await makeProduct(shop);
  t.match(
    await quote(shop, { lines: lines(heavy, chai), destination: { country: 'CN', regionCode: 'CN-GD' } }),
    refused('freight_facts_missing', '/lines/0'),
  );
});

t.test('a held quote keeps its freight, for the place that it was for', async (t) => {
  const { shop, tea, chai } = await makeWorld();
  const basket = { lines: lines(chai) };
  const to = { country: 'CN', regionCode: 'CN-GD' };
  const held = await ok(quote(shop, { ...basket, destination: to }));
  const open = await ok(quote(shop, basket));
  const zones = [{ name: 'Everywhere', firstUnits: 1000, firstAmount: 5000 }];
  await ok(shop.call(`PATCH /v1/freight-templates/${tea.id}`, { body: { zones } }));
  const withToken = (quoteToken: string, shippingAddress: object) =>
    place(shop, { ...basket, quoteToken, shippingAddress });
  t.match(await ok(withToken(held.quoteToken, address('CN', 'CN-GD'))), { freightAmount: 700 });
  t.match(await withToken(held.quoteToken, address('CN', 'CN-BJ')), {
    status: 422,
    body: { code: 'quote_mismatch', errors: [{ pointer: '/shippingAddress' }] },
  });
  t.match(await ok(withToken(open.quoteToken, address('CN', 'CN-GD'))), { freightAmount: 5000 });
  const everywhere = await ok(quote(shop, basket));
  t.match(everywhere, { isFreightKnown: true, freightAmount: 5000 });
  t.match(await ok(withToken(everywhere.quoteToken, address('CN', 'CN-BJ'))), { freightAmount: 5000 });
});

t.test('a template that changes while orders are placed is charged as before or as after', async (t) => {
  const shop = await app.createShop();
  const template = await makeFreightTemplate(shop, { firstAmount: 100 });
  const product = await makeProduct(shop);
  const body = { lines: lines(product) };
  await ok(place(shop, body));
  const zones = [{ name: 'Everywhere', firstAmount: 900 }];
  const orders = await Promise.all([
    ...Array.from({ length: 12 }, () => place(shop, body)),
    shop.call(`PATCH /v1/freight-templates/${template.id}`, { body: { zones } }),
    ...Array.from({ length: 12 }, () => place(shop, body)),
  ]);
  for (const { status, body: order } of orders.filter(({ body: one }) => 'freightAmount' in one))
    t.match([status, [100, 900].includes(order.freightAmount)], [201, true]);
  t.match(
    await ok(place(shop, body)),
    { freightAmount: 900 },
    'what a process remembers does not outlive the change',
  );
  await makeFreightTemplate(shop, { firstAmount: 300 });
  t.match(await ok(place(shop, body)), { freightAmount: 300 }, 'and neither does the default');
});

t.test('freight beyond what an amount can be is refused', async (t) => {
  const shop = await app.createShop();
  const most = { firstAmount: 999_999_999, additionalAmount: 999_999_999 };
  await makeFreightTemplate(shop, most);
  const product = await makeProduct(shop, { priceAmount: 1 });
  const basket = { lines: [{ productId: product.id, quantity: 1_000_000 }] };
  t.match(await quote(shop, { lines: [...basket.lines, ...basket.lines] }), {
    status: 422,
    body: { code: 'amount_too_large', errors: [{ pointer: '/lines/0/quantity' }] },
  });
});

t.test('the books are right, and say so when freight is not', async (t) => {
  await checkInvariants(t, app);
  const check = orderInvariants.find(({ name }) => name === "an order's freight is that of its parts");
  const { $client } = app.deps.db;
  await $client.query(
    `update orders set version = version + 1, freight_parts = jsonb_set(freight_parts, '{0,amount}', '1')
     where id = (select id from orders where freight_parts <> '[]' limit 1)`,
  );
  t.match(await check?.check(app.deps.db), { broken: 1n });
});
