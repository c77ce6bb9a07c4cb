import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeLink } from '../../support/world.ts';
import { expireDueSettlements } from '../../../src/modules/settlements/expire.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { getPayment } from '../../../src/modules/payments/repository.ts';
import { recordStatement } from '../../../src/modules/payments/outcomes.ts';
import { newId } from '../../../src/platform/ids.ts';
import { advance, DAY, ok, readOrder, runJobs, tally, times } from '../orders/support.ts';
import {
  act,
  confirmRefunds,
  holds,
  makeSettling,
  offer,
  offerCharge,
  offerGift,
  read,
} from './offers-support.ts';

const app = await startApp(t);
const refundsOf = async (shop: TestShop) => (await ok(shop.call('GET /v1/refunds?limit=200'))).data;

/** What the customer accepted to pay: 6.00. */
async function makeAccepted(shop: TestShop) {
  const made = await makeSettling(shop);
  const { id } = await offerCharge(shop, made.orderId, made.lineId);
  await ok(act(shop, id, 'accept', undefined, made.token));
  return { ...made, id: id as string };
}

/** The provider says that it took the money of an attempt, whatever became of that. */
async function takeMoney(shop: TestShop, paymentId: string): Promise<void> {
  const ctx = await shop.ctx();
  await inTransaction(ctx, async (tx) =>
    recordStatement(tx, ctx, await getPayment(tx, shop.shopId, paymentId), {
      paymentId,
      eventId: newId(),
      kind: 'succeeded',
      reference: 'r',
      failureCode: null,
    }),
  );
}

t.test('fifty offers for a line make one', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId } = await makeSettling(shop);
  const body = { direction: 'from_customer', reason: 'price_rise', lines: [{ lineId, amount: 100 }] };
  const answers = await Promise.all(times(50).map(() => offer(shop, orderId, body)));
  t.same(tally(answers), { 201: 1, 409: 49 });
  const freight = { direction: 'from_customer', reason: 'freight', amount: 100 };
  t.same(tally(await Promise.all(times(50).map(() => offer(shop, orderId, freight)))), { 201: 1, 409: 49 });
  await holds(t, app, shop);
});

t.test('fifty accept what is offered to them, and get it once', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const { id } = await offerGift(shop, orderId, lineId);
  const link = await makeLink(shop, id);
  const answers = await Promise.all(
    times(50).map((at) =>
      at % 2 === 0
        ? act(shop, id, 'accept', undefined, token)
        : shop.call(`POST /v1/settlement-links/${link.token}/accept`, { as: null }),
    ),
  );
  t.same(tally(answers), { 200: 1, 409: 49 });
  t.equal((await readOrder(shop, orderId)).settledAmount, 600);
  t.equal((await refundsOf(shop)).length, 1);
  await holds(t, app, shop);
});

t.test('accept, counter, decline and cancel at once: one of them', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  for (const round of times(4)) {
    const { id } = await offerCharge(shop, orderId, lineId);
    const answers = await Promise.all(
      times(24).map((at) => {
        if (at % 4 === 0) return act(shop, id, 'accept', undefined, token);
        if (at % 4 === 1) return act(shop, id, 'counter', { amount: 300 }, token);
        if (at % 4 === 2) return act(shop, id, 'decline', { reason: 'amount_not_right' }, token);
        return act(shop, id, 'cancel');
      }),
    );
    const done = answers.filter(({ status }) => status === 200);
    // Staff may still withdraw what the customer countered or accepted.
    t.ok(
      done.length === 1 || (done.length === 2 && done.some(({ body }) => body.state === 'cancelled')),
      `round ${round}`,
    );
    if (!['declined', 'cancelled'].includes((await read(shop, id)).state)) await ok(act(shop, id, 'cancel'));
  }
  await holds(t, app, shop);
});

t.test('two staff and the customer pay at once, and one payment is kept', async (t) => {
  const shop = await app.createShop();
  const { id, orderId, token } = await makeAccepted(shop);
  const answers = await Promise.all(
    times(50).map((at) =>
      at % 3 === 0
        ? act(shop, id, 'payments', { provider: 'simulator' }, token)
        : act(shop, id, 'payments', { provider: 'manual' }),
    ),
  );
  const { 201: made = 0, 409: late = 0 } = tally(answers) as Record<number, number>;
  t.equal(made + late, 50, JSON.stringify(tally(answers)));
  const numbers = answers.filter(({ status }) => status === 201).map(({ body }) => body.attemptNumber);
  t.equal(new Set(numbers).size, made, 'each attempt has a number of its own');
  await runJobs(app);
  await confirmRefunds(app, shop);
  t.match(await read(shop, id), { state: 'settled' });
  const order = await readOrder(shop, orderId);
  t.match(order, { chargedAmount: 600, netTotalAmount: 4200, dueAmount: 0, paymentState: 'paid' });
  t.equal(order.paidAmount - order.refundedAmount, 4200, 'what was too much is back');
  await holds(t, app, shop);
});

