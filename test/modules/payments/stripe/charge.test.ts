import t from 'tap';
import { chargePayment } from '../../../../src/modules/payments/provider-calls.ts';
import {
  checkInvariants,
  addCustomer,
  ok,
  readOrder,
  refundsOf,
  runJobs,
  timelineOf,
} from '../../orders/support.ts';
import { makeOrder, pay } from '../../../support/world.ts';
import { intentFor, lastEvent, readPayment, startCharge, startWorld, VISA } from './support.ts';

const world = await startWorld(t);
const { app, stripe } = world;

t.test('an order is paid by Stripe, sent, and given back', async (t) => {
  const { shop, account } = await world.addShop();
  const { order, payment } = await startCharge(shop);
  t.match(payment, { provider: 'stripe', state: 'created', clientSecret: null, providerStatus: null });
  t.equal(account.intents.size, 0, 'Stripe is not called inside the transaction');
  await app.settle();
  const intent = intentFor(account, payment.id);
  t.match(intent, {
    amount: 3600,
    currency: 'usd',
    metadata: { makegood_shop_id: shop.shopId, makegood_order_id: order.id },
  });
  t.match(await readPayment(shop, payment.id), {
    state: 'succeeded',
    reference: intent.id,
    clientSecret: null,
  });
  t.match(await readOrder(shop, order.id), { status: 'paid', paidAmount: 3600 });
  const told = await world.callBack(
    { shop, account, secretKey: '', webhookSecret: 'whsec_Signing1OfShop' },
    lastEvent(account, 'payment_intent.succeeded'),
  );
  t.match(told, { status: 200, body: { receivedCount: 1 } }, 'what the answer said, the callback says again');
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await app.settle();
  t.match(await refundsOf(shop, order.id), [
    { state: 'succeeded', amount: 3600, reference: account.refunds[0]?.id },
  ]);
  t.same(account.totals(), { captured: 3600, refunded: 3600 });
});

t.test(
  'a capture whose answer is lost is one capture, also when Stripe has forgotten the keys',
  async (t) => {
    const { shop, account } = await world.addShop();
    for (const answer of ['none', '500', '429'] as const) {
      for (const forget of [false, true]) {
        const before = account.totals().captured;
        stripe.fail({ on: '/confirm', answer, after: answer !== '429' });
        const { order, payment } = await startCharge(shop);
        await app.settle();
        t.match(await readPayment(shop, payment.id), { state: 'created' }, 'nobody knows yet');
        if (forget) stripe.forgetKeys();
        await runJobs(app);
        t.match(
          await readPayment(shop, payment.id),
          { state: 'succeeded' },
          `${answer}, forgotten: ${forget}`,
        );
        t.match(await readOrder(shop, order.id), { status: 'paid', paidAmount: 3600, refundedAmount: 0 });
        t.equal(account.totals().captured - before, 3600, 'one capture');
        const told = ['placed', 'payment_started', 'payment_succeeded', 'paid'];
        t.same(await timelineOf(shop, order.id), told, 'and nobody was told of a failure');
      }
    }
    t.equal(stripe.calls.filter((call) => call.includes('refund')).length, 2, 'those of the test before');
  },
);

t.test('an opening whose answer is lost opens again, and only the recorded one is confirmed', async (t) => {
  const { shop, account } = await world.addShop();
  stripe.fail({ on: 'POST /v1/payment_intents', answer: 'none', after: true });
  const { payment } = await startCharge(shop);
  await app.settle();
  t.equal((await readPayment(shop, payment.id)).reference, null);
  stripe.forgetKeys();
  await runJobs(app);
  t.equal(account.intents.size, 2);
  t.same(account.totals(), { captured: 3600, refunded: 0 });
  t.match(await readPayment(shop, payment.id), {
    state: 'succeeded',
    reference: intentFor(account, payment.id).id,
  });
});

