import t from 'tap';
import { startApp } from '../support/app.ts';
import { runCampaign } from '../support/campaign-rows.ts';
import { makeCostly, makeEntryItem } from '../support/campaigns-world.ts';
import { must } from '../support/world.ts';
import { checkInvariants, ok, tally, times } from '../modules/orders/support.ts';

const app = await startApp(t);
const fourOff = { type: 'amount_off', amount: 400, per: 'unit' } as const;
await runCampaign(app, app, fourOff);
const of = (id: string) => ({ lines: [{ productId: id, quantity: 1 }] });
const budgetOf = async (id: string) => {
  const { budgetAmount, spentAmount } = await must(app.call(`GET /v1/entry-items/${id}`));
  return { budgetAmount, spentAmount };
};

t.test('a budget for one order, and 30 that want it', async (t) => {
  const hat = await makeCostly(app);
  const { id } = await makeEntryItem(app, { productId: hat.id, budgetAmount: 399 });
  const body = { ...of(hat.id), expectedTotalAmount: 600 };
  const answers = await Promise.all(times(30).map(() => app.call('POST /v1/orders', { body })));
  t.same(tally(answers), { 201: 1, 409: 29 });
  for (const { status, body: answer } of answers)
    if (status !== 201) t.match(answer, { code: 'total_changed', totalAmount: 601 });
  t.equal((await budgetOf(id)).spentAmount, 200);
  await checkInvariants(t, app);
});

t.test('quotes promise a budget more often than it is there', async (t) => {
  const hat = await makeCostly(app);
  const { id } = await makeEntryItem(app, { productId: hat.id, budgetAmount: 200 });
  const { quoteToken } = await ok(app.call('POST /v1/quotes', { body: of(hat.id), key: null }));
  const body = { ...of(hat.id), quoteToken };
  const answers = await Promise.all(times(20).map(() => app.call('POST /v1/orders', { body })));
  t.same(tally(answers), { 201: 1, 409: 19 });
  for (const { status, body: answer } of answers)
    if (status !== 201) t.match(answer, { code: 'campaign_used_up' });
  t.equal((await budgetOf(id)).spentAmount, 200);
});

t.test('two entry items in any order of baskets wait for each other and never cross', async (t) => {
  const [hat, cap] = [await makeCostly(app), await makeCostly(app)];
  const marks = await Promise.all(
    [hat, cap].map(({ id: productId }) => makeEntryItem(app, { productId, budgetAmount: 1_000 })),
  );
  const orders = times(20).map((i) => {
    const products = i % 2 === 0 ? [hat, cap] : [cap, hat];
    const lines = products.map(({ id }) => ({ productId: id, quantity: 1 }));
    return app.call('POST /v1/orders', { body: { lines, expectedTotalAmount: 1_200 } });
  });
  t.same(tally(await Promise.all(orders)), { 201: 5, 409: 15 });
  for (const { id } of marks) t.equal((await budgetOf(id)).spentAmount, 1_000);
});

t.test('a budget that is lowered while orders take from it never falls below what they took', async (t) => {
  const hat = await makeCostly(app);
  const { id } = await makeEntryItem(app, { productId: hat.id, budgetAmount: 2_000 });
  const body = { ...of(hat.id), expectedTotalAmount: 600 };
  const lower = (budgetAmount: number) => app.call(`PATCH /v1/entry-items/${id}`, { body: { budgetAmount } });
  const [orders, changes] = await Promise.all([
    Promise.all(times(15).map(() => app.call('POST /v1/orders', { body }))),
    Promise.all(times(10).map((i) => lower(2_000 - 200 * i))),
  ]);
  t.ok(changes.every(({ status }) => status === 200 || status === 409));
  const placed = orders.filter(({ status }) => status === 201).length;
  const { budgetAmount, spentAmount } = await budgetOf(id);
  t.equal(spentAmount, 200 * placed);
  t.ok(spentAmount <= budgetAmount);
  await checkInvariants(t, app);
});

t.test('orders that are cancelled from two sides give back once', async (t) => {
  const hat = await makeCostly(app);
  const { id } = await makeEntryItem(app, { productId: hat.id, budgetAmount: 1_000 });
  const orders = await Promise.all(times(5).map(() => ok(app.call('POST /v1/orders', { body: of(hat.id) }))));
  await Promise.all(
    orders.flatMap((order) =>
      times(3).map(() => app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} })),
    ),
  );
  t.equal((await budgetOf(id)).spentAmount, 0);
  await checkInvariants(t, app);
});
