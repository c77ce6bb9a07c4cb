import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeFreightTemplate, makeProduct } from '../../support/world.ts';
import { ok } from '../orders/support.ts';

const app = await startApp(t);
const make = (shop: TestShop, body: object) =>
  shop.call('POST /v1/freight-templates', { body: { name: 'Parcels', chargedBy: 'piece', ...body } });
const change = (shop: TestShop, id: string, body: object) =>
  shop.call(`PATCH /v1/freight-templates/${id}`, { body });
const archive = (shop: TestShop, id: string) => shop.call(`POST /v1/freight-templates/${id}/archive`);
const elsewhere = { name: 'Elsewhere' };

t.test('a template is made, read, changed and archived, and a region has one code', async (t) => {
  const shop = await app.createShop();
  const zones = [{ name: 'South', regions: ['440000', 'CN-HI', '450100'], firstAmount: 600 }, elsewhere];
  const made = await ok(make(shop, { zones, origin: { country: 'CN', regionCode: '440305' } }));
  t.match(made, {
    payer: 'buyer',
    isDefault: false,
    fallbackId: null,
    zones: [
      { regions: ['CN-GD', 'CN-HI', '450100'], isServed: true, firstUnits: 1, freeFromAmount: null },
      { regions: [], firstAmount: 0 },
    ],
    version: 1,
  });
  t.same(await ok(shop.call(`GET /v1/freight-templates/${made.id}`)), made);
  const changed = await ok(change(shop, made.id, { payer: 'seller', isDefault: true }));
  t.match(changed, { payer: 'seller', isDefault: true, zones: made.zones, version: 2 });
  t.match(await archive(shop, made.id), {
    status: 409,
    body: { code: 'freight_template_in_use', usedBy: 'shop' },
  });
  const other = await makeFreightTemplate(shop);
  t.match(await ok(shop.call(`GET /v1/freight-templates/${made.id}`)), { isDefault: false, version: 3 });
  t.match(await ok(archive(shop, made.id)), { version: 4 });
  t.match(await change(shop, made.id, { payer: 'buyer' }), { body: { code: 'freight_template_archived' } });
  const { data } = await ok(shop.call('GET /v1/freight-templates'));
  t.same(
    data.map(({ id }: { id: string }) => id),
    [other.id, made.id],
  );
  t.match(await make(shop, { name: other.name, zones }), { body: { code: 'freight_template_name_taken' } });
  await ok(make(shop, { name: made.name, zones }));
});

t.test('what contradicts itself is refused where it does', async (t) => {
  const shop = await app.createShop();
  const pointersOf = async (body: object) => {
    const answer = await make(shop, body);
    t.match(answer, { status: 422, body: { code: 'freight_template_inconsistent' } });
    return answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
  };
  const gd = { name: 'Guangdong', regions: ['CN-GD'] };
  t.same(await pointersOf({ zones: [gd, { name: 'Again', regions: ['CN-BJ', '440000'] }] }), [
    '/zones/1/regions/1',
  ]);
  t.same(await pointersOf({ zones: [gd, { ...gd, regions: ['XX', 'US-ZZ', '999999'] }] }), [
    '/zones/1/name',
    '/zones/1/regions/0',
    '/zones/1/regions/1',
    '/zones/1/regions/2',
  ]);
  t.same(await pointersOf({ zones: [elsewhere, { name: 'Else' }] }), ['/zones/1/regions']);
  t.same(await pointersOf({ zones: [{ ...gd, isServed: false, firstAmount: 5 }] }), ['/zones/0/isServed']);
  t.same(await pointersOf({ zones: [{ ...gd, notServedReason: 'Far' }] }), ['/zones/0/notServedReason']);
  const none = { longestSideMm: null, weightGrams: null, volumeCubicCm: null, surchargeAmount: 5 };
  t.same(await pointersOf({ zones: [gd], oversize: none }), ['/oversize']);
  const origin = { country: 'DE', regionCode: 'US-CA' };
  t.same(await pointersOf({ zones: [gd], origin }), ['/origin/regionCode']);
  t.same((await ok(shop.call('GET /v1/freight-templates'))).data, [], 'nothing was written');
});

t.test('templates fall back on each other, and never in a circle', async (t) => {
  const shop = await app.createShop();
  const zones = [elsewhere];
  const made: { id: string }[] = [];
  for (const n of [0, 1, 2])
    made.push(await ok(make(shop, { name: `${n}`, zones, fallbackId: made[n - 1]?.id ?? null })));
  const [first, second, third] = made.map(({ id }) => id) as [string, string, string];
  const circular = {
    status: 422,
    body: { code: 'freight_template_circular', errors: [{ pointer: '/fallbackId' }] },
  };
  t.match(await change(shop, first, { fallbackId: third }), circular);
  t.match(await change(shop, first, { fallbackId: first }), circular);
  const inUse = { status: 409, body: { code: 'freight_template_in_use', usedBy: 'templates' } };
  t.match(await archive(shop, second), inUse);
  await ok(archive(shop, third));
  const gone = { status: 422, body: { code: 'freight_template_not_found' } };
  t.match(await change(shop, first, { fallbackId: third }), gone, 'archived');
  const foreign = await makeFreightTemplate(await app.createShop());
  t.match(await change(shop, first, { fallbackId: foreign.id }), gone);
  // Two changes that make a circle only together.
  await ok(change(shop, second, { fallbackId: null }));
  const both = [change(shop, first, { fallbackId: second }), change(shop, second, { fallbackId: first })];
  t.same(
    (await Promise.all(both)).map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 422],
  );
});

