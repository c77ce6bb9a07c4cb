import t, { type Test } from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCustomer, makeProduct, pay, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok, tally, times } from './support.ts';

const app = await startApp(t, { clock: { now: () => new Date('2026-11-20T10:00:00Z') } });

/** A shop whose customer has terms, and a product of 10.00. */
async function makeTerms(terms: object = {}) {
  const shop = await app.createShop();
  const { id: customerId } = await makeCustomer(shop);
  const product = await makeProduct(shop, { priceAmount: 1000, onHandQuantity: 10_000 });
  const body = { depositShareBps: 0, netDays: 30, netFrom: 'placed', creditLimitAmount: 10_000, ...terms };
  await ok(shop.call(`PUT /v1/customers/${customerId}/payment-terms`, { body }));
  const place = (quantity: number, fields: object = {}, as?: string) =>
    shop.call('POST /v1/orders', {
      body: { lines: [{ productId: product.id, quantity }], terms: 'on_account', customerId, ...fields },
      ...(as === undefined ? {} : { as }),
    });
  const account = () => ok(shop.call(`GET /v1/customers/${customerId}/account`));
  const open = async () => (await ok(shop.call(`GET /v1/customers/${customerId}/open-orders`))).data;
  return { shop, customerId: customerId as string, product, place, account, open };
}

const eventsOf = async (shop: TestShop, type: string) => {
  await app.settle();
  return (await ok(shop.call(`GET /v1/changes?types=${type}&limit=200`))).data;
};

t.test('fifty orders at the same moment never exceed the limit', async (t) => {
  const { shop, place, account } = await makeTerms({ creditLimitAmount: 10_000 });
  const answers = await Promise.all(times(50).map(() => place(1)));
  t.same(tally(answers), { 201: 10, 409: 40 });
  const refused = answers.find(({ status }) => status === 409);
  t.match(refused?.body, { code: 'credit_exceeded', leftAmount: 0, errors: [{ pointer: '/terms' }] });
  t.match(await account(), { usedAmount: 10_000, availableAmount: 0 });
  const ids = answers.filter(({ status }) => status === 201).map(({ body }) => body.id as string);
  // Each is cancelled twice, or paid and cancelled, at the same moment: what it used comes back once.
  await Promise.all(
    ids.flatMap((id, index) => [
      shop.call(`POST /v1/orders/${id}/cancel`, { body: {} }),
      index % 2 === 0
        ? shop.call(`POST /v1/orders/${id}/cancel`, { body: {} })
        : shop.call(`POST /v1/orders/${id}/payments`, { body: { provider: 'manual' } }),
    ]),
  );
  t.match(await account(), { usedAmount: 0, availableAmount: 10_000 });
  t.equal((await place(10)).status, 201);
  await checkInvariants(t, app);
});

t.test('what is paid in part, lowered or refunded is given back', async (t) => {
  const { shop, place, account } = await makeTerms();
  const { id } = await ok(place(8));
  t.match(await account(), { usedAmount: 8000, availableAmount: 2000 });
  await pay(shop, id, { provider: 'manual', amount: 3000 });
  t.match(await account(), { usedAmount: 5000 });
  await ok(
    shop.call(`POST /v1/orders/${id}/lower-price`, { body: { reductionAmount: 1000, reason: 'Late.' } }),
  );
  t.match(await account(), { usedAmount: 4000 });
  await pay(shop, id);
  t.match(await account(), { usedAmount: 0 });
  const order = await ok(shop.call(`GET /v1/orders/${id}`));
  await ok(
    shop.call(`POST /v1/orders/${id}/goodwill-settlements`, {
      body: { amount: 500, payoutMethod: 'stored_value' },
    }),
  );
  const edit = { lines: [{ lineId: order.lines[0].id, quantity: 6 }] };
  await ok(shop.call(`POST /v1/orders/${id}/edits`, { body: edit }));
  t.match(await account(), { usedAmount: 0 });
  await ok(shop.call(`POST /v1/orders/${id}/cancel`, { body: {} }));
  t.match(await account(), { usedAmount: 0 });
  await checkInvariants(t, app);
});

