import t from 'tap';
import { executeRefund } from '../../../../src/modules/payments/provider-calls.ts';
import { checkInvariants, ok, readOrder, refundsOf, runJobs, tally, times } from '../../orders/support.ts';
import { lastEvent, startCharge, type StripeShop, startWorld } from './support.ts';

const world = await startWorld(t);
const { app, stripe } = world;

/** A refund that was requested and is not handed over yet. */
async function requestRefund({ shop }: StripeShop) {
  const { order } = await startCharge(shop);
  await app.settle();
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  const [refund] = await refundsOf(shop, order.id);
  return { order, refund, read: async () => (await refundsOf(shop, order.id))[0] };
}

t.test('a refund whose answer is lost goes back once, also when Stripe has forgotten the keys', async (t) => {
  const one = await world.addShop();
  for (const answer of ['none', '500', '429'] as const) {
    for (const forget of [false, true]) {
      const before = one.account.totals().refunded;
      const { read } = await requestRefund(one);
      stripe.fail({ on: 'POST /v1/refunds', answer, after: answer !== '429' });
      await app.settle();
      t.match(await read(), { state: 'pending' });
      if (forget) stripe.forgetKeys();
      await runJobs(app);
      t.match(await read(), { state: 'succeeded' }, `${answer}, forgotten: ${forget}`);
      t.equal(one.account.totals().refunded - before, 3600, 'it went back once');
    }
  }
});

t.test('jobs that run at once give back once', async (t) => {
  const one = await world.addShop();
  const { refund, read } = await requestRefund(one);
  const job = { shopId: one.shop.shopId, refundId: refund.id };
  await Promise.allSettled(times(6).map(() => executeRefund(app.deps, job)));
  await runJobs(app);
  t.match(await read(), { state: 'succeeded' });
  t.equal(one.account.refunds.length, 1);
});

t.test('a pending refund ends when Stripe says so, once', async (t) => {
  const one = await world.addShop();
  one.account.refundWith('pending');
  const { refund, read } = await requestRefund(one);
  await app.settle();
  const [made] = one.account.refunds;
  t.match(await read(), { state: 'pending', reference: made?.id, finishedAt: null });
  if (!made) return;
  const ended = one.account.endRefund(made, 'succeeded');
  t.same(tally(await Promise.all(times(20).map(() => world.callBack(one, ended)))), { 200: 20 });
  t.match(await read(), { state: 'succeeded', reference: made.id });
  await app.settle();
  const { data } = await ok(one.shop.call('GET /v1/changes?types=refund.succeeded'));
  t.match(data, [{ subjectId: refund.id }]);
  t.equal(data.length, 1);
  const statements = (await ok(one.shop.call(`GET /v1/payments/${refund.paymentId}/statements`))).data;
  t.match(statements.at(-1), { kind: 'refund_succeeded', refundId: refund.id });
});

t.test(
  'a refund that fails after it had succeeded is tried again, and its old failure does not matter',
  async (t) => {
    const one = await world.addShop();
    const { order, refund, read } = await requestRefund(one);
    await app.settle();
    t.match(await read(), { state: 'succeeded' });
    const [made] = one.account.refunds;
    if (!made) return;
    const success = one.account.tell('refund.updated', made);
    const failure = one.account.endRefund(made, 'failed');
    await world.callBack(one, failure);
    t.match(await read(), { state: 'failed', reference: 'expired_or_canceled_card' });
    await world.callBack(one, success);
    t.match(await read(), { state: 'failed' }, 'what is older changes nothing');
    await ok(one.shop.call(`POST /v1/refunds/${refund.id}/retry`));
    await world.callBack(one, { ...failure, id: 'evt_same_failure_again', type: 'charge.refund.updated' });
    t.match(await read(), { state: 'pending' }, 'it is about the attempt before');
    await app.settle();
    t.match(await read(), { state: 'succeeded', reference: one.account.refunds[1]?.id });
    t.same(one.account.totals(), { captured: 3600, refunded: 3600 });
    t.match(await readOrder(one.shop, order.id), { paymentState: 'refunded', refundedAmount: 3600 });
  },
);

t.test('what staff settled outside is not undone by Stripe', async (t) => {
  const one = await world.addShop();
  const { refund, read } = await requestRefund(one);
  await app.settle();
  const [made] = one.account.refunds;
  if (!made) return;
  await world.callBack(one, one.account.endRefund(made, 'failed'));
  await ok(one.shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: { reference: 'Transfer 118' } }));
  await world.callBack(one, { ...lastEvent(one.account, 'refund.failed'), id: 'evt_failed_again' });
  t.match(await read(), { state: 'succeeded', reference: 'Transfer 118' });
});

t.test('what Stripe refuses waits for a person; a wrong key does not make it fail', async (t) => {
  const one = await world.addShop();
  const { read } = await requestRefund(one);
  stripe.fail({ on: 'POST /v1/refunds', answer: '401' });
  await app.settle();
  t.match(await read(), { state: 'pending' });
  const [intent] = one.account.intents.values();
  if (intent) intent.amount_received = 0;
  await runJobs(app);
  t.match(await read(), { state: 'failed', reference: 'charge_already_refunded' });
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));