t.test(
  'fifty attempts of a provider that all succeed: one counts, the others go back where they came from',
  async (t) => {
    const shop = await app.createShop();
    const { id, orderId, token } = await makeAccepted(shop);
    const slow = { provider: 'simulator', simulate: 'call_back_late', delaySeconds: 3600 };
    const attempts = await Promise.all(times(10).map(() => ok(act(shop, id, 'payments', slow, token))));
    await Promise.all(attempts.map((attempt) => takeMoney(shop, attempt.id)));
    await runJobs(app);
    t.match(await read(shop, id), { state: 'settled' });
    const payments = (await ok(shop.call(`GET /v1/settlements/${id}/payments`))).data;
    t.equal(payments.filter(({ state }: any) => state === 'succeeded').length, 10);
    t.equal(payments.filter(({ refundedAmount }: any) => refundedAmount === 0).length, 1, 'one is kept');
    t.match(await readOrder(shop, orderId), { chargedAmount: 600, paidAmount: 9600, refundedAmount: 5400 });
    t.ok(
      (await refundsOf(shop)).every(
        (refund: any) => refund.reason === 'surplus' && refund.orderId === orderId,
      ),
    );
    await holds(t, app, shop);
  },
);

t.test('a payment against expiry: one of them, and the money follows it', async (t) => {
  for (const round of times(6)) {
    const shop = await app.createShop();
    const { id, orderId, token } = await makeAccepted(shop);
    const slow = { provider: 'simulator', simulate: 'call_back_late', delaySeconds: 3600 };
    const { id: paymentId } = await ok(act(shop, id, 'payments', slow, token));
    await app.deps.db.$client.query(
      'update settlements set due_at = created_at, version = version + 1 where id = $1',
      [id],
    );
    const ctx = await shop.ctx();
    const sweeps = () => Promise.all(times(3).map(() => expireDueSettlements(ctx)));
    await Promise.all(
      round % 2 === 0 ? [takeMoney(shop, paymentId), sweeps()] : [sweeps(), takeMoney(shop, paymentId)],
    );
    await runJobs(app);
    const { state } = await read(shop, id);
    t.ok(['settled', 'expired'].includes(state), state);
    const order = await readOrder(shop, orderId);
    t.match(
      order,
      state === 'settled'
        ? { chargedAmount: 600, refundedAmount: 0 }
        : { chargedAmount: 0, refundedAmount: 600 },
    );
    await holds(t, app, shop);
  }
});

t.test('accept against expiry has one effect', async (t) => {
  for (const round of times(6)) {
    const shop = await app.createShop();
    const { orderId, lineId, token } = await makeSettling(shop);
    const { id } = await offerGift(shop, orderId, lineId);
    const ctx = { ...(await shop.ctx()), now: new Date(Date.now() + 73 * 3_600_000) };
    const accept = () => act(shop, id, 'accept', undefined, token);
    const [answer] = await Promise.all(
      round % 2 === 0
        ? [accept(), expireDueSettlements(ctx)]
        : [accept(), expireDueSettlements(ctx), expireDueSettlements(ctx)],
    );
    const { state } = await read(shop, id);
    t.equal(answer?.status, state === 'paying' ? 200 : 409);
    t.equal((await readOrder(shop, orderId)).settledAmount, state === 'paying' ? 600 : 0);
    await holds(t, app, shop);
  }
});

t.test(
  'a success that comes after expiry, after another payment and after a cancellation goes back',
  async (t) => {
    const shop = await app.createShop();
    const { id, orderId, lineId, token } = await makeAccepted(shop);
    const slow = { provider: 'simulator', simulate: 'call_back_late', delaySeconds: 3600 };
    const { id: late } = await ok(act(shop, id, 'payments', slow, token));
    await advance(shop, 4 * DAY);
    t.match(await read(shop, id), { state: 'expired' });
    const next = await offerCharge(shop, orderId, lineId, { lines: [{ lineId, amount: 250 }] });
    await ok(act(shop, next.id, 'accept', undefined, token));
    await ok(act(shop, next.id, 'payments', { provider: 'manual' }));
    await takeMoney(shop, late);
    await runJobs(app);
    const [refund] = await refundsOf(shop);
    t.match(refund, {
      paymentId: late,
      amount: 600,
      reason: 'surplus',
      subjectType: 'settlement',
      state: 'succeeded',
    });
    t.match(await readOrder(shop, orderId), {
      chargedAmount: 250,
      netTotalAmount: 3850,
      paymentState: 'paid',
    });

    const { id: third } = await offerCharge(shop, orderId, lineId, { lines: [{ lineId, amount: 10 }] });
    await ok(act(shop, third, 'accept', undefined, token));
    const { id: after } = await ok(act(shop, third, 'payments', slow, token));
    await ok(shop.call(`POST /v1/orders/${orderId}/cancel`, { body: {} }));
    await takeMoney(shop, after);
    await runJobs(app);
    await confirmRefunds(app, shop);
    t.match(await read(shop, third), { state: 'cancelled' });
    const order = await readOrder(shop, orderId);
    t.equal(order.paidAmount, order.refundedAmount, 'everything is back');
    await holds(t, app, shop);
  },
);
