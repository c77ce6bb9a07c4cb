import t from 'tap';
import { type Answer, startApp } from '../support/app.ts';
import { runCampaign } from '../support/campaign-rows.ts';
import { makeCustomer, makeProduct } from '../support/world.ts';
import { checkInvariants, ok, tally, times } from '../modules/orders/support.ts';

const app = await startApp(t);
type Mechanic = Parameters<typeof runCampaign>[2];
const oneOff: Mechanic = { type: 'amount_off', amount: 100, per: 'basket' };

// More at once the server itself turns away, which is another promise.
const AT_ONCE = 50;

/** How many of so many orders get the price that they expect. */
async function race(wish: object, orders: number, expectedTotalAmount: number) {
  const body = { ...wish, expectedTotalAmount };
  const answers: Answer[] = [];
  const waiting = times(orders);
  const buyers = times(AT_ONCE).map(async () => {
    while (waiting.pop() !== undefined) answers.push(await app.call('POST /v1/orders', { body }));
  });
  await Promise.all(buyers);
  for (const { status, body: answer } of answers)
    if (status !== 201)
      t.match(answer, { code: 'total_changed', errors: [{ pointer: '/expectedTotalAmount' }] });
  return tally(answers);
}

const count = async (sql: string, values: unknown[]) =>
  (await app.deps.db.$client.query(sql, values)).rows.map((row) => Object.values(row).map(Number));

t.test('a campaign for one order, and 50 that want it', async (t) => {
  const hat = await makeProduct(app, { priceAmount: 1_000, onHandQuantity: 1_000 });
  const id = await runCampaign(app, app, oneOff, { usesLimit: 1, productIds: [hat.id] });
  const lines = [{ productId: hat.id, quantity: 1 }];
  t.same(await race({ lines }, 50, 900), { 201: 1, 409: 49 });
  t.same(await count('select uses, spent_amount from campaign_counters where campaign_id = $1', [id]), [
    [1, 100],
  ]);
  await checkInvariants(t, app);
});

t.test('the last 10 of a flash sale, and 500 buyers', async (t) => {
  const hat = await makeProduct(app, { priceAmount: 1_500, onHandQuantity: 10_000 });
  const items = [{ productId: hat.id, unitAmount: 990, stockQuantity: 10 }];
  const id = await runCampaign(app, app, { type: 'flash_sale', items });
  const lines = [{ productId: hat.id, quantity: 1 }];
  t.same(await race({ lines }, 500, 990), { 201: 10, 409: 490 });
  t.same(await count('select taken from campaign_units where campaign_id = $1', [id]), [[10]]);
  await checkInvariants(t, app);
});

t.test('two of the last three at once: one order has two, and no other any', async (t) => {
  const hat = await makeProduct(app, { priceAmount: 1_500, onHandQuantity: 10_000 });
  const items = [{ productId: hat.id, unitAmount: 990, stockQuantity: 3 }];
  await runCampaign(app, app, { type: 'flash_sale', items });
  t.same(await race({ lines: [{ productId: hat.id, quantity: 2 }] }, 20, 1_980), { 201: 1, 409: 19 });
});

t.test('a budget with 1.00 left', async (t) => {
  const hat = await makeProduct(app, { priceAmount: 1_000, onHandQuantity: 1_000 });
  const id = await runCampaign(app, app, oneOff, { budgetAmount: 100, productIds: [hat.id] });
  const lines = [{ productId: hat.id, quantity: 1 }];
  t.same(await race({ lines }, 50, 900), { 201: 1, 409: 49 });
  t.same(await count('select uses, spent_amount from campaign_counters where campaign_id = $1', [id]), [
    [1, 100],
  ]);
});

t.test('one customer at 20 counters at once, with a limit of two', async (t) => {
  const { id: customerId } = await makeCustomer(app);
  const hat = await makeProduct(app, { priceAmount: 1_000, onHandQuantity: 1_000 });
  await runCampaign(app, app, oneOff, { usesPerCustomerLimit: 2, productIds: [hat.id] });
  t.same(await race({ lines: [{ productId: hat.id, quantity: 1 }], customerId }, 20, 900), {
    201: 2,
    409: 18,
  });
});

t.test('the same two campaigns in any order of baskets wait for each other and never cross', async (t) => {
  const hat = await makeProduct(app, { priceAmount: 1_000, onHandQuantity: 1_000 });
  const cap = await makeProduct(app, { priceAmount: 1_000, onHandQuantity: 1_000 });
  const ids = [];
  for (const { id } of [hat, cap])
    ids.push(await runCampaign(app, app, oneOff, { usesLimit: 15, productIds: [id] }));
  const orders = times(40).map((i) => {
    const products = i % 2 === 0 ? [hat, cap] : [cap, hat];
    const lines = products.map(({ id }) => ({ productId: id, quantity: 1 }));
    return app.call('POST /v1/orders', { body: { lines, expectedTotalAmount: 1_800 } });
  });
  t.same(tally(await Promise.all(orders)), { 201: 15, 409: 25 });
  t.same(await count('select uses from campaign_counters where campaign_id = any($1)', [ids]), [[15], [15]]);
});

t.test('an order that is cancelled from two sides gives back once', async (t) => {
  const hat = await makeProduct(app, { priceAmount: 1_000, onHandQuantity: 1_000 });
  const id = await runCampaign(app, app, oneOff, { usesLimit: 5, budgetAmount: 500, productIds: [hat.id] });
  const body = { lines: [{ productId: hat.id, quantity: 1 }] };
  const orders = await Promise.all(times(5).map(() => ok(app.call('POST /v1/orders', { body }))));
  await Promise.all(
    orders.flatMap((order) =>
      times(4).map(() => app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} })),
    ),
  );
  t.same(await count('select uses, spent_amount from campaign_counters where campaign_id = $1', [id]), [
    [0, 0],
  ]);
  t.same(await race(body, 10, 900), { 201: 5, 409: 5 });
  await checkInvariants(t, app);
});
