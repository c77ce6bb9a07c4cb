import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  makeCheaper,
  makeCustomer,
  makePaidOrder,
  makePolicy,
  makeProduct,
  tokenOf,
} from '../../support/world.ts';
import {
  checkInvariants,
  DAY,
  advance,
  ok,
  readOrder,
  refundsOf,
  timelineOf,
  times,
} from '../orders/support.ts';
import {
  buy,
  confirmAll,
  price,
  readSweep,
  runSweeps,
  settlementsOf,
  startSweep,
  sweepNow,
  sweepsOf,
} from './protection-support.ts';

const app = await startApp(t);
const AUTOMATIC = { automaticAmount: 100_000 };

t.test('a price that falls is swept, from the event to the money', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeCheaper(shop, AUTOMATIC);
  await app.settle();
  t.match(await sweepsOf(shop), [{ state: 'queued', cause: 'price_changed', reason: 'price_drop' }]);
  await runSweeps(app, shop);
  const [head] = await sweepsOf(shop);
  t.match(await readSweep(shop, head.id), {
    state: 'finished',
    orderCount: 1,
    doneOrderCount: 1,
    foundLineCount: 1,
    openedLineCount: 1,
    waitingLineCount: 0,
    openedCount: 1,
    customerCount: 1,
    openedAmount: 600,
    paidCount: 1,
    paidAmount: 600,
    refusals: [],
  });
  t.match(await readOrder(shop, order.id), { settledAmount: 600, refundedAmount: 600, paymentState: 'paid' });
  t.match(await refundsOf(shop, order.id), [{ amount: 600, reason: 'settlement' }]);
  t.ok((await timelineOf(shop, order.id)).includes('settled'));
  await confirmAll(app, shop);
  t.match(await settlementsOf(shop), [{ state: 'settled', reason: 'price_drop' }]);
  t.match(await ok(shop.call('GET /v1/ledger/verify')), { holds: true });
  const types = ['settlement.accepted', 'settlement.settled', 'price_protection_sweep.finished'];
  const changes = await ok(shop.call(`GET /v1/changes?types=${types.join('&types=')}`));
  t.same(new Set(changes.data.map((event: { type: string }) => event.type)), new Set(types));
  await checkInvariants(t, app);
});

t.test('prices that fall together are one sweep, and an order gets one settlement', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, AUTOMATIC);
  const products = await Promise.all(times(4).map(() => makeProduct(shop)));
  const order = await buy(shop, products);
  for (const { id } of products) await price(shop, id, 1700);
  await price(shop, products[0].id, 1600);
  await runSweeps(app, shop);
  t.match(await sweepsOf(shop), [
    { foundLineCount: 4, openedLineCount: 4, openedCount: 1, openedAmount: 500 },
  ]);
  t.match(await settlementsOf(shop), [{ orderId: order.id, amount: 500, state: 'paying' }]);
  await price(shop, products[1].id, 1800);
  await app.settle();
  t.equal((await sweepsOf(shop)).length, 1, 'a price that rises is not swept');
  await checkInvariants(t, app);
});

t.test('without a promise for it nothing is swept', async (t) => {
  const shop = await app.createShop();
  await makeCheaper(shop, { reasons: ['price_error'] });
  await app.settle();
  t.same(await sweepsOf(shop), []);
  t.match(await sweepNow(app, shop), { state: 'finished', orderCount: 0, foundLineCount: 0 });
});

t.test('a second drop pays only what goes beyond the first', async (t) => {
  const shop = await app.createShop();
  const { product, order } = await makeCheaper(shop, AUTOMATIC);
  await runSweeps(app, shop);
  await confirmAll(app, shop);
  await price(shop, product.id, 1400);
  await runSweeps(app, shop);
  t.match(await sweepsOf(shop), [{ openedAmount: 200 }, { openedAmount: 600 }]);
  t.equal((await readOrder(shop, order.id)).settledAmount, 800);
  await confirmAll(app, shop);
  const again = await sweepNow(app, shop);
  t.match(again, { openedCount: 0, refusals: [{ refusal: 'already_settled', lineCount: 1 }] });
  await checkInvariants(t, app);
});

