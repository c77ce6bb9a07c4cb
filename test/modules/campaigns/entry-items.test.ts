import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { runCampaign } from '../../support/campaign-rows.ts';
import { daysFromNow, makeCostly, makeEntryItem } from '../../support/campaigns-world.ts';
import { makeCustomer, makeProduct, must, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const fourOff = { type: 'amount_off', amount: 400, per: 'unit' } as const;

const of = (productId: string, quantity = 1) => ({ lines: [{ productId, quantity }] });
const place = (shop: TestShop, body: object) => shop.call('POST /v1/orders', { body });
const total = async (shop: TestShop, body: object) => (await ok(place(shop, body))).totalAmount;
const quote = (shop: TestShop, body: object) => ok(shop.call('POST /v1/quotes', { body, key: null }));
const read = (shop: TestShop, id: string) => must(shop.call(`GET /v1/entry-items/${id}`));
const spent = async (shop: TestShop, id: string) => (await read(shop, id)).spentAmount;
const change = (shop: TestShop, id: string, body: object) =>
  shop.call(`PATCH /v1/entry-items/${id}`, { body });
const end = (shop: TestShop, id: string) =>
  shop.call(`POST /v1/entry-items/${id}/end`, { body: { reason: 'It is sold.' } });
const advance = async (shop: TestShop, toAt: string) => {
  await must(shop.call('POST /v1/test-clock/advance', { body: { toAt } }));
  await app.settle();
};
const uses = async (orderId: string) =>
  (
    await app.deps.db.$client.query('select state, loss_amount from entry_uses where order_id = $1', [
      orderId,
    ])
  ).rows;

t.test('a product has one mark at a time, which says why and what it may cost', async (t) => {
  const shop = await app.createShop();
  const { id: productId } = await makeCostly(shop);
  const made = await makeEntryItem(shop, { productId, metadata: { season: 'winter' } });
  t.match(made, { productId, state: 'active', budgetAmount: 500, spentAmount: 0, version: 1 });
  const body = { productId, minimumMarginBps: -100, reason: 'x', budgetAmount: 1 };
  const create = (fields: object) => shop.call('POST /v1/entry-items', { body: { ...body, ...fields } });
  t.match(await create({}), { status: 409, body: { code: 'entry_item_product_marked' } });
  t.match(await create({ productId: made.id }), {
    status: 422,
    body: { code: 'entry_item_product_not_found' },
  });
  const [soon, later] = [await daysFromNow(shop, 1), await daysFromNow(shop, 2)];
  t.match(await create({ startsAt: later, endsAt: soon }), {
    body: { code: 'entry_item_times_contradictory' },
  });
  t.match(await create({ endsAt: await daysFromNow(shop, -1) }), { body: { code: 'entry_item_end_passed' } });
  t.match(await create({ minimumMarginBps: 1 }), { status: 400 });
  const changed = await must(change(shop, made.id, { budgetAmount: 700, metadata: { season: null } }));
  t.match(changed, { budgetAmount: 700, metadata: {}, version: 2 });
  t.match(await end(shop, made.id), { body: { state: 'ended', endReason: 'It is sold.', version: 3 } });
  t.match(await end(shop, made.id), { status: 200, body: { version: 3 } });
  t.match(await change(shop, made.id, { budgetAmount: 1 }), { body: { code: 'entry_item_ended' } });
  const again = await makeEntryItem(shop, { productId });
  const list = (query: string) => must(shop.call(`GET /v1/entry-items?${query}`));
  t.match((await list(`productId=${productId}`)).data, [
    { id: again.id },
    { id: made.id, budgetAmount: 700 },
  ]);
  t.match(await list('state=active'), { data: [{ id: again.id }] });
  t.equal((await list('state=active')).data.length, 1);
});

t.test('it is sold below the usual floor while its budget lasts, and no further', async (t) => {
  const shop = await app.createShop();
  const hat = await makeCostly(shop);
  await runCampaign(app, shop, fourOff);
  t.equal(await total(shop, of(hat.id)), 800);
  const { id } = await makeEntryItem(shop, { productId: hat.id });
  t.equal(await total(shop, of(hat.id)), 600);
  t.equal((await quote(shop, of(hat.id, 2))).totalAmount, 2 * 800 - 300);
  t.equal(await total(shop, of(hat.id)), 600);
  t.equal(await total(shop, of(hat.id)), 700, 'what is left is 1.00');
  t.equal(await total(shop, of(hat.id)), 800);
  t.equal(await spent(shop, id), 500);
  t.match(await change(shop, id, { budgetAmount: 499 }), {
    status: 409,
    body: { code: 'entry_item_budget_below_spent', errors: [{ pointer: '/budgetAmount' }] },
  });
  await must(change(shop, id, { budgetAmount: 520 }));
  t.equal(await total(shop, of(hat.id)), 780);
  await must(change(shop, id, { budgetAmount: 5_000, minimumMarginBps: -10_000 }));
  t.equal(await total(shop, of(hat.id)), 600, 'the campaign gives no more');
  await must(end(shop, id));
  t.equal(await total(shop, of(hat.id)), 800);
});

t.test('other products, and the same before and after its time, have the usual floor', async (t) => {
  const shop = await app.createShop();
  const [hat, cap] = [await makeCostly(shop), await makeCostly(shop)];
  await runCampaign(app, shop, fourOff);
  const [startsAt, endsAt] = [await daysFromNow(shop, 1), await daysFromNow(shop, 3)];
  const { id } = await makeEntryItem(shop, { productId: hat.id, startsAt, endsAt });
  t.equal(await total(shop, of(hat.id)), 800);
  await advance(shop, await daysFromNow(shop, 2));
  const lines = [...of(hat.id).lines, ...of(cap.id).lines];
  t.equal(await total(shop, { lines }), 600 + 800);
  await advance(shop, await daysFromNow(shop, 2));
  t.equal(await total(shop, of(hat.id)), 800);
  t.match(await read(shop, id), { state: 'ended', endedAt: endsAt, endReason: null });
});

t.test('a loss is held, used when it is paid, and given back once when it is not', async (t) => {
  const shop = await app.createShop();
  const hat = await makeCostly(shop);
  await runCampaign(app, shop, fourOff);
  const { id } = await makeEntryItem(shop, { productId: hat.id });
  const first = await ok(place(shop, of(hat.id)));
  t.match(await uses(first.id), [{ state: 'held' }]);
  await pay(shop, first.id);
  t.match(await uses(first.id), [{ state: 'used' }]);
  const second = await ok(place(shop, of(hat.id)));
  t.equal(await spent(shop, id), 400);
  for (const _ of [1, 2]) await ok(shop.call(`POST /v1/orders/${second.id}/cancel`, { body: {} }));
  t.match(await uses(second.id), [{ state: 'returned' }]);
  t.equal(await spent(shop, id), 200);
  t.equal((await read(shop, id)).version, 1, 'orders do not change the mark');
  await checkInvariants(t, app);
});

t.test('the ladder of a product loses too, and gives back', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, {
    priceAmount: 1_000,
    costAmount: 800,
    priceBreaks: [{ minimumQuantity: 2, unitAmount: 650 }],
  });
  t.equal(await total(shop, of(hat.id, 2)), 1_600);
  const { id } = await makeEntryItem(shop, { productId: hat.id });
  const order = await ok(place(shop, of(hat.id, 2)));
  t.match(order, { totalAmount: 1_300, campaigns: [] });
  t.equal(await spent(shop, id), 300);
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.equal(await spent(shop, id), 0);
});