t.test('a deposit is due at once, the rest after delivery', async (t) => {
  const { shop, place, open } = await makeTerms({ depositShareBps: 2550, netDays: 10, netFrom: 'delivered' });
  const { id, placedAt } = await ok(place(1, await halfCent(shop)));
  const [first] = await open();
  t.match(first, {
    orderId: id,
    openAmount: 50,
    dues: [
      { part: 'deposit', amount: 13, openAmount: 13, dueAt: placedAt, isOverdue: false },
      { part: 'rest', amount: 37, openAmount: 37, dueAt: null },
    ],
  });
  await pay(shop, id, { provider: 'manual', amount: 10 });
  t.match(await shop.call(`POST /v1/orders/${id}/ship`, { body: {} }), {
    status: 409,
    body: { code: 'deposit_open', openDepositAmount: 3 },
  });
  await pay(shop, id, { provider: 'manual', amount: 10 });
  t.match((await open())[0].dues, [{ openAmount: 0 }, { openAmount: 30 }]);
  const shipped = await ok(shop.call(`POST /v1/orders/${id}/ship`, { body: {} }));
  await advance(shop, DAY);
  await ok(shop.call(`POST /v1/orders/${id}/shipments/${shipped.shipments[0].id}/deliver`));
  t.match((await open())[0].dues[1], { dueAt: '2026-12-01T10:00:00.000Z', remindedAt: null });
  await advance(shop, 7 * DAY);
  t.match((await open())[0].dues[1], { remindedAt: '2026-11-28T10:00:00.000Z', isOverdue: false });
  await advance(shop, 4 * DAY);
  t.match((await open())[0].dues, [{ isOverdue: false }, { isOverdue: true }]);
  t.match(await eventsOf(shop, 'order.payment_due_soon'), [{ data: { part: 'rest', openAmount: 30 } }]);
  t.match(await eventsOf(shop, 'order.payment_overdue'), [{ data: { part: 'rest', openAmount: 30 } }]);
  await pay(shop, id);
  t.same(await open(), []);
  await checkInvariants(t, app);
});

async function halfCent(shop: TestShop) {
  const { id } = await makeProduct(shop, { priceAmount: 50 });
  return { lines: [{ productId: id, quantity: 1 }] };
}

t.test('a shop may send goods before the deposit is there', async (t) => {
  const { shop, place } = await makeTerms({ depositShareBps: 5000 });
  const { id } = await ok(place(1));
  const settings = { orders: { shipsBeforeDeposit: true } };
  await ok(shop.call('PATCH /v1/shop', { body: { settings } }));
  t.match(await ok(shop.call(`POST /v1/orders/${id}/ship`, { body: {} })), { fulfilmentState: 'fulfilled' });
});

t.test('a deposit that is not paid is overdue, and what was paid in time is not spoken of', async (t) => {
  const { shop, place, account } = await makeTerms({ depositShareBps: 5000, netDays: 1 });
  const [late, paid] = [await ok(place(2)), await ok(place(2))];
  await pay(shop, paid.id);
  await advance(shop, 3 * DAY);
  const overdue = await eventsOf(shop, 'order.payment_overdue');
  t.same(
    overdue.map(({ subjectId, data }: { subjectId: string; data: { part: string } }) => [
      subjectId,
      data.part,
    ]),
    [
      [late.id, 'deposit'],
      [late.id, 'rest'],
    ],
  );
  t.match(await account(), { usedAmount: 2000, overdueAmount: 2000 });
  const { data } = await ok(shop.call(`GET /v1/orders/${late.id}/timeline`));
  t.equal(data.filter(({ kind }: { kind: string }) => kind === 'payment_overdue').length, 2);
});

t.test('who may order on account', async (t) => {
  const { shop, customerId, place } = await makeTerms({ creditLimitAmount: 1500 });
  const token = await tokenOf(shop, customerId);
  t.equal((await place(1, {}, token)).status, 201, 'a customer with terms');
  t.match(await place(1, {}, token), {
    status: 409,
    body: { code: 'credit_exceeded', leftAmount: 500 },
  });
  t.match(await ok(shop.call('GET /v1/me/account', { as: token })), {
    usedAmount: 1000,
    availableAmount: 500,
  });
  t.equal((await ok(shop.call('GET /v1/me/open-orders', { as: token }))).data.length, 1);
  await ok(shop.call(`DELETE /v1/customers/${customerId}/payment-terms`));
  t.match(await place(1, {}, token), { status: 422, body: { code: 'not_for_customers' } });
  t.equal((await place(1, { terms: 'cash_on_delivery' }, token)).body.code, 'not_for_customers');
  t.equal((await place(1)).status, 201, 'staff decides for itself');
  const stranger = await tokenOf(shop, (await makeCustomer(shop)).id);
  t.match(await place(1, { customerId: undefined }, stranger), {
    status: 422,
    body: { code: 'not_for_customers' },
  });
  await checkInvariants(t, app);
});