t.test('a line that is busy waits, and is swept again when the other settlement ends', async (t) => {
  const shop = await app.createShop();
  const { order, product } = await makeCheaper(shop, { automaticAmount: 599 });
  const draft = await ok(
    shop.call(`POST /v1/orders/${order.id}/settlements`, { body: { reason: 'price_drop' } }),
  );
  await price(shop, product.id, 1550);
  const first = await sweepNow(app, shop, { productIds: [product.id] });
  t.match(first, { state: 'finished', waitingLineCount: 1, openedCount: 0, foundLineCount: 1 });
  await ok(shop.call(`POST /v1/settlements/${draft.id}/decline`, { body: { reason: 'price_was_not_ours' } }));
  await checkInvariants(t, app);
  await runSweeps(app, shop);
  const opened = (await sweepsOf(shop)).map((sweep) => sweep.openedAmount);
  t.same(
    opened.toSorted((a, b) => a - b),
    [0, 500],
    'one of the two opens it',
  );
  await confirmAll(app, shop);
  await runSweeps(app, shop);
  t.ok((await sweepsOf(shop)).every((sweep) => sweep.waitingLineCount === 0));
  t.equal((await readOrder(shop, order.id)).settledAmount, 500, 'and none doubles it');
  await checkInvariants(t, app);
});

t.test('above the automatic amount it waits for a person', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeCheaper(shop, { automaticAmount: 599 });
  await runSweeps(app, shop);
  const [{ id }] = await sweepsOf(shop);
  t.match(await readSweep(shop, id), { openedCount: 1, draftCount: 1, acceptedCount: 0, paidCount: 0 });
  t.equal((await readOrder(shop, order.id)).settledAmount, 0);
  const [draft] = await settlementsOf(shop);
  await ok(shop.call(`POST /v1/settlements/${draft.id}/approve`));
  t.match(await readSweep(shop, id), { draftCount: 0, paidCount: 1, paidAmount: 600 });
  const events = await ok(shop.call('GET /v1/changes?types=settlement.opened'));
  t.equal(events.data.length, 1);
  await checkInvariants(t, app);
});

t.test('stored value, where nothing else is promised; a guest has no wallet', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, { ...AUTOMATIC, payoutMethods: ['stored_value'] });
  const customer = await makeCustomer(shop);
  const product = await makeProduct(shop);
  await buy(shop, [product], { customerId: customer.id });
  await buy(shop, [product]);
  await price(shop, product.id, 1500);
  await runSweeps(app, shop);
  const [{ id }] = await sweepsOf(shop);
  t.match(await readSweep(shop, id), {
    openedAmount: 300,
    paidAmount: 300,
    refusals: [{ refusal: 'payout_method_not_available', lineCount: 1 }],
  });
  t.match(await ok(shop.call(`GET /v1/customers/${customer.id}/wallet`)), { balanceAmount: 300 });
  await checkInvariants(t, app);
});

t.test('what came back, was cancelled, is unpaid or too old is refused by its code', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, { ...AUTOMATIC, windowDays: 10 });
  const product = await makeProduct(shop, { onHandQuantity: 1000 });
  const lines = [{ productId: product.id, quantity: 1 }];
  await buy(shop, [product]);
  await advance(shop, 9 * DAY);
  const cancelled = await buy(shop, [product]);
  await ok(shop.call(`POST /v1/orders/${cancelled.id}/cancel`, { body: {} }));
  await ok(shop.call('POST /v1/orders', { body: { lines } }));
  await makePaidOrder(shop);
  await price(shop, product.id, 1500);
  await app.settle();
  const [{ id }] = await sweepsOf(shop);
  await advance(shop, 2 * DAY);
  t.match(
    await readSweep(shop, id),
    {
      foundLineCount: 3,
      openedAmount: 300,
      refusals: [
        { refusal: 'order_not_paid', lineCount: 1 },
        { refusal: 'order_cancelled', lineCount: 1 },
      ],
    },
    'the window of the moment counts at which the price fell',
  );
  t.match(await sweepNow(app, shop, { isDryRun: true }), { openedCount: 0 });
  await checkInvariants(t, app);
});

