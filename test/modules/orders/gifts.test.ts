import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeRunning } from '../../support/campaigns-world.ts';
import { makeGiftGrant, makeGoodsGrant, setProgramme } from '../../support/loyalty-world.ts';
import { makeCustomer, makeProduct, must, pay, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok, readOrder, readStock, tally, times } from './support.ts';

const app = await startApp(t, { poolSize: 24 });
const shippingAddress = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };
const grantOf = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/gift-grants/${id}`));
const order = (shop: TestShop, body: object, as?: string) =>
  shop.call('POST /v1/orders', { body, ...(as === undefined ? {} : { as }) });
const giftOrder = (shop: TestShop, body: object, as?: string) =>
  shop.call('POST /v1/gift-orders', {
    body: { shippingAddress, ...body },
    ...(as === undefined ? {} : { as }),
  });
const ship = (shop: TestShop, orderId: string, body: object = {}) =>
  ok(shop.call(`POST /v1/orders/${orderId}/ship`, { body }));
const countOrders = async (shop: TestShop) => (await ok(shop.call('GET /v1/orders'))).data.length;

/** Somebody who is owed two tins, and what they buy. */
async function makeBuyer(shop: TestShop) {
  const grant = await makeGoodsGrant(shop, undefined, { quantity: 2 });
  const { id: productId } = await makeProduct(shop, { priceAmount: 2_000 });
  return { grant, customerId: grant.customerId, lines: [{ productId, quantity: 1 }] };
}

t.test('a gift goes with the next order, at price 0, and has left with it', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, { earning: { points: 1, perAmount: 100 } });
  const { grant, customerId, lines } = await makeBuyer(shop);
  const quote = await ok(shop.call('POST /v1/quotes', { body: { customerId, lines } }));
  const placed = await ok(
    order(shop, {
      customerId,
      lines,
      giftGrantIds: [grant.id],
      quoteToken: quote.quoteToken,
      expectedTotalAmount: quote.totalAmount,
    }),
  );
  t.match(placed, { totalAmount: quote.totalAmount, lines: [{ giftGrantId: null }, {}] });
  t.match(placed.lines[1], {
    giftGrantId: grant.id,
    giftCampaignId: null,
    productId: grant.productId,
    quantity: 2,
    netAmount: 0,
    listUnitAmount: 0,
    priceBreaks: [],
  });
  t.match(await readStock(shop, grant.productId), { onHandQuantity: 10, reservedQuantity: 2 });
  t.match(await grantOf(shop, grant.id), { state: 'in_order', orderId: placed.id });
  await must(pay(shop, placed.id));
  const points = await ok(shop.call(`GET /v1/orders/${placed.id}/points`));
  t.equal(points.earnedPoints, 20, 'a gift earns nothing');
  const tin = placed.lines[1].id;
  await ship(shop, placed.id, { lines: [{ lineId: tin, quantity: 1 }] });
  t.match(await grantOf(shop, grant.id), { state: 'in_order' }, 'half of it is still to leave');
  await ship(shop, placed.id);
  t.match(await grantOf(shop, grant.id), { state: 'shipped', orderId: placed.id });
  t.match(await readStock(shop, grant.productId), { onHandQuantity: 8, reservedQuantity: 0 });
  await checkInvariants(t, app);
});

t.test('gifts have an order of their own, which costs nothing and takes no campaign along', async (t) => {
  const shop = await app.createShop();
  const one = await makeGoodsGrant(shop);
  const two = await makeGoodsGrant(shop, one.customerId);
  await makeRunning(shop, { mechanic: { type: 'free_freight', rateBps: 10_000 } });
  await makeRunning(shop);
  const as = await tokenOf(shop, one.customerId);
  const placed = await giftOrder(shop, { giftGrantIds: [two.id, one.id] }, as);
  t.match(placed, {
    status: 201,
    body: {
      status: 'paid',
      paymentState: 'paid',
      totalAmount: 0,
      freightAmount: 0,
      campaigns: [],
      customerId: one.customerId,
      lines: [{ giftGrantId: two.id }, { giftGrantId: one.id }],
    },
  });
  t.match(await ship(shop, placed.body.id), { status: 'shipped' });
  t.match(await grantOf(shop, one.id), { state: 'shipped' });
  await checkInvariants(t, app);
});

t.test('an order that is cancelled or lapses owes its gifts again', async (t) => {
  const shop = await app.createShop();
  const { grant, customerId, lines } = await makeBuyer(shop);
  const wish = { customerId, lines, giftGrantIds: [grant.id] };
  const first = await ok(order(shop, wish));
  await must(shop.call(`POST /v1/orders/${first.id}/cancel`, { body: {} }));
  t.match(await grantOf(shop, grant.id), { state: 'open', orderId: null });
  const second = await ok(order(shop, wish));
  await advance(shop, 3 * DAY);
  await app.settle();
  t.match(await readOrder(shop, second.id), { status: 'cancelled', cancelReason: 'lapsed' });
  const third = await ok(giftOrder(shop, { customerId, giftGrantIds: [grant.id] }));
  await must(shop.call(`POST /v1/orders/${third.id}/cancel`, { body: {} }));
  t.match(await grantOf(shop, grant.id), { state: 'open', quantity: 2 });
  t.match(await readStock(shop, grant.productId), { reservedQuantity: 0 });
  await checkInvariants(t, app);
});

t.test('what is no gift of theirs, or on its way, refuses the order as a whole', async (t) => {
  const shop = await app.createShop();
  const { grant, customerId, lines } = await makeBuyer(shop);
  const { grant: foreign } = await makeBuyer(shop);
  const other = await makeGiftGrant(shop, customerId);
  const refused = async (ids: string[], code: string, pointer: string, as?: string) => {
    const body = { lines, giftGrantIds: ids, ...(as === undefined ? { customerId } : {}) };
    t.match(await order(shop, body, as), { body: { code, errors: [{ pointer, code }] } }, code);
    t.equal(await countOrders(shop), 0);
  };
  await refused([grant.id, foreign.id], 'gift_grant_not_found', '/giftGrantIds/1');
  await refused([foreign.id], 'gift_grant_not_found', '/giftGrantIds/0', await tokenOf(shop, customerId));
  await refused([other.id], 'gift_grant_not_shippable', '/giftGrantIds/0');
  t.match(await order(shop, { lines, giftGrantIds: [grant.id] }), { body: { code: 'gift_grant_not_found' } });
  await must(
    shop.call(`POST /v1/products/${grant.productId}/stock-adjustments`, {
      body: { reason: 'Counted', onHandChange: -9 },
    }),
  );
  await refused([grant.id], 'out_of_stock', '/giftGrantIds/0');
  await must(
    shop.call(`POST /v1/products/${grant.productId}/stock-adjustments`, {
      body: { reason: 'Counted', onHandChange: 9 },
    }),
  );
  const placed = await ok(giftOrder(shop, { customerId, giftGrantIds: [grant.id] }));
  t.match(await giftOrder(shop, { customerId, giftGrantIds: [grant.id] }), {
    status: 409,
    body: { code: 'gift_grant_not_open', errors: [{ pointer: '/giftGrantIds/0' }] },
  });
  const code = await shop.call(`POST /v1/gift-grants/${grant.id}/claim-code`, { body: {} });
  t.match(code, { status: 409, body: { code: 'gift_grant_not_open' } });
  t.match(await giftOrder(shop, { customerId, giftGrantIds: [] }), { status: 400 });
  t.match(await readOrder(shop, placed.id), { version: 1 });
  await checkInvariants(t, app);
});

t.test('an edit takes a gift out as a whole, and it is owed again', async (t) => {
  const shop = await app.createShop();
  const { grant, customerId, lines } = await makeBuyer(shop);
  const placed = await ok(order(shop, { customerId, lines, giftGrantIds: [grant.id] }));
  await must(pay(shop, placed.id));
  const edit = (quantity: number) =>
    shop.call(`POST /v1/orders/${placed.id}/edits`, {
      body: { lines: [{ lineId: placed.lines[1].id, quantity }] },
    });
  for (const quantity of [1, 3])
    t.match(await edit(quantity), {
      status: 422,
      body: { code: 'edit_not_possible', errors: [{ code: 'gift_taken_whole', pointer: '/lines/0' }] },
    });
  await ok(edit(0));
  t.match(await grantOf(shop, grant.id), { state: 'open', orderId: null });
  t.match(await readStock(shop, grant.productId), { reservedQuantity: 0 });
  await must(giftOrder(shop, { customerId, giftGrantIds: [grant.id] }));
  await checkInvariants(t, app);
});

t.test('of a redemption that is on its way nothing is given up, of the rest it is', async (t) => {
  const shop = await app.createShop();
  const { grant, customerId } = await makeBuyer(shop);
  const [redemption] = (await ok(shop.call(`GET /v1/redemptions?customerId=${customerId}`))).data;
  const giveUp = (quantity: number) =>
    shop.call(`POST /v1/redemptions/${redemption.id}/cancel`, { body: { quantity } });
  await ok(giveUp(1));
  const placed = await ok(giftOrder(shop, { customerId, giftGrantIds: [grant.id] }));
  t.match(placed.lines, [{ quantity: 1 }]);
  t.match(await giveUp(1), { status: 409, body: { code: 'redemption_not_cancellable' } });
  await must(shop.call(`POST /v1/orders/${placed.id}/cancel`, { body: {} }));
  t.match(await ok(giveUp(1)), { state: 'cancelled' });
  await checkInvariants(t, app);
});

t.test('goods that are handed over at the counter leave the stock', async (t) => {
  const shop = await app.createShop();
  const grant = await makeGoodsGrant(shop, undefined, { quantity: 2, onHandQuantity: 3 });
  const { claimCode } = await ok(shop.call(`POST /v1/gift-grants/${grant.id}/claim-code`, { body: {} }));
  const handOver = () => shop.call('POST /v1/gift-grants/hand-over', { body: { claimCode } });
  await must(
    shop.call(`POST /v1/products/${grant.productId}/stock-adjustments`, {
      body: { reason: 'Counted', onHandChange: -2 },
    }),
  );
  t.match(await handOver(), { status: 409, body: { code: 'gift_out_of_stock' } });
  await must(
    shop.call(`POST /v1/products/${grant.productId}/stock-adjustments`, {
      body: { reason: 'Counted', onHandChange: 2 },
    }),
  );
  t.match(await handOver(), { status: 200, body: { state: 'handed_over' } });
  t.match(await readStock(shop, grant.productId), { onHandQuantity: 1, reservedQuantity: 0 });
  const { data } = await ok(shop.call(`GET /v1/products/${grant.productId}/stock-adjustments`));
  t.match(data[0], { onHandChange: -2, reason: 'Handed over as a gift: Tea tin' });
});

t.test('one gift that goes with twenty orders at once, and over the counter, goes once', async (t) => {
  const shop = await app.createShop();
  const { grant, customerId, lines } = await makeBuyer(shop);
  const { claimCode } = await ok(shop.call(`POST /v1/gift-grants/${grant.id}/claim-code`, { body: {} }));
  const answers = await Promise.all([
    ...times(10).map(() => order(shop, { customerId, lines, giftGrantIds: [grant.id] })),
    ...times(10).map(() => giftOrder(shop, { customerId, giftGrantIds: [grant.id] })),
    ...times(5).map(() => shop.call('POST /v1/gift-grants/hand-over', { body: { claimCode } })),
  ]);
  const counts = tally(answers);
  t.equal((counts['201'] ?? 0) + (counts['200'] ?? 0), 1, JSON.stringify(counts));
  t.equal(answers.filter(({ status }) => status >= 500).length, 0);
  await checkInvariants(t, app);
});

t.test('a member who is nobody is owed nothing', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await makeCustomer(shop);
  const { grant } = await makeBuyer(shop);
  t.match(await giftOrder(shop, { customerId, giftGrantIds: [grant.id] }), {
    status: 422,
    body: { code: 'gift_grant_not_found' },
  });
});
