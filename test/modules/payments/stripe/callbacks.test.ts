import t from 'tap';
import { newId } from '../../../../src/platform/ids.ts';
import type { StripeEvent } from '../../../support/stripe-books.ts';
import { signStripe } from '../../../support/stripe-stand-in.ts';
import { connectStripe } from '../../../support/world.ts';
import { checkInvariants, ok, readOrder, refundsOf, tally, times } from '../../orders/support.ts';
import { intentFor, lastEvent, readPayment, startCharge, startWorld, VISA } from './support.ts';

const world = await startWorld(t);
const { app } = world;
const MINUTE_MS = 60_000;

/** An attempt that waits for the customer's browser, and what Stripe will say when the customer has paid. */
async function startOpen(one: Awaited<ReturnType<typeof world.addShop>>) {
  const { order, payment } = await startCharge(one.shop, { provider: 'stripe' });
  await app.settle();
  const intent = intentFor(one.account, payment.id);
  return { order, payment, intent, paid: one.account.capture(intent) };
}

t.test('20 repetitions at once are one payment', async (t) => {
  const one = await world.addShop();
  const { order, payment, paid } = await startOpen(one);
  const answers = await Promise.all(times(20).map(() => world.callBack(one, paid)));
  t.same(tally(answers), { 200: 20 });
  t.match(await readOrder(one.shop, order.id), { status: 'paid', paidAmount: 3600, refundedAmount: 0 });
  const { data } = await ok(one.shop.call(`GET /v1/payments/${payment.id}/statements`));
  t.equal(data.filter((row: any) => row.providerEventId === paid.id).length, 1);
  await app.settle();
  const changes = await ok(one.shop.call('GET /v1/changes?types=payment.succeeded'));
  t.equal(changes.data.length, 1);
});

t.test('what the secret of the shop did not sign a moment ago does not count', async (t) => {
  const one = await world.addShop();
  const other = await world.addShop();
  const { order, paid } = await startOpen(one);
  const payload = JSON.stringify(paid);
  const right = signStripe(payload, one.webhookSecret);
  const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
  const forgeries: Parameters<typeof world.callBack>[2][] = [
    { secret: other.webhookSecret },
    { secret: one.secretKey },
    { signature: '' },
    { signature: 'nonsense' },
    { signature: 't=x,v1=y' },
    { signature: right.replace('v1=', 'v0=') },
    { signature: right.slice(0, -1) },
    { signature: right.replace(/t=\d+/, `t=${Math.floor(Date.now() / 1000) + 1}`) },
    { at: ago(6) },
    { at: ago(-6) },
    { payload: payload.replace('succeeded', 'succeedet') },
    { payload: `${payload} ` },
    { payload: '' },
    { shopId: newId() },
    { shopId: other.shop.shopId },
  ];
  for (const forgery of forgeries) {
    const answer = await world.callBack(one, paid, forgery);
    t.match([answer.status, answer.body.code], [401, 'callback_not_genuine'], JSON.stringify(forgery));
  }
  for (const data of [null, {}, { object: null }, { object: 'x' }]) {
    const answer = await world.callBack(one, { ...paid, id: newId(), data } as never);
    t.equal(answer.status, 200, `signed, and about nothing: ${JSON.stringify(data)}`);
  }
  const broken = await world.callBack(one, 'no JSON');
  t.equal(broken.status, 401, 'signed, but nothing that Stripe says');
  t.equal((await readOrder(one.shop, order.id)).status, 'pending');
  const during = `${right},v1=${'0'.repeat(64)}`.replace(',v1=', `,v1=${'f'.repeat(64)},v1=`);
  t.equal(
    (await world.callBack(one, paid, { signature: during })).status,
    200,
    'while the secret is changed there are several',
  );
  t.equal((await world.callBack(one, paid, { at: ago(4) })).status, 200, 'a slow one');
  t.equal((await readOrder(one.shop, order.id)).status, 'paid');
});

t.test(
  "a shop without an account has no callbacks, and another shop's moved clock none of its own time",
  async (t) => {
    const one = await world.addShop();
    const bare = { ...one, shop: await app.createShop() };
    const { order, paid } = await startOpen(one);
    t.equal((await world.callBack(bare, paid)).status, 401);
    await ok(one.shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 600 } }));
    t.equal((await world.callBack(one, paid)).status, 200, 'signatures go by the real time');
    t.equal((await readOrder(one.shop, order.id)).status, 'paid');
  },
);

