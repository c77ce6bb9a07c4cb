import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeDearRedemption, makeRedemption } from '../../support/loyalty-world.ts';
import { creditWallet, must, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, HOUR, ok, runJobs, tally, times } from '../orders/support.ts';

const app = await startApp(t, { poolSize: 24 });
const pay = (shop: TestShop, id: string, body: object = { provider: 'manual' }, as?: string) =>
  shop.call(`POST /v1/redemptions/${id}/payments`, { body, ...(as === undefined ? {} : { as }) });
const cancel = (shop: TestShop, id: string, quantity?: number) =>
  shop.call(`POST /v1/redemptions/${id}/cancel`, { body: quantity === undefined ? {} : { quantity } });
const read = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/redemptions/${id}`));
const pointsOf = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}`))).activePoints;
const balanceOf = async (shop: TestShop, account: string): Promise<number> => {
  const { data } = await ok(shop.call('GET /v1/ledger/balances'));
  return data.find((one: { account: string }) => one.account === account)?.balanceAmount ?? 0;
};
const grantsOf = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/gift-grants?customerId=${id}`))).data;

t.test('a gift that costs money on top is had when it is paid', async (t) => {
  const shop = await app.createShop();
  const asked = await makeDearRedemption(shop, undefined, { quantity: 2, expectedPriceAmount: 1_500 });
  t.match(asked, { state: 'held', unitAmount: 1_500, taxAmount: 479, dueAmount: 3_000, paidAmount: 0 });
  t.match(asked, { currency: String, heldUntil: String });
  const confirm = () => shop.call(`POST /v1/redemptions/${asked.id}/confirm`);
  t.match(await confirm(), { status: 409, body: { code: 'redemption_not_paid', dueAmount: 3_000 } });
  t.match(await pay(shop, asked.id, { provider: 'manual', amount: 1_000 }), { status: 201 });
  t.match(await read(shop, asked.id), { state: 'held', dueAmount: 2_000, paidAmount: 1_000 });
  t.same(await grantsOf(shop, asked.customerId), []);
  const more = await pay(shop, asked.id, { provider: 'manual', amount: 2_001 });
  t.match(more, {
    status: 422,
    body: { code: 'redemption_payment_too_large', dueAmount: 2_000, errors: [{ pointer: '/amount' }] },
  });
  const paid = await pay(shop, asked.id);
  t.match(paid.body, { subjectType: 'redemption', amount: 2_000, state: 'succeeded', orderId: null });
  t.match(await read(shop, asked.id), {
    state: 'redeemed',
    dueAmount: 0,
    paidAmount: 3_000,
    heldUntil: null,
  });
  t.match(await grantsOf(shop, asked.customerId), [{ state: 'open', quantity: 2 }]);
  t.match(await pay(shop, asked.id), { status: 409, body: { code: 'redemption_not_payable' } });
  const { data } = await ok(shop.call(`GET /v1/redemptions/${asked.id}/payments`));
  t.same(
    data.map((one: { amount: number }) => one.amount),
    [2_000, 1_000],
  );
  t.equal(await balanceOf(shop, 'gift_sales'), -3_000);
  await checkInvariants(t, app);
});

t.test('units that are given up give back what they cost, in points and in money', async (t) => {
  const shop = await app.createShop();
  const asked = await makeDearRedemption(shop, undefined, { quantity: 3 });
  await must(pay(shop, asked.id));
  t.match(await ok(cancel(shop, asked.id, 1)), { state: 'redeemed', refundedAmount: 1_500 });
  t.match(await ok(cancel(shop, asked.id)), { state: 'cancelled', paidAmount: 4_500, refundedAmount: 4_500 });
  t.equal(await pointsOf(shop, asked.customerId), 1_000);
  t.equal(await balanceOf(shop, 'gift_sales'), 0);
  const { data } = await ok(shop.call('GET /v1/refunds'));
  t.match(data, [
    { subjectType: 'redemption', amount: 3_000, reason: 'cancellation' },
    { subjectId: asked.id, amount: 1_500, orderId: null },
  ]);
  await checkInvariants(t, app);
});

t.test('what is held gives back what was paid so far, and is had when less of it is enough', async (t) => {
  const shop = await app.createShop();
  const asked = await makeDearRedemption(shop, undefined, { quantity: 3 });
  await must(pay(shop, asked.id, { provider: 'manual', amount: 2_000 }));
  t.match(await ok(cancel(shop, asked.id, 1)), { state: 'held', dueAmount: 1_000, refundedAmount: 0 });
  t.match(await ok(cancel(shop, asked.id, 1)), { state: 'redeemed', paidAmount: 2_000, refundedAmount: 500 });
  t.match(await grantsOf(shop, asked.customerId), [{ state: 'open', quantity: 1 }]);
  const other = await makeDearRedemption(shop);
  await must(pay(shop, other.id, { provider: 'manual', amount: 700 }));
  await advance(shop, 200 * 24 * HOUR);
  await app.settle();
  t.match(await read(shop, other.id), { state: 'expired', refundedAmount: 700, dueAmount: 0 });
  t.match(await pay(shop, other.id), { status: 409, body: { code: 'redemption_not_held' } });
  await checkInvariants(t, app);
});

t.test('stored value pays, a coupon does not, and customers pay their own alone', async (t) => {
  const shop = await app.createShop();
  const asked = await makeDearRedemption(shop);
  const { customerId } = asked;
  const as = await tokenOf(shop, customerId);
  const refused = async (body: object, code: string, token = as) =>
    t.match(await pay(shop, asked.id, body, token), { body: { code } }, code);
  await refused({ provider: 'manual' }, 'provider_not_available');
  await refused({ provider: 'coupon' }, 'provider_not_available');
  await refused({ provider: 'wallet' }, 'insufficient_balance');
  const other = await makeDearRedemption(shop);
  await refused({ provider: 'wallet' }, 'not_found', await tokenOf(shop, other.customerId));
  const list = await shop.call(`GET /v1/redemptions/${asked.id}/payments`, {
    as: await tokenOf(shop, other.customerId),
  });
  t.match(list, { status: 404 });
  await creditWallet(shop, customerId, 2_000);
  t.match(await pay(shop, asked.id, { provider: 'wallet' }, as), { status: 201 });
  t.match(await read(shop, asked.id), { state: 'redeemed' });
  const wallet = () => ok(shop.call(`GET /v1/customers/${customerId}/wallet`));
  t.match(await wallet(), { balanceAmount: 500 });
  await ok(cancel(shop, asked.id));
  t.match(await wallet(), { balanceAmount: 2_000 }, 'it is back where it came from');
  await checkInvariants(t, app);
});

t.test('money that comes after the end goes back', async (t) => {
  const shop = await app.createShop();
  const asked = await makeDearRedemption(shop);
  await must(pay(shop, asked.id, { provider: 'simulator', simulate: 'call_back_late', delaySeconds: 3600 }));
  await app.settle();
  await ok(cancel(shop, asked.id));
  await runJobs(app);
  await checkInvariants(t, app);
  const { state, paidAmount, refundedAmount } = await read(shop, asked.id);
  t.equal(state, 'cancelled');
  t.same([paidAmount, refundedAmount], [1_500, 1_500]);
});

t.test('a price that changed is not charged', async (t) => {
  const shop = await app.createShop();
  const { customerId, giftId } = await makeDearRedemption(shop);
  const wish = { giftId, expectedPricePoints: 100, expectedPriceAmount: 1_499 };
  t.match(await shop.call(`POST /v1/loyalty-members/${customerId}/redemptions`, { body: wish }), {
    status: 409,
    body: { code: 'gift_price_changed', priceAmount: 1_500, errors: [{ pointer: '/expectedPriceAmount' }] },
  });
  const free = await makeRedemption(shop, undefined, { isHeld: true });
  t.match(await pay(shop, free.id), { status: 409, body: { code: 'redemption_not_payable' } });
  t.equal(await pointsOf(shop, customerId), 900);
});

t.test('of paying and giving up one happens, and money and points are never both gone', async (t) => {
  for (const round of times(6)) {
    const shop = await app.createShop();
    const asked = await makeDearRedemption(shop);
    if (round % 2 === 1) await advance(shop, 24 * HOUR - 1);
    const answers = await Promise.all([
      ...times(5).map(() => pay(shop, asked.id)),
      ...times(2).map(() => cancel(shop, asked.id)),
      ...(round % 2 === 1 ? [advance(shop, 5)] : []),
    ]);
    const counts = tally(answers.filter((one) => one && 'status' in (one as object)) as never);
    t.ok(
      Object.keys(counts).every((status) => Number(status) < 500),
      JSON.stringify(counts),
    );
    await app.settle();
    const { state, paidAmount, refundedAmount } = await read(shop, asked.id);
    t.ok(['redeemed', 'cancelled', 'expired'].includes(state), state);
    t.equal(paidAmount - refundedAmount, state === 'redeemed' ? 1_500 : 0);
    t.equal(await pointsOf(shop, asked.customerId), state === 'redeemed' ? 900 : 1_000);
  }
  await checkInvariants(t, app);
});
