import t from 'tap';
import { startApp, type TestShop } from '../../../support/app.ts';
import { makeRunning, takeStep } from '../../../support/campaigns-world.ts';
import { makeSegment } from '../../../support/segments-world.ts';
import { makeProduct } from '../../../support/world.ts';
import { advance, DAY, ok } from '../../orders/support.ts';

// EU: the lowest price of 30 days is also one that a promotion made, when it was offered to everybody.

const app = await startApp(t);

/** A shop with a product that has cost 10.00 for longer than any window. */
async function open(priceAmount = 1_000) {
  const shop = await app.createShop({ countryProfile: 'EU' });
  const product = await makeProduct(shop, { priceAmount, category: 'Hats' });
  await advance(shop, 60 * DAY);
  return { shop, product };
}
const best = async (shop: TestShop, { id }: { id: string }, query = '') =>
  (await ok(shop.call(`GET /v1/products/${id}/best-prior-price?market=EU${query}`))).amount;
const tenth = { type: 'percent_off', rateBps: 1_000 };
async function forDays(shop: TestShop, days: number, fields: object) {
  const { id } = await makeRunning(shop, { ...fields });
  await advance(shop, days * DAY);
  await takeStep(shop, id, 'end', { reason: 'It was long enough.' });
  return id;
}

t.test('a promotion for everybody is a prior price for 30 days after its end', async (t) => {
  const { shop, product } = await open();
  const { now: before } = await shop.ctx();
  await advance(shop, 1);
  await forDays(shop, 3, { mechanic: tenth });
  await advance(shop, 1);
  t.equal(await best(shop, product), 900);
  t.equal(await best(shop, product, `&at=${before.toISOString()}`), 1_000, 'before it there was none');
  await advance(shop, 29 * DAY);
  t.equal(await best(shop, product), 900);
  await advance(shop, DAY);
  t.equal(await best(shop, product), 1_000, 'the window moves on');
});

t.test('nothing is crossed out above it', async (t) => {
  const { shop, product } = await open();
  await forDays(shop, 1, { mechanic: tenth, productIds: [product.id] });
  await advance(shop, 1);
  const patch = (body: object) => shop.call(`PATCH /v1/products/${product.id}`, { body });
  t.match(await patch({ priceAmount: 800, referenceAmount: 1_000 }), {
    status: 422,
    body: { code: 'reference_price_not_true', bestPriorAmount: 900 },
  });
  t.match(await patch({ priceAmount: 800, referenceAmount: 900 }), { status: 200 });
  const other = await makeProduct(shop, { priceAmount: 500 });
  t.equal(await best(shop, other), 500, 'what it was not about it did not change');
});

t.test('what not everybody was offered is no prior price', async (t) => {
  const { shop, product } = await open();
  const { id: segmentId } = await makeSegment(shop);
  for (const fields of [
    { isCouponRequired: true },
    { isFirstOrderOnly: true },
    { segmentIds: [segmentId] },
    { excludedSegmentIds: [segmentId] },
    { excludedProductIds: [product.id] },
    { categories: ['Shoes'] },
    { minimumQuantity: 2 },
  ])
    await forDays(shop, 1, { mechanic: tenth, ...fields });
  await advance(shop, 1);
  t.equal(await best(shop, product), 1_000);
});

t.test('flash sales, limits for each, channels and countries are, as far as the floor', async (t) => {
  const sale = (id: string) => ({
    type: 'flash_sale',
    items: [{ productId: id, unitAmount: 700, stockQuantity: 1, perCustomerLimit: 1 }],
  });
  const cases: [amount: number, fields: (id: string) => object][] = [
    [700, (id) => ({ mechanic: sale(id) })],
    [900, () => ({ mechanic: tenth, usesPerCustomerLimit: 1 })],
    [900, () => ({ mechanic: tenth, channels: ['app', 'fair'] })],
    [900, () => ({ mechanic: tenth, countries: ['DE', 'FR'], categories: ['Hats'] })],
    [600, () => ({ mechanic: { type: 'percent_off', rateBps: 9_000 } })],
  ];
  for (const [amount, fieldsOf] of cases) {
    const { shop, product } = await open();
    await ok(shop.call(`PATCH /v1/products/${product.id}`, { body: { minimumPriceAmount: 600 } }));
    await forDays(shop, 1, fieldsOf(product.id));
    await advance(shop, 1);
    t.equal(await best(shop, product), amount);
  }
});

t.test('it goes by what was said and what the price was at each moment', async (t) => {
  const { shop, product } = await open();
  const { id } = await makeRunning(shop, { mechanic: tenth });
  const change = (target: string, body: object) => ok(shop.call(`PATCH /v1/${target}`, { body }));
  await advance(shop, DAY);
  await change(`products/${product.id}`, { priceAmount: 1_200 });
  await advance(shop, DAY);
  t.equal(await best(shop, product), 900);
  await change(`campaigns/${id}`, { excludedProductIds: [product.id] });
  await change(`products/${product.id}`, { priceAmount: 950 });
  await advance(shop, 31 * DAY);
  t.equal(await best(shop, product), 950, 'not a tenth off what it cost once it was left out');
});

t.test('days on which it recurs count, and no others', async (t) => {
  const { shop, product } = await open();
  const { now } = await shop.ctx();
  const tomorrow = new Date(now.getTime() + 86_400_000);
  const isoDay = (date: Date) => date.getUTCDay() || 7;
  const on = (date: Date) => ({ recurrence: { kind: 'weekly', weekdays: [isoDay(date)] } });
  const { timezone } = await ok(shop.call('GET /v1/shop'));
  t.equal(timezone, 'UTC');
  await makeRunning(shop, { mechanic: tenth, ...on(tomorrow) });
  await advance(shop, 60);
  const isStill = isoDay((await shop.ctx()).now) === isoDay(now);
  t.equal(await best(shop, product), isStill ? 1_000 : 900);
  await advance(shop, 2 * DAY);
  t.equal(await best(shop, product), 900);
});
