import t from 'tap';
import { getRefund } from '../../../src/modules/payments/repository.ts';
import { finishRefund } from '../../../src/modules/payments/refunds.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCheaper, makeCustomer, makePaidOrder, makePolicy, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, tally, timelineOf, times } from '../orders/support.ts';
import { buy, runSweeps } from './protection-support.ts';

const app = await startApp(t);
const AUTOMATIC = { automaticAmount: 100_000 };

const claim = (shop: TestShop, orderId: string, body: object = {}, as?: string) =>
  shop.call(`POST /v1/orders/${orderId}/settlements`, {
    body: { reason: 'price_drop', ...body },
    ...(as === undefined ? {} : { as }),
  });
const goodwill = (shop: TestShop, orderId: string, amount: number) =>
  shop.call(`POST /v1/orders/${orderId}/goodwill-settlements`, { body: { amount } });
const read = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/settlements/${id}`));
const price = (shop: TestShop, id: string, priceAmount: number) =>
  ok(shop.call(`PATCH /v1/products/${id}`, { body: { priceAmount } }));
const refundsOf = async (shop: TestShop) => (await ok(shop.call('GET /v1/refunds'))).data;
const confirmAll = async (shop: TestShop) => {
  for (const refund of await refundsOf(shop))
    if (refund.state !== 'succeeded')
      await ok(shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  await app.settle();
};

t.test('a price that fell, from the claim to the money', async (t) => {
  const shop = await app.createShop();
  const { order, product } = await makeCheaper(shop, AUTOMATIC);
  const made = await ok(claim(shop, order.id));
  t.match(made, {
    state: 'paying',
    direction: 'to_customer',
    amount: 600,
    payoutMethod: 'original_payment',
    lines: [
      {
        quantity: 2,
        paidNetAmount: 3600,
        comparedUnitAmount: 1500,
        differenceAmount: 600,
        amount: 600,
        cap: null,
      },
    ],
  });
  t.match(await readOrder(shop, order.id), {
    totalAmount: 3600,
    settledAmount: 600,
    netTotalAmount: 3000,
    refundedAmount: 600,
    dueAmount: 0,
    paymentState: 'paid',
    lines: [{ netAmount: 3600, settledAmount: 600 }],
  });
  t.match(await refundsOf(shop), [{ amount: 600, reason: 'settlement', state: 'pending' }]);
  await confirmAll(shop);
  t.match(await read(shop, made.id), { state: 'settled', settledAt: String });
  t.ok((await timelineOf(shop, order.id)).includes('settled'));

  t.match(await claim(shop, order.id), {
    status: 422,
    body: { code: 'claim_refused', refusal: 'already_settled', refusalWords: { zh: '该差价已补。' } },
  });
  await price(shop, product.id, 1400);
  t.equal(
    (await ok(claim(shop, order.id))).amount,
    200,
    'a second drop pays only what goes beyond the first',
  );
  await confirmAll(shop);
  t.match(await ok(shop.call('GET /v1/ledger/entries?account=price_differences')), {
    data: [{ amount: 200 }, { amount: 600 }],
  });
  t.match(await ok(shop.call('GET /v1/ledger/verify')), { holds: true });
  const types = (
    await ok(shop.call('GET /v1/changes?types=settlement.accepted&types=settlement.settled'))
  ).data.map(({ type }: { type: string }) => type);
  t.equal(types.length, 4);
  await checkInvariants(t, app);
});

t.test('an order that is cancelled afterwards gives back what is left', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeCheaper(shop, AUTOMATIC);
  await ok(claim(shop, order.id));
  await ok(goodwill(shop, (await makePaidOrder(shop)).order.id, 100));
  await confirmAll(shop);
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.match(await readOrder(shop, order.id), {
    paidAmount: 3600,
    refundedAmount: 3600,
    paymentState: 'refunded',
  });
  await confirmAll(shop);
  t.match(await claim(shop, order.id), { status: 422, body: { refusal: 'order_cancelled' } });
  t.match(await goodwill(shop, order.id, 1), { status: 409, body: { code: 'order_not_settleable' } });
  await checkInvariants(t, app);
});

t.test('above the automatic amount a person decides', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeCheaper(shop, { automaticAmount: 599, budgetAmount: 1000 });
  const draft = await ok(claim(shop, order.id));
  t.match(draft, { state: 'draft', acceptedAt: null });
  t.equal((await readOrder(shop, order.id)).settledAmount, 0);
  t.match(await claim(shop, order.id), { status: 422, body: { refusal: 'line_busy' } });
  t.match(await goodwill(shop, order.id, 100), { status: 409, body: { code: 'line_in_settlement' } });
  const declined = await ok(
    shop.call(`POST /v1/settlements/${draft.id}/decline`, { body: { reason: 'suspected_fraud' } }),
  );
  t.match(declined, { state: 'declined', declineReason: 'suspected_fraud' });
  t.match(await shop.call(`POST /v1/settlements/${draft.id}/decline`, { body: { reason: 'no' } }), {
    status: 400,
  });
  t.match(await shop.call(`POST /v1/settlements/${draft.id}/approve`), {
    status: 409,
    body: { code: 'settlement_not_open' },
  });
  const again = await ok(claim(shop, order.id));
  t.equal(again.amount, 600, 'what was declined used up nothing');
  t.match(await shop.call(`POST /v1/settlements/${again.id}/approve`, { headers: { 'if-match': '"9"' } }), {
    status: 412,
  });
  t.match(await ok(shop.call(`POST /v1/settlements/${again.id}/approve`)), { state: 'paying' });
  await confirmAll(shop);
  t.match(await ok(shop.call('GET /v1/settlements?state=settled')), {
    data: [{ id: again.id }],
    nextCursor: null,
  });
  t.match(await ok(shop.call(`GET /v1/settlements?orderId=${order.id}&limit=1`)), {
    data: [{ id: again.id }],
    nextCursor: String,
  });
  await checkInvariants(t, app);
});

t.test('of just the automatic amount nobody has to decide', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeCheaper(shop, { automaticAmount: 600 });
  t.match(await ok(claim(shop, order.id)), { state: 'paying', amount: 600 });
});

t.test('a customer claims and withdraws their own, and gives no goodwill', async (t) => {
  const shop = await app.createShop();
  const customer = await makeCustomer(shop);
  const { order } = await makeCheaper(shop, { automaticAmount: 0 }, { customerId: customer.id });
  const token = await tokenOf(shop, customer.id);
  const stranger = await tokenOf(shop, (await makeCustomer(shop)).id);
  t.equal((await claim(shop, order.id, {}, stranger)).status, 404);
  const draft = await ok(claim(shop, order.id, {}, token));
  t.equal((await shop.call(`GET /v1/settlements/${draft.id}`, { as: stranger })).status, 404);
  t.equal((await shop.call(`POST /v1/settlements/${draft.id}/cancel`, { as: stranger })).status, 404);
  t.same((await ok(shop.call('GET /v1/settlements', { as: stranger }))).data, []);
  t.equal((await ok(shop.call('GET /v1/settlements', { as: token }))).data.length, 1);
  t.equal((await shop.call(`POST /v1/settlements/${draft.id}/approve`, { as: token })).status, 403);
  t.match(await ok(shop.call(`POST /v1/settlements/${draft.id}/cancel`, { as: token })), {
    state: 'cancelled',
  });
  const other = await makeCustomer(shop);
  await ok(shop.call(`POST /v1/customers/${other.id}/merge`, { body: { duplicateCustomerId: customer.id } }));
  t.match(await read(shop, draft.id), { customerId: other.id }, 'and goes with them when they are merged');
});

t.test('goodwill is spread by what is left and never more than that', async (t) => {
  const shop = await app.createShop();
  const { order } = await makePaidOrder(shop);
  t.match(await goodwill(shop, order.id, 3601), {
    status: 422,
    body: { code: 'settlement_too_large', largestAmount: 3600 },
  });
  t.match(await ok(goodwill(shop, order.id, 1000)), { reason: 'goodwill', state: 'paying', policyId: null });
  await confirmAll(shop);
  t.match(await goodwill(shop, order.id, 2601), { status: 422 });
  await ok(goodwill(shop, order.id, 2600));
  await confirmAll(shop);
  t.match(await readOrder(shop, order.id), { netTotalAmount: 0, dueAmount: 0, paymentState: 'paid' });
  t.match(await ok(shop.call('GET /v1/ledger/entries?account=goodwill')), {
    data: [{ amount: 2600 }, { amount: 1000 }],
  });
  await checkInvariants(t, app);
});

t.test('after a suspicion of fraud a person decides whatever is claimed of the order', async (t) => {
  const shop = await app.createShop();
  const { order, product } = await makeCheaper(shop, { automaticAmount: 650 });
  const other = await buy(shop, [product]);
  await price(shop, product.id, 1400);
  const draft = await ok(claim(shop, order.id));
  t.match(draft, { state: 'draft', amount: 800 });
  const why = { reason: 'suspected_fraud' };
  await ok(shop.call(`POST /v1/settlements/${draft.id}/decline`, { body: why }));
  await price(shop, product.id, 1500);
  const small = await ok(claim(shop, order.id));
  t.match(small, { state: 'draft', amount: 600 }, 'also what would be paid by rule');
  await ok(shop.call(`POST /v1/settlements/${small.id}/decline`, { body: why }));
  await price(shop, product.id, 1300);
  await price(shop, product.id, 1490);
  await runSweeps(app, shop);
  const all = (await ok(shop.call('GET /v1/settlements?limit=200'))).data;
  const stateOf = ({ id }: { id: string }) =>
    all.find((one: any) => one.orderId === id && one.state !== 'declined')?.state;
  t.same([stateOf(order), stateOf(other)], ['draft', 'paying'], 'and what a sweep finds');
  await checkInvariants(t, app);
});

t.test('stored value is there at once, and a cancellation gives back the rest', async (t) => {
  const shop = await app.createShop();
  const customer = await makeCustomer(shop);
  const asValue = { payoutMethod: 'stored_value' };
  const { order } = await makeCheaper(
    shop,
    { ...AUTOMATIC, payoutMethods: ['stored_value'] },
    { customerId: customer.id },
  );
  t.match(await claim(shop, order.id, { payoutMethod: 'original_payment' }), {
    status: 422,
    body: { code: 'payout_method_not_available' },
  });
  t.match(await ok(claim(shop, order.id, asValue)), { state: 'settled', amount: 600 });
  t.match(await ok(shop.call(`GET /v1/customers/${customer.id}/wallet`)), { balanceAmount: 600 });
  t.match(await readOrder(shop, order.id), {
    settledAmount: 600,
    refundedAmount: 0,
    dueAmount: 0,
    paymentState: 'paid',
  });
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.match(await readOrder(shop, order.id), { refundedAmount: 3000, paymentState: 'refunded' });
  const guest = await makeCheaper(shop, { ...AUTOMATIC, payoutMethods: ['stored_value'] });
  t.match(await claim(shop, guest.order.id, asValue), {
    status: 422,
    body: { code: 'payout_method_not_available', errors: [{ pointer: '/payoutMethod' }] },
  });
  await checkInvariants(t, app);
});

t.test('a promise that pays more does not hide one that pays in the wanted way', async (t) => {
  const shop = await app.createShop();
  const customer = await makeCustomer(shop);
  const lesser = await makePolicy(shop, { ...AUTOMATIC, rateBps: 5000, payoutMethods: ['stored_value'] });
  const { order } = await makeCheaper(shop, AUTOMATIC, { customerId: customer.id });
  t.match(
    await ok(
      shop.call(`POST /v1/orders/${order.id}/price-differences/preview`, { body: { reason: 'price_drop' } }),
    ),
    { amount: 600 },
  );
  t.match(await ok(claim(shop, order.id, { payoutMethod: 'stored_value' })), {
    policyId: lesser.id,
    amount: 300,
    state: 'settled',
  });
});

t.test('a promise that pays nothing is refused when it is made', async (t) => {
  const shop = await app.createShop();
  const policy = { name: 'Nothing', reasons: ['price_drop'], windowDays: 30, rateBps: 0 };
  t.match(await shop.call('POST /v1/price-difference-policies', { body: policy }), {
    status: 422,
    body: { code: 'policy_inconsistent' },
  });
});

t.test('what was paid by wallet goes back to it, and is settled by then', async (t) => {
  const shop = await app.createShop();
  const customer = await makeCustomer(shop);
  await makePolicy(shop, AUTOMATIC);
  const { order, product } = await makeUnpaid(shop, { customerId: customer.id });
  await ok(
    shop.call(`POST /v1/customers/${customer.id}/wallet/credits`, { body: { amount: 3600, reason: 'cash' } }),
  );
  await pay(shop, order.id, { provider: 'wallet' });
  await price(shop, product.id, 1700);
  const made = await ok(claim(shop, order.id));
  await app.settle();
  t.match(await read(shop, made.id), { state: 'settled', amount: 200 });
  t.match(await ok(shop.call(`GET /v1/customers/${customer.id}/wallet`)), { balanceAmount: 200 });
  await checkInvariants(t, app);
});

async function makeUnpaid(shop: TestShop, fields: object) {
  const product = await ok(
    shop.call('POST /v1/products', { body: { name: 'Chai', priceAmount: 1800, onHandQuantity: 100 } }),
  );
  const lines = [{ productId: product.id, quantity: 2 }];
  return { product, order: await ok(shop.call('POST /v1/orders', { body: { lines, ...fields } })) };
}

t.test('money that does not arrive fails the settlement, and settles it when it does', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  const { order } = await makeCheaper(shop, AUTOMATIC);
  const made = await ok(claim(shop, order.id));
  const [{ id }] = await refundsOf(shop);
  await inTransaction(ctx, async (tx) =>
    finishRefund(tx, ctx, await getRefund(tx, shop.shopId, id), { failureCode: 'account_closed' }),
  );
  await app.settle();
  t.match(await read(shop, made.id), { state: 'failed', settledAt: null });
  t.match(await claim(shop, order.id), { status: 422, body: { refusal: 'line_busy' } }, 'it is not over');
  await confirmAll(shop);
  t.match(await read(shop, made.id), { state: 'settled' });
  await checkInvariants(t, app);
});

t.test('fifty claims at once settle once', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeCheaper(shop, AUTOMATIC);
  const answers = await Promise.all(times(50).map(() => claim(shop, order.id)));
  const { 201: made = 0 } = tally(answers) as Record<number, number>;
  t.equal(made, 1, JSON.stringify(tally(answers)));
  t.equal((await readOrder(shop, order.id)).settledAmount, 600);
  await checkInvariants(t, app);
});

t.test('fifty approvals, and withdrawals among them, have one effect', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeCheaper(shop, { automaticAmount: 0 });
  const { id } = await ok(claim(shop, order.id));
  const verbs = times(50).map((at) => (at % 5 === 4 ? 'cancel' : 'approve'));
  const answers = await Promise.all(verbs.map((verb) => shop.call(`POST /v1/settlements/${id}/${verb}`)));
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  const { state } = await read(shop, id);
  t.equal((await refundsOf(shop)).length, state === 'paying' ? 1 : 0);
  await checkInvariants(t, app);
});

t.test('a budget and a customer’s year are never overdrawn, however many claim at once', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, { ...AUTOMATIC, budgetAmount: 2000, customerYearCapAmount: 1500 });
  const customer = await makeCustomer(shop);
  const product = await ok(
    shop.call('POST /v1/products', { body: { name: 'Chai', priceAmount: 1800, onHandQuantity: 1000 } }),
  );
  const body = { customerId: customer.id, lines: [{ productId: product.id, quantity: 2 }] };
  const orders = await Promise.all(times(8).map(() => ok(shop.call('POST /v1/orders', { body }))));
  for (const order of orders) await pay(shop, order.id);
  await price(shop, product.id, 1500);
  const answers = await Promise.all(orders.map((order) => claim(shop, order.id)));
  const { 201: made = 0, 422: refused = 0 } = tally(answers) as Record<number, number>;
  t.same([made, refused], [3, 5], '6.00, 6.00 and what is left of the year');
  const settled = (await ok(shop.call('GET /v1/settlements'))).data;
  const sum = settled.reduce((total: number, { amount }: { amount: number }) => total + amount, 0);
  t.equal(sum, 1500, 'the year of the customer, to the cent');
  await checkInvariants(t, app);
});
