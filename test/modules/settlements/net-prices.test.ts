import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeRunning, takeStep } from '../../support/campaigns-world.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { claim, makePolicy, makeProduct, pay } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';
import { price, readSweep, runSweeps, settlementsOf, sweepsOf } from './protection-support.ts';

const app = await startApp(t);
const NET = { compareWith: 'net_price', automaticAmount: 100_000 };
const tenth = { type: 'percent_off', rateBps: 1_000 };

const preview = (shop: TestShop, orderId: string, reason = 'price_drop') =>
  ok(shop.call(`POST /v1/orders/${orderId}/price-differences/preview`, { body: { reason } }));
async function order(shop: TestShop, productId: string, quantity = 1, fields: object = {}) {
  const body = { lines: [{ productId, quantity }], ...fields };
  const placed = await ok(shop.call('POST /v1/orders', { body }));
  await pay(shop, placed.id);
  return placed;
}

t.test('a net price is what everybody pays under the campaigns of today', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, NET);
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const { id } = await order(shop, hat.id, 2);
  const compared = async () => (await preview(shop, id)).lines[0];
  t.match(await compared(), { comparedUnitAmount: 1_000, refusal: 'no_difference' });
  const segment = await makeSegment(shop);
  for (const fields of [
    { isCouponRequired: true },
    { segmentIds: [segment.id] },
    { excludedSegmentIds: [segment.id] },
    { isFirstOrderOnly: true },
    { usesPerCustomerLimit: 1 },
    { periodLimit: { uses: 1, per: 'month' } },
    { channels: ['app'] },
    { minimumQuantity: 2 },
    { minimumAmount: 1_001 },
  ])
    await makeRunning(shop, { mechanic: tenth, ...fields });
  t.match(await compared(), { comparedUnitAmount: 1_000 }, 'what is for some is not for everybody');
  const { id: open } = await makeRunning(shop, { mechanic: tenth });
  t.match(await compared(), { comparedUnitAmount: 900, amount: 200 });
  await takeStep(shop, open, 'pause');
  t.match(await compared(), { comparedUnitAmount: 1_000 });
  await takeStep(shop, open, 'resume');
  t.match(await claim(shop, id), { amount: 200, lines: [{ comparedUnitAmount: 900 }] });
});

t.test('it goes by the list where the promise does, and below a floor nothing is sold', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, { ...NET, compareWith: 'list_price' });
  const hat = await makeProduct(shop, { priceAmount: 1_000, costAmount: 950 });
  const { id } = await order(shop, hat.id);
  await makeRunning(shop, { mechanic: tenth });
  t.match(await preview(shop, id), { lines: [{ comparedUnitAmount: 1_000 }] });
  const net = await makePolicy(shop, { ...NET, inForceFrom: '2020-01-01T00:00:00Z' });
  t.match(net.words, { en: /the price after the discounts that everyone gets/ });
  t.match(await preview(shop, id), { lines: [{ comparedUnitAmount: 950, amount: 50 }] });
});

t.test('pieces that the customer still has count for ladders, gifts do not', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, NET);
  const priceBreaks = [{ minimumQuantity: 3, unitAmount: 900 }];
  const hat = await makeProduct(shop, { priceAmount: 1_000, priceBreaks });
  const steps = [{ fromAmount: 1, gifts: [{ productId: hat.id, quantity: 1 }] }];
  const gift = await makeRunning(shop, { mechanic: { type: 'gift', steps } });
  const { id } = await order(shop, hat.id, 2);
  await takeStep(shop, gift.id, 'end', { reason: 'Enough.' });
  t.match((await preview(shop, id)).lines, [
    { comparedUnitAmount: 1_000, refusal: 'no_difference' },
    { quantity: 1, refusal: 'gift' },
  ]);
  const { id: three } = await order(shop, hat.id, 3);
  const rungs = [{ minimumQuantity: 3, rateBps: 5_000 }];
  await makeRunning(shop, {
    mechanic: { type: 'quantity_breaks', steps: rungs, across: 'product', basis: 'list' },
  });
  t.match(await preview(shop, three), { lines: [{ comparedUnitAmount: 500, amount: 1_200 }] });
  t.match((await preview(shop, id)).lines, [{ comparedUnitAmount: 1_000 }, { amount: 0 }]);
});