t.test('jobs that run at once take the money once', async (t) => {
  const { shop, account } = await world.addShop();
  const { order, payment } = await startCharge(shop);
  const job = { shopId: shop.shopId, paymentId: payment.id };
  await Promise.allSettled([1, 2, 3, 4, 5, 6].map(() => chargePayment(app.deps, job)));
  await runJobs(app);
  t.same(account.totals(), { captured: 3600, refunded: 0 });
  t.match(await readOrder(shop, order.id), { status: 'paid', paidAmount: 3600, refundedAmount: 0 });
});

t.test('what is declined or never possible has failed, with the code, and is closed at Stripe', async (t) => {
  const { shop, account } = await world.addShop();
  const declined = await startCharge(shop, {
    provider: 'stripe',
    paymentMethod: 'pm_card_chargeDeclinedInsufficientFunds',
  });
  const unknown = await startCharge(shop, { provider: 'stripe', paymentMethod: 'pm_nobody' });
  const order = await makeOrder(shop);
  const small = await pay(shop, order.id, { ...VISA, amount: 10 });
  await app.settle();
  const failed = (failureCode: string) => ({ state: 'failed', failureCode, clientSecret: null });
  t.match(await readPayment(shop, declined.payment.id), failed('insufficient_funds'));
  t.match(await readPayment(shop, unknown.payment.id), failed('resource_missing'));
  t.match(await readPayment(shop, small.id), failed('amount_too_small'));
  await app.settle();
  t.same(
    [...account.intents.values()].map(({ status }) => status),
    ['canceled', 'canceled'],
  );
  t.same(await timelineOf(shop, declined.order.id), ['placed', 'payment_started', 'payment_failed']);
  await pay(shop, declined.order.id, VISA);
  await app.settle();
  t.match(await readOrder(shop, declined.order.id), { status: 'paid' });
});

t.test('a wrong key is no refusal: the job waits for a right one', async (t) => {
  const { shop, account, secretKey } = await world.addShop();
  stripe.removeKey(secretKey);
  const { payment } = await startCharge(shop);
  await runJobs(app);
  t.match(await readPayment(shop, payment.id), { state: 'created' });
  t.same(account.totals(), { captured: 0, refunded: 0 });
});

t.test(
  "a customer pays an own order in the browser, with another card after the first one's decline",
  async (t) => {
    const one = await world.addShop();
    const { shop, account } = one;
    const customer = await addCustomer(app, shop);
    const order = await makeOrder(shop, { customerId: customer.id });
    const stranger = await addCustomer(app, shop);
    const body = { provider: 'stripe' };
    t.equal(
      (await shop.call(`POST /v1/orders/${order.id}/payments`, { body, as: stranger.token })).status,
      404,
    );
    const payment = await ok(shop.call(`POST /v1/orders/${order.id}/payments`, { body, as: customer.token }));
    await app.settle();
    const read = async () =>
      (await ok(shop.call(`GET /v1/orders/${order.id}/payments`, { as: customer.token }))).data[0];
    const intent = intentFor(account, payment.id);
    const open = { state: 'processing', clientSecret: intent.client_secret };
    t.match(await read(), { ...open, providerStatus: 'requires_payment_method', failureCode: null });
    const declined = account.decline(intent, 'expired_card');
    await world.callBack(one, declined);
    t.match(await read(), { ...open, failureCode: 'expired_card' }, 'the form lets them try again');
    intent.status = 'requires_action';
    const acting = account.tell('payment_intent.requires_action', intent, declined.created + 5);
    await world.callBack(one, acting);
    t.match(await read(), { ...open, providerStatus: 'requires_action' });
    await world.callBack(one, { ...declined, id: 'evt_late_repetition' });
    t.match(await read(), { ...open, providerStatus: 'requires_action' }, 'what is older changes nothing');
    await world.callBack(one, account.capture(intent));
    t.match(await read(), {
      state: 'succeeded',
      clientSecret: null,
      providerStatus: null,
      failureCode: null,
    });
    t.match(await readOrder(shop, order.id), { status: 'paid' });
    await world.callBack(one, { ...acting, id: 'evt_later_repetition', created: acting.created + 60 });
    t.match(await read(), { state: 'succeeded', providerStatus: null });
  },
);

t.test('at the end the books are right', (t) => checkInvariants(t, app));
