import t from 'tap';
import { clearing, priceDifferences } from '../../../src/modules/ledger/accounts.ts';
import { creditWallet as creditInside } from '../../../src/modules/wallets/credit.ts';
import { isUniqueViolation } from '../../../src/platform/db/constraints.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, refundsOf, runJobs } from '../orders/support.ts';
import {
  balanceOf,
  cancel,
  entriesOf,
  makeRich,
  movementsOf,
  orderOf,
  payByWallet,
  toldOf,
} from './support.ts';

const app = await startApp(t);

t.test('a customer pays with the wallet, the order is cancelled, and the value is back', async (t) => {
  const id = await makeRich(app, 5000);
  const as = await tokenOf(app, id);
  const order = await orderOf(app, id);
  const paid = await payByWallet(app, order.id, {}, { as });
  t.match(paid, {
    status: 201,
    body: { provider: 'wallet', state: 'succeeded', amount: 3600, clientSecret: null },
  });
  t.match(await readOrder(app, order.id), { status: 'paid', paymentState: 'paid', paidAmount: 3600 });
  t.equal(await balanceOf(app, id), 1400);
  t.same(await entriesOf(app, `clearing:${order.id}`), [
    ['payment_applied', 3600],
    ['payment_captured', -3600],
  ]);

  const cancelled = await app.call(`POST /v1/orders/${order.id}/cancel`, { body: {}, as });
  t.match(cancelled, { status: 200, body: { paymentState: 'refunded', refundedAmount: 3600 } });
  const [refund] = await refundsOf(app, order.id);
  t.match(refund, { state: 'succeeded', amount: 3600, reason: 'cancellation', reference: null });
  t.ok(refund.finishedAt, 'at once');
  t.equal(await balanceOf(app, id), 5000);
  t.same(await toldOf(app, id), [
    ['refunded', 3600, 5000],
    ['spent', -3600, 1400],
    ['credited', 5000, 5000],
  ]);
  t.match(await movementsOf(app, id), [
    { subjectType: 'order', subjectId: order.id, actorKind: 'customer' },
    { subjectType: 'order', subjectId: order.id, actorKind: 'customer' },
    { subjectType: null },
  ]);
  t.match(await app.call(`POST /v1/refunds/${refund.id}/retry`), {
    status: 409,
    body: { code: 'refund_finished' },
  });
  t.match(await app.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }), { status: 200 });
  t.equal(await balanceOf(app, id), 5000, 'confirming it gives nothing twice');
});

t.test('too little is refused and leaves nothing', async (t) => {
  const id = await makeRich(app, 3599);
  const order = await orderOf(app, id);
  t.match(await payByWallet(app, order.id), {
    status: 422,
    body: { code: 'insufficient_balance', availableAmount: 3599 },
  });
  t.same((await ok(app.call(`GET /v1/orders/${order.id}/payments`))).data, []);
  t.match(await readOrder(app, order.id), { paymentState: 'unpaid', version: order.version });
  t.equal((await payByWallet(app, order.id, { amount: 3599 })).status, 201, 'a part of it is fine');
  t.equal(await balanceOf(app, id), 0);
});

t.test('each part of the money goes back the way that it came', async (t) => {
  const id = await makeRich(app, 1000);
  const order = await orderOf(app, id);
  await payByWallet(app, order.id, { amount: 1000 });
  await pay(app, order.id, { provider: 'simulator', amount: 1600 });
  await pay(app, order.id, { provider: 'manual', amount: 1000 });
  await runJobs(app);
  await ok(cancel(app, order.id));
  await runJobs(app);
  const refunds = await refundsOf(app, order.id);
  t.same(refunds.map(({ amount, state }) => `${amount} ${state}`).toSorted(), [
    '1000 pending',
    '1000 succeeded',
    '1600 succeeded',
  ]);
  t.equal(await balanceOf(app, id), 1000);
});

t.test('an open attempt is given up when the wallet pays, and a surplus goes back into it', async (t) => {
  const id = await makeRich(app, 10_000);
  const order = await orderOf(app, id);
  await pay(app, order.id, { provider: 'simulator', simulate: 'call_back_late', delaySeconds: 3600 });
  t.equal((await payByWallet(app, order.id)).status, 201);
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/payments`));
  t.match(data, [
    { provider: 'wallet', state: 'succeeded' },
    { provider: 'simulator', state: 'cancelled' },
  ]);
  const cheaper = await orderOf(app, id);
  await payByWallet(app, cheaper.id, { amount: 3000 });
  const body = { reductionAmount: 1000, reason: 'Scratched' };
  await ok(app.call(`POST /v1/orders/${cheaper.id}/lower-price`, { body }));
  t.equal(await balanceOf(app, id), 10_000 - 3600 - 2600, 'what was too much is back');
});

t.test('nobody calls back for a wallet', async (t) => {
  const answer = await app.call(`POST /v1/payment-callbacks/wallet/${app.shopId}`, { as: null, body: {} });
  t.match(answer, { status: 401, body: { code: 'callback_not_genuine' } });
});

t.test('a settlement puts value into a wallet inside its own transaction, once', async (t) => {
  const id = await makeRich(app, 0);
  const ctx = await app.ctx();
  const settlement = newId();
  const settle = () =>
    inTransaction(ctx, (tx) =>
      creditInside(tx, ctx, {
        customerId: id,
        amount: 400n,
        from: priceDifferences(),
        kind: 'credited',
        reason: 'price_difference',
        subject: { type: 'settlement', id: settlement },
      }),
    );
  const movement = await settle();
  t.match(movement, { kind: 'credited', reason: 'price_difference', amount: 400n, subjectId: settlement });
  const again = await settle().catch((error: unknown) => error);
  t.ok(isUniqueViolation(again, 'ledger_transfers_reference_key'), String(again));
  t.same(await toldOf(app, id), [['credited', 400, 400]]);
  t.same(await entriesOf(app, 'price_differences'), [['wallet_credited', 400]]);
  const given = inTransaction(ctx, async (tx) => {
    const input = { customerId: id, amount: 50n, from: clearing(newId()), kind: 'refunded' as const };
    t.match(await creditInside(tx, ctx, input), { balanceAfter: 450n, reason: null });
    throw new Error('what came after it failed');
  });
  await t.rejects(given, { message: 'what came after it failed' });
  t.equal(await balanceOf(app, id), 400, 'and the value went with it');
});

t.test('after all of it everything agrees', async (t) => {
  await runJobs(app);
  await checkInvariants(t, app);
});