t.test('a gift is never claimed, also where gifts are promised', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, { ...NET, includesGifts: true });
  const [hat, pin] = [await makeProduct(shop), await makeProduct(shop, { priceAmount: 300 })];
  const steps = [{ fromAmount: 1, gifts: [{ productId: pin.id, quantity: 1 }] }];
  await makeRunning(shop, { mechanic: { type: 'gift', steps } });
  const { id } = await order(shop, hat.id);
  await price(shop, pin.id, 0);
  t.match((await preview(shop, id)).lines, [{}, { refusal: 'gift' }]);
});

t.test('flash sales are left out as purchase and as price, unless a promise has them', async (t) => {
  const shop = await app.createShop();
  const made = await makePolicy(shop, NET);
  t.match(made, {
    includesFlashSales: false,
    words: { en: /left out, and so are the prices of flash sales/ },
  });
  const hat = await makeProduct(shop, { priceAmount: 1_500 });
  const usual = await order(shop, hat.id);
  const items = [{ productId: hat.id, unitAmount: 990, stockQuantity: 2 }];
  const sale = await makeRunning(shop, { mechanic: { type: 'flash_sale', items } });
  const flash = await order(shop, hat.id);
  t.match(await preview(shop, usual.id), { lines: [{ comparedUnitAmount: 1_500 }] });
  await price(shop, hat.id, 900);
  t.match(await preview(shop, flash.id), { lines: [{ refusal: 'flash_sale' }], amount: 0 });
  t.match(await preview(shop, usual.id), { lines: [{ comparedUnitAmount: 900 }], amount: 600 });
  await price(shop, hat.id, 1_500);
  const past = { inForceFrom: '2020-01-01T00:00:00Z', includesFlashSales: true };
  await makePolicy(shop, { ...NET, ...past });
  t.match(await preview(shop, usual.id), { lines: [{ comparedUnitAmount: 990 }], amount: 510 });
  await order(shop, hat.id);
  t.match(await preview(shop, usual.id), { lines: [{ comparedUnitAmount: 1_500 }] }, 'sold out');
  await takeStep(shop, sale.id, 'end', { reason: 'Sold out.' });
  await price(shop, hat.id, 900);
  t.match(await preview(shop, flash.id), { lines: [{ amount: 90, refusal: null }] });
});

t.test('a promise from before there were flash sales does not leave them out', async (t) => {
  const shop = await app.createShop();
  const { id } = await makePolicy(shop, { automaticAmount: 100_000 });
  await app.deps.db.$client.query(
    `begin; set local session_replication_role = 'replica';
     update price_difference_policy_versions set rule = rule - 'includesFlashSales' where policy_id = '${id}'; commit`,
  );
  const read = () => ok(shop.call(`GET /v1/price-difference-policies/${id}`));
  t.equal((await read()).includesFlashSales, true);
  const changed = await ok(
    shop.call(`PATCH /v1/price-difference-policies/${id}`, { body: { windowDays: 31 } }),
  );
  t.equal(changed.includesFlashSales, true);
  t.notMatch(changed.words.en, /flash/);
});

t.test('a campaign for everybody that begins is swept like a price that falls', async (t) => {
  const shop = await app.createShop();
  const [hat, pin] = [await makeProduct(shop, { priceAmount: 1_000 }), await makeProduct(shop)];
  await makeRunning(shop, { mechanic: tenth, productIds: [pin.id] });
  await app.settle();
  await makePolicy(shop, NET);
  const [one, other] = [await order(shop, hat.id), await order(shop, hat.id, 1, { channel: 'app' })];
  await runSweeps(app, shop);
  t.same(await sweepsOf(shop), [], 'nothing fell');
  await makeRunning(shop, { mechanic: tenth, productIds: [hat.id], channels: [one.channel] });
  await runSweeps(app, shop);
  t.match(await settlementsOf(shop), [{ orderId: one.id, amount: 100 }]);
  t.equal((await settlementsOf(shop)).length, 1, 'not where the campaign is not');
  const [swept] = await sweepsOf(shop);
  t.match(await readSweep(shop, swept.id), { cause: 'price_changed', productIds: [hat.id] });
  await makeRunning(shop, { mechanic: { type: 'percent_off', rateBps: 2_000 } });
  await runSweeps(app, shop);
  const [all] = await sweepsOf(shop);
  t.match(await readSweep(shop, all.id), { productIds: null });
  t.ok((await settlementsOf(shop)).some(({ orderId, amount }) => orderId === other.id && amount === 200));
});

t.test('the books are in order', (t) => checkInvariants(t, app));