t.test('what is about something else is taken and changes nothing', async (t) => {
  const one = await world.addShop();
  const other = await world.addShop();
  const { order, payment, intent, paid } = await startOpen(one);
  const change = (fields: object, more: object = {}): StripeEvent => ({
    ...paid,
    id: `evt_${newId()}`,
    ...more,
    data: { object: { ...intent, ...fields } },
  });
  const metadata = intent.metadata;
  const unrelated = [
    change({ metadata: {} }),
    change({ metadata: null }),
    change({ metadata: { ...metadata, makegood_shop_id: other.shop.shopId } }),
    change({ metadata: { ...metadata, makegood_payment_id: newId() } }),
    change({ metadata: { ...metadata, makegood_payment_id: "' or 1=1" } }),
    change({ id: 'pi_another' }),
    change({ amount: 1 }),
    change({ currency: 'jpy' }),
    change({}, { type: 'customer.created' }),
    change({ object: 'refund', payment_intent: intent.id }, { type: 'refund.failed' }),
    change(
      { payment_intent: intent.id, metadata: { ...metadata, makegood_refund_id: newId() } },
      { type: 'refund.failed' },
    ),
    { ...paid, type: 'v1.billing.meter', object: 'v2.core.event' } as unknown as StripeEvent,
  ];
  for (const event of unrelated) {
    const answer = await world.callBack(one, event);
    t.equal(answer.status, 200, event.type);
  }
  const toTheOther = await world.callBack(other, paid);
  t.match(
    toTheOther,
    { status: 200, body: { receivedCount: 0 } },
    "one account's secret tells nothing of another shop",
  );
  t.match(await readPayment(one.shop, payment.id), { state: 'processing' });
  t.equal((await readOrder(one.shop, order.id)).status, 'pending');
});

t.test('two attempts that both succeed: paid once, the second goes back through Stripe', async (t) => {
  const one = await world.addShop();
  const { shop, account } = one;
  const { order, payment, paid } = await startOpen(one);
  const second = await ok(
    shop.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'stripe' } }),
  );
  await app.settle();
  const alsoPaid = account.capture(intentFor(account, second.id));
  t.same(tally(await Promise.all([world.callBack(one, paid), world.callBack(one, alsoPaid)])), { 200: 2 });
  await app.settle();
  t.match(await readOrder(shop, order.id), {
    status: 'paid',
    paidAmount: 7200,
    refundedAmount: 3600,
    dueAmount: 0,
  });
  t.match(await refundsOf(shop, order.id), [{ state: 'succeeded', reason: 'surplus', amount: 3600 }]);
  t.same(account.totals(), { captured: 7200, refunded: 3600 });
  t.equal((await readPayment(shop, payment.id)).state, 'succeeded');
});

t.test('one attempt succeeds: the other can be paid by nobody any more', async (t) => {
  const one = await world.addShop();
  const { shop, account } = one;
  const { order, payment } = await startCharge(shop, { provider: 'stripe' });
  await app.settle();
  await ok(shop.call(`POST /v1/orders/${order.id}/payments`, { body: VISA }));
  await app.settle();
  await app.settle();
  t.match(await readOrder(shop, order.id), { status: 'paid', paidAmount: 3600 });
  t.match(await readPayment(shop, payment.id), { state: 'cancelled', clientSecret: null });
  t.equal(intentFor(account, payment.id).status, 'canceled');
  await world.callBack(one, lastEvent(account, 'payment_intent.canceled'));
  t.match(await readPayment(shop, payment.id), { state: 'cancelled' });
  const cash = await startCharge(shop, { provider: 'stripe' });
  await app.settle();
  await ok(shop.call(`POST /v1/orders/${cash.order.id}/payments`, { body: { provider: 'manual' } }));
  await app.settle();
  t.equal(intentFor(account, cash.payment.id).status, 'canceled', 'also when it is paid in cash');
  t.same(account.totals(), { captured: 3600, refunded: 0 });
});

t.test('what the merchant cancels at Stripe has failed here', async (t) => {
  const one = await world.addShop();
  const { payment } = await startCharge(one.shop, { provider: 'stripe' });
  await app.settle();
  one.account.cancel(intentFor(one.account, payment.id));
  await world.callBack(one, lastEvent(one.account, 'payment_intent.canceled'));
  t.match(await readPayment(one.shop, payment.id), {
    state: 'failed',
    failureCode: 'canceled',
    clientSecret: null,
  });
});

t.test('a new signing secret counts from now on, the old one no more', async (t) => {
  const one = await world.addShop();
  const { paid } = await startOpen(one);
  await connectStripe(one.shop, { secretKey: one.secretKey, webhookSecret: 'whsec_TheNextSigningSecret' });
  t.equal((await world.callBack(one, paid)).status, 401);
  t.equal((await world.callBack(one, paid, { secret: 'whsec_TheNextSigningSecret' })).status, 200);
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));