t.test('a sweep is cancelled while it is not over, and what waited for it no longer does', async (t) => {
  const shop = await app.createShop();
  await makeCheaper(shop, AUTOMATIC);
  const { id } = await startSweep(shop);
  t.match(await ok(shop.call(`POST /v1/price-protection-sweeps/${id}/cancel`)), {
    state: 'cancelled',
    finishedAt: String,
  });
  t.match(await shop.call(`POST /v1/price-protection-sweeps/${id}/cancel`), {
    status: 409,
    body: { code: 'sweep_not_open' },
  });
  const again = await startSweep(shop);
  const headers = { 'if-match': '"7"' };
  t.equal((await shop.call(`POST /v1/price-protection-sweeps/${again.id}/cancel`, { headers })).status, 412);
  await runSweeps(app, shop);
  t.match(await readSweep(shop, id), { openedCount: 0 });
  const page = await ok(shop.call('GET /v1/price-protection-sweeps?state=finished&limit=1'));
  t.match(page, { data: [{ cause: 'price_changed' }], nextCursor: String });
  const rest = await ok(
    shop.call(`GET /v1/price-protection-sweeps?state=finished&limit=1&cursor=${page.nextCursor}`),
  );
  t.match(rest, { data: [{ id: again.id }], nextCursor: null });
  await checkInvariants(t, app);
});

t.test('customers and other shops see none of it, and bad input is told', async (t) => {
  const shop = await app.createShop();
  const { id } = await startSweep(shop);
  const as = await tokenOf(shop, (await makeCustomer(shop)).id);
  const path = `/v1/price-protection-sweeps`;
  t.equal((await shop.call(`GET ${path}/${id}`, { as })).status, 403);
  t.equal((await shop.call(`POST ${path}`, { as, body: {} })).status, 403);
  const other = await app.createShop();
  t.equal((await other.call(`GET ${path}/${id}`)).status, 404);
  t.equal((await other.call(`POST ${path}/${id}/cancel`)).status, 404);
  t.equal((await shop.call(`POST ${path}`, { body: {}, key: null })).status, 400);
  for (const body of [
    { reason: 'goodwill' },
    { productIds: [] },
    { productIds: ['x'] },
    { isDryRun: 1 },
    { x: 1 },
  ])
    t.equal((await shop.call(`POST ${path}`, { body })).status, 400, JSON.stringify(body));
});

t.test('it writes what a claim writes', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, { ...AUTOMATIC, rateBps: 7_777 });
  const products = await Promise.all(times(3).map(() => makeProduct(shop, { taxRateBps: 1_900 })));
  const [claimed, swept] = [await buy(shop, products), await buy(shop, products)];
  for (const { id } of products) await price(shop, id, 1499);
  await ok(shop.call(`POST /v1/orders/${claimed.id}/settlements`, { body: { reason: 'price_drop' } }));
  await runSweeps(app, shop);
  const [ofSweep, ofClaim] = await Promise.all([swept, claimed].map((order) => traceOf(shop, order.id)));
  t.same(ofSweep, ofClaim);
});

/** Everything that a settlement leaves behind, without what differs from order to order. */
async function traceOf(shop: TestShop, orderId: string) {
  const order = await readOrder(shop, orderId);
  const timeline = (await ok(shop.call(`GET /v1/orders/${orderId}/timeline`))).data;
  const [head] = (await ok(shop.call(`GET /v1/settlements?orderId=${orderId}`))).data;
  const settlement = await ok(shop.call(`GET /v1/settlements/${head.id}`));
  const { rows } = await app.deps.db.$client.query(
    `select t.kind, e.account, e.amount::text from ledger_transfers t
     join ledger_entries e on e.shop_id = t.shop_id and e.transfer_id = t.id
     where t.shop_id = $1 and t.reference = $2 order by e.position`,
    [shop.shopId, `settlement:${head.id}`],
  );
  const lines = await app.deps.db.$client.query(
    `select position, settled_amount, valued_quantity, valued_amount::text from order_lines
     where shop_id = $1 and order_id = $2 order by position`,
    [shop.shopId, orderId],
  );
  const {
    id: _id,
    number: _number,
    placedAt: _placedAt,
    paidAt: _paidAt,
    updatedAt: _updatedAt,
    ...rest
  } = order;
  const entry = timeline.find(({ kind }: { kind: string }) => kind === 'settled');
  return {
    order: { ...rest, lines: rest.lines.map(({ id: _line, ...line }: any) => line) },
    entry: { ...entry.details, settlementId: '' },
    lines: lines.rows,
    entries: rows,
    settlement: settlement.lines.map(({ lineId: _lineId, ...line }: any) => line),
    refunds: (await refundsOf(shop, orderId)).map(({ amount, reason, state }) => ({ amount, reason, state })),
  };
}