t.test('terms that are agreed on while orders come count all of them', async (t) => {
  const shop = await app.createShop();
  const product = await makeProduct(shop, { priceAmount: 1000, onHandQuantity: 10_000 });
  const { id: customerId } = await makeCustomer(shop);
  const lines = [{ productId: product.id, quantity: 1 }];
  const place = () => shop.call('POST /v1/orders', { body: { lines, terms: 'on_account', customerId } });
  const body = { depositShareBps: 0, netDays: 30, netFrom: 'placed', creditLimitAmount: 3000 };
  await Promise.all([
    ...times(5).map(place),
    shop.call(`PUT /v1/customers/${customerId}/payment-terms`, { body }),
    ...times(5).map(place),
  ]);
  const { usedAmount } = await ok(shop.call(`GET /v1/customers/${customerId}/account`));
  const orders = (await ok(shop.call(`GET /v1/orders?customerId=${customerId}`))).data;
  t.equal(usedAmount, orders.length * 1000);
  t.equal((await place()).status, usedAmount >= 3000 ? 409 : 201);
  await checkInvariants(t, app);
});

const merge = (shop: TestShop, to: string, duplicateCustomerId: string) =>
  shop.call(`POST /v1/customers/${to}/merge`, { body: { duplicateCustomerId } });

t.test('a merge moves what is owed, an erasure ends the terms', async (t: Test) => {
  const { shop, customerId, product, place } = await makeTerms();
  await ok(place(2));
  const { id: survivor } = await makeCustomer(shop);
  const own = { lines: [{ productId: product.id, quantity: 1 }], terms: 'on_account', customerId: survivor };
  const [merged] = await Promise.all([
    merge(shop, survivor, customerId),
    place(1),
    shop.call('POST /v1/orders', { body: own }),
  ]);
  t.equal(merged.status, 200);
  const account = await ok(shop.call(`GET /v1/customers/${survivor}/account`));
  t.match(
    account,
    { terms: { netDays: 30, creditLimitAmount: 10_000 } },
    'who had none gets those of the duplicate',
  );
  t.ok([3000, 4000].includes(account.usedAmount), `${account.usedAmount} are used`);
  await checkInvariants(t, app);
  const exported = await ok(shop.call(`GET /v1/customers/${survivor}/personal-data`));
  t.match(JSON.stringify(exported), /"paymentTerms","records":\[\{"isAgreed":true/);
  t.match(await shop.call(`POST /v1/customers/${survivor}/erase`), {
    status: 409,
    body: { code: 'customer_owes', openAmount: account.usedAmount },
  });
  for (const { id } of (await ok(shop.call(`GET /v1/orders?customerId=${survivor}`))).data)
    await ok(shop.call(`POST /v1/orders/${id}/cancel`, { body: {} }));
  await ok(shop.call(`POST /v1/customers/${survivor}/erase`));
  await checkInvariants(t, app);
  const after = await ok(shop.call(`GET /v1/customers/${survivor}/account`));
  t.match(after, { terms: null, usedAmount: 0 });
});

t.test('what was made elsewhere is counted, whatever the limit is', async (t) => {
  const { shop, customerId, product, account } = await makeTerms({ creditLimitAmount: 0 });
  const order = (number: string, fields: object = {}) => ({
    externalId: number,
    number,
    channel: 'erp',
    customerId,
    terms: 'on_account',
    lines: [{ productId: product.id, quantity: 3, unitAmount: 1000 }],
    freightAmount: 0,
    placedAt: '2026-11-01T00:00:00Z',
    ...fields,
  });
  await ok(shop.call('POST /v1/orders/import', { body: order('A') }));
  await ok(shop.call('POST /v1/orders/import', { body: order('B', { paidAt: '2026-11-02T00:00:00Z' }) }));
  await ok(
    shop.call('POST /v1/orders/import', { body: order('C', { cancelledAt: '2026-11-02T00:00:00Z' }) }),
  );
  t.match(await account(), { usedAmount: 3000, availableAmount: 0 });
  await checkInvariants(t, app);
});