t.test('a quote holds the price, takes the loss when it is ordered, and tells nothing of it', async (t) => {
  const shop = await app.createShop();
  const hat = await makeCostly(shop);
  const campaignId = await runCampaign(app, shop, fourOff);
  const { id } = await makeEntryItem(shop, { productId: hat.id, budgetAmount: 400 });
  const quotes = [];
  for (const _ of [1, 2, 3]) quotes.push(await quote(shop, of(hat.id)));
  const [one, two, three] = quotes.map(({ quoteToken }) => ({ ...of(hat.id), quoteToken }));
  const token = Buffer.from(quotes[0].quoteToken.split('.')[0], 'base64url').toString();
  t.notMatch(token, /200|budget|reason|margin|cost/i);
  t.equal(await total(shop, one ?? {}), 600);
  await must(end(shop, id));
  t.equal(await total(shop, two ?? {}), 600, 'also when the mark has ended since');
  t.equal(await spent(shop, id), 400);
  t.match(await place(shop, three ?? {}), {
    status: 409,
    body: { code: 'campaign_used_up', campaignIds: [campaignId] },
  });
  await checkInvariants(t, app);
});

t.test('customers see the price and nothing of why', async (t) => {
  const shop = await app.createShop();
  const hat = await makeCostly(shop);
  const maria = await makeCustomer(shop);
  await runCampaign(app, shop, fourOff);
  const { id } = await makeEntryItem(shop, { productId: hat.id, reason: 'Secret of the shop.' });
  const as = await tokenOf(shop, maria.id);
  const told = [
    await shop.call('POST /v1/orders', { body: of(hat.id), as }),
    await shop.call('POST /v1/quotes', { body: of(hat.id), as: shop.publishableKey, key: null }),
    await shop.call(`GET /v1/products/${hat.id}/offers`, { as: shop.publishableKey }),
  ];
  t.equal(told[0]?.body.totalAmount, 600);
  for (const { body } of told) t.notMatch(JSON.stringify(body), /Secret|entry|floorAmount|2500|-2_500/i);
  t.equal((await shop.call(`GET /v1/entry-items/${id}`, { as })).status, 403);
});

t.test('who asks to be forgotten is named by no entry item, and a duplicate is one buyer', async (t) => {
  const shop = await app.createShop();
  const hat = await makeCostly(shop);
  const [maria, again] = [await makeCustomer(shop), await makeCustomer(shop)];
  await runCampaign(app, shop, fourOff);
  const { id } = await makeEntryItem(shop, { productId: hat.id });
  const order = await ok(place(shop, { ...of(hat.id), customerId: again.id }));
  const buyers = async () =>
    (await app.deps.db.$client.query('select customer_id from entry_uses where entry_item_id = $1', [id]))
      .rows;
  await must(shop.call(`POST /v1/customers/${maria.id}/merge`, { body: { duplicateCustomerId: again.id } }));
  t.same(await buyers(), [{ customer_id: maria.id }]);
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await must(shop.call(`POST /v1/customers/${maria.id}/erase`, { body: {} }));
  await app.settle();
  t.same(await buyers(), [{ customer_id: null }]);
});