t.test('products name a template that there is, and keep it from being archived', async (t) => {
  const shop = await app.createShop();
  const template = await makeFreightTemplate(shop, {}, { isDefault: false });
  const product = await makeProduct(shop, { freightTemplateId: template.id });
  t.match(await archive(shop, template.id), { body: { usedBy: 'products' } });
  await ok(shop.call(`PATCH /v1/products/${product.id}`, { body: { freightTemplateId: null } }));
  await ok(archive(shop, template.id));
  const foreign = await makeFreightTemplate(await app.createShop());
  for (const freightTemplateId of [template.id, foreign.id])
    t.match(await shop.call(`PATCH /v1/products/${product.id}`, { body: { freightTemplateId } }), {
      status: 422,
      body: { code: 'freight_template_not_found', errors: [{ pointer: '/freightTemplateId' }] },
    });
  const items = [{ externalId: 'a', name: 'A', priceAmount: 1, freightTemplateId: template.id }];
  t.match(await shop.call('POST /v1/products/bulk', { body: { items, mode: 'perItem' } }), {
    status: 207,
    body: { results: [{ error: { code: 'freight_template_not_found' } }] },
  });
});

t.test('a product that begins to name a template meets its archiving: one of them wins', async (t) => {
  const shop = await app.createShop();
  for (let round = 0; round < 10; round += 1) {
    const template = await makeFreightTemplate(shop, {}, { isDefault: false });
    const product = await makeProduct(shop);
    const [named, archived] = await Promise.all([
      shop.call(`PATCH /v1/products/${product.id}`, { body: { freightTemplateId: template.id } }),
      archive(shop, template.id),
    ]);
    t.not(named.status === 200, archived.status === 200, `${named.status} and ${archived.status}`);
  }
});

t.test('there is one default, whoever makes another', async (t) => {
  const shop = await app.createShop();
  await Promise.all(Array.from({ length: 8 }, () => makeFreightTemplate(shop)));
  const { data } = await ok(shop.call('GET /v1/freight-templates'));
  t.equal(data.filter(({ isDefault }: { isDefault: boolean }) => isDefault).length, 1);
});

t.test('regions are listed from countries down to districts', async (t) => {
  const within = async (code?: string) =>
    (await ok(app.call(`GET /v1/regions${code ? `?within=${code}` : ''}`, { as: app.publishableKey }))).data;
  t.equal((await within()).length, 250, 'with Kosovo');
  t.match(
    (await within('CN')).find(({ code }: { code: string }) => code === 'CN-GD'),
    { parentCode: 'CN', localName: '广东省', divisionCode: '440000' },
  );
  t.match(
    (await within('440000')).find(({ code }: { code: string }) => code === '440300'),
    { parentCode: 'CN-GD' },
  );
  t.match(await within('440300'), [{ code: '440303' }]);
  t.same(await within('US-CA'), []);
  const parts = (await within('CN')).map(({ code }: { code: string }) => code);
  t.equal(parts.length, 31, 'what is a country of its own is no province');
  t.notOk(parts.includes('CN-HK'));
});

t.test('a place has one code, so that nobody can choose the cheaper of two', async (t) => {
  const shop = await app.createShop();
  const make = (...zones: string[][]) =>
    shop.call('POST /v1/freight-templates', {
      body: {
        name: zones.flat().join(' '),
        chargedBy: 'piece',
        zones: zones.map((regions, i) => ({ name: `Zone ${i}`, regions, firstAmount: 800 + i * 9100 })),
      },
    });
  for (const [one, other] of [
    ['HK', 'CN-HK'],
    ['HK', '810000'],
    ['TW', '710000'],
    ['PR', 'US-PR'],
    ['RE', 'FR-974'],
  ] as const) {
    const { status, body } = await make([one], [other]);
    t.match([status, body.errors?.[0]?.pointer], [422, '/zones/1/regions/0'], `${one} and ${other}`);
  }
  const { body: template } = await make(['CN'], ['810000']);
  t.match(template.zones, [{ regions: ['CN'] }, { regions: ['HK'] }]);
  const product = await makeProduct(shop, { freightTemplateId: template.id });
  const quote = (country: string, regionCode?: string) =>
    shop.call('POST /v1/quotes', {
      body: {
        lines: [{ productId: product.id, quantity: 1 }],
        destination: { country, ...(regionCode === undefined ? {} : { regionCode }) },
      },
    });
  t.equal((await quote('HK')).body.freightAmount, 9900);
  t.equal((await quote('HK', '810000')).body.freightAmount, 9900);
  for (const code of ['CN-HK', '810000'])
    t.match((await quote('CN', code)).body, {
      code: 'region_unknown',
      detail: `${code} is in the country HK.`,
    });
  t.match((await quote('XX')).body, {
    code: 'validation_failed',
    errors: [{ pointer: '/destination/country' }],
  });
});

t.test('another basis needs other zones', async (t) => {
  const shop = await app.createShop();
  const template = await makeFreightTemplate(shop);
  const { chargedBy, zones } = template;
  const other = chargedBy === 'weight' ? 'piece' : 'weight';
  t.match(await change(shop, template.id, { chargedBy: other }), {
    status: 422,
    body: { code: 'freight_template_inconsistent', errors: [{ pointer: '/chargedBy' }] },
  });
  t.match(await ok(change(shop, template.id, { chargedBy: other, zones })), { chargedBy: other });
  t.match(await ok(change(shop, template.id, { chargedBy: other, name: 'Same' })), { name: 'Same' });
});
