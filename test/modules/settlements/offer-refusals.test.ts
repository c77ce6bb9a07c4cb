import t, { type Test } from 'tap';
import { acceptSettlement } from '../../../src/modules/settlements/answer.ts';
import { paySettlement } from '../../../src/modules/settlements/pay.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeLink } from '../../support/world.ts';
import { fingerprint } from '../../support/snapshot.ts';
import { ok } from '../orders/support.ts';
import { act, holds, makeSettling, offer, offerCharge, offerGift } from './offers-support.ts';

const app = await startApp(t);

type Refusal = readonly [status: number, code: string];
const MALFORMED: Refusal = [400, 'validation_failed'];

/** Every request is refused as expected, and nothing of the shop changes. */
async function allRefused(
  t: Test,
  shop: TestShop,
  refused: readonly (readonly [
    what: string,
    request: () => ReturnType<TestShop['call']>,
    refusal: Refusal,
  ])[],
): Promise<void> {
  const before = await fingerprint(app.deps.db, shop.shopId);
  for (const [what, request, refusal] of refused) {
    const { status, body } = await request();
    t.strictSame([status, body.code], refusal, `${what}: ${JSON.stringify(body).slice(0, 200)}`);
  }
  t.strictSame(await fingerprint(app.deps.db, shop.shopId), before, 'nothing was written');
}

const charge = { direction: 'from_customer', reason: 'price_error' };
const gift = { direction: 'to_customer', reason: 'price_error' };
const inconsistent: Refusal = [422, 'offer_inconsistent'];
const tooLarge: Refusal = [422, 'settlement_too_large'];
const noWay: Refusal = [422, 'payout_method_not_available'];

/** A paid order and offers for it: with any fields, and for its line. */
async function makeAsked() {
  const shop = await app.createShop();
  const { orderId, lineId } = await makeSettling(shop);
  const asked = (body: object) => () => offer(shop, orderId, body);
  const onLine = (line: object, head: object = {}) =>
    asked({ ...charge, ...head, lines: [{ lineId, amount: 1, ...line }] });
  return { shop, orderId, lineId, asked, onLine };
}

t.test('offers that make no sense are refused, and nothing is written', async (t) => {
  const { shop, orderId, asked, onLine } = await makeAsked();
  await allRefused(t, shop, [
    ['a negative amount', onLine({ amount: -1 }), MALFORMED],
    ['nothing', onLine({ amount: 0 }), MALFORMED],
    ['a fraction', onLine({ amount: 1.5 }), MALFORMED],
    ['an absurd amount', onLine({ amount: 1e15 }), MALFORMED],
    ['another currency', onLine({}, { currency: 'EUR' }), MALFORMED],
    ['a currency of a line', onLine({ currency: 'EUR' }), MALFORMED],
    ['a deadline of no time', onLine({}, { answerHours: 0 }), MALFORMED],
    ['a deadline of a year', onLine({}, { answerHours: 8760 }), MALFORMED],
    ['an edit', onLine({}, { editId: orderId }), MALFORMED],
    ['no lines', asked({ ...charge, lines: [] }), MALFORMED],
  ]);
});

t.test('offers whose parts contradict each other are refused, and nothing is written', async (t) => {
  const { shop, lineId, asked, onLine } = await makeAsked();
  const other = await makeSettling(await app.createShop());
  const twice = [1, 2].map((amount) => ({ lineId, amount }));
  await allRefused(t, shop, [
    ['neither lines nor an amount', asked(charge), inconsistent],
    ['both', onLine({}, { amount: 5 }), inconsistent],
    ['an amount for a price', asked({ ...charge, amount: 5 }), inconsistent],
    ['a reason of the other direction', onLine({}, { reason: 'promotion_missed' }), inconsistent],
    ['a reason of a rule', onLine({}, { ...gift, reason: 'price_drop' }), inconsistent],
    ['a line of another order', onLine({ lineId: other.lineId }), inconsistent],
    ['a line twice', asked({ ...charge, lines: twice }), inconsistent],
    ['more units than there are', onLine({ quantity: 3 }), inconsistent],
    ['no difference', onLine({ comparedUnitAmount: 1800 }), inconsistent],
    ['a difference of the other direction', onLine({ comparedUnitAmount: 2000 }, gift), inconsistent],
    ['more than the difference', onLine({ amount: 601, comparedUnitAmount: 2100 }), inconsistent],
    ['more than was paid', onLine({ amount: 3601 }, gift), tooLarge],
    ['more than was paid for one unit', onLine({ amount: 1801, quantity: 1 }, gift), tooLarge],
    ['more than the API can carry', onLine({ amount: 999_999_999_999_999 }), tooLarge],
    ['paying out what the customer pays', onLine({}, { payoutMethod: 'stored_value' }), noWay],
    ['a coupon', onLine({}, { ...gift, payoutMethod: 'coupon' }), noWay],
    ['an order of another shop', () => offer(shop, other.orderId, charge), [404, 'not_found']],
  ]);
});

t.test('no counter-offer goes beyond the difference that is the reason', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const offered = (fields: object, line: object) =>
    ok(offer(shop, orderId, { ...fields, lines: [{ lineId, amount: 100, ...line }] }));
  const most = (largestAmount: number) => ({
    status: 422,
    body: { code: 'settlement_too_large', largestAmount, errors: [{ pointer: '/amount' }] },
  });
  const back = await offered(gift, { comparedUnitAmount: 1700 });
  t.match(await act(shop, back.id, 'counter', { amount: 201 }, token), most(200));
  t.match(await ok(act(shop, back.id, 'counter', { amount: 200 }, token)), { amount: 200 });
  await ok(act(shop, back.id, 'cancel'));
  const more = await offered(charge, { comparedUnitAmount: 1850 });
  await ok(act(shop, more.id, 'counter', { amount: 50 }, token));
  t.match(await act(shop, more.id, 'counter', { amount: 999_999_999 }), most(100));
});

t.test('answers that come wrong are refused, and nothing is written', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const { id } = await offerGift(shop, orderId, lineId);
  const link = await makeLink(shop, id);
  const stale = { headers: { 'if-match': '"1"' } };
  const linked = (verb: string, options: object = {}) =>
    shop.call(`POST /v1/settlement-links/${link.token}/${verb}`, { as: null, ...options });
  const customer = (verb: string, body?: object) => () => act(shop, id, verb, body, token);
  await allRefused(t, shop, [
    [
      'a stale accept',
      () => shop.call(`POST /v1/settlements/${id}/accept`, { as: token, ...stale }),
      [412, 'version_mismatch'],
    ],
    [
      'a stale counter by link',
      () => linked('counter', { body: { amount: 1 }, ...stale }),
      [412, 'version_mismatch'],
    ],
    [
      'a stale decline',
      () =>
        shop.call(`POST /v1/settlements/${id}/decline`, {
          as: token,
          body: { reason: 'amount_not_right' },
          ...stale,
        }),
      [412, 'version_mismatch'],
    ],
    ['a negative counter-offer', customer('counter', { amount: -5 }), MALFORMED],
    ['a counter-offer in another currency', customer('counter', { amount: 5, currency: 'EUR' }), MALFORMED],
    ['more than is left', customer('counter', { amount: 3601 }), [422, 'settlement_too_large']],
    ['a reason that is none', customer('decline', { reason: 'no' }), MALFORMED],
    [
      'a reason of the shop',
      customer('decline', { reason: 'suspected_fraud' }),
      [422, 'decline_reason_not_yours'],
    ],
    [
      'paying what one gets',
      customer('payments', { provider: 'simulator' }),
      [409, 'settlement_not_payable'],
    ],
    ['an amount of one’s own', customer('payments', { provider: 'simulator', amount: 1 }), MALFORMED],
    ['approving', customer('approve'), [403, 'insufficient_scope']],
    ['approving what is offered', () => act(shop, id, 'approve'), [409, 'settlement_not_open']],
    ['making links', customer('links', {}), [403, 'insufficient_scope']],
    ['a link for ever', () => act(shop, id, 'links', { validHours: 100_000 }), MALFORMED],
  ]);
  await ok(act(shop, id, 'decline', { reason: 'no_longer_wanted' }, token));
  const over: Refusal = [409, 'settlement_not_open'];
  await allRefused(t, shop, [
    ['accepting what was declined', customer('accept'), over],
    ['countering it', customer('counter', { amount: 1 }), over],
    ['declining it again', customer('decline', { reason: 'amount_not_right' }), over],
    ['withdrawing it', () => act(shop, id, 'cancel'), over],
    ['accepting it by link', () => linked('accept'), over],
  ]);
});

t.test('who has too little stored value, or pays too late, changes nothing', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const { id } = await offerCharge(shop, orderId, lineId);
  await app.deps.db.$client.query('update settlements set due_at = created_at where id = $1', [id]);
  const late: Refusal = [409, 'offer_expired'];
  const link = await makeLink(shop, id);
  await allRefused(t, shop, [
    ['a late accept', () => act(shop, id, 'accept', undefined, token), late],
    ['a late counter', () => act(shop, id, 'counter', { amount: 1 }, token), late],
    ['a late decline', () => act(shop, id, 'decline', { reason: 'amount_not_right' }, token), late],
    ['a late click', () => shop.call(`POST /v1/settlement-links/${link.token}/accept`, { as: null }), late],
  ]);
  await app.deps.db.$client.query(`update settlements set due_at = now() + interval '1 day' where id = $1`, [
    id,
  ]);
  await ok(act(shop, id, 'accept', undefined, token));
  await allRefused(t, shop, [
    [
      'an empty wallet',
      () => act(shop, id, 'payments', { provider: 'wallet' }, token),
      [422, 'insufficient_balance'],
    ],
    [
      'cash of a customer',
      () => act(shop, id, 'payments', { provider: 'manual' }, token),
      [422, 'provider_not_available'],
    ],
    [
      'a provider that is not connected',
      () => act(shop, id, 'payments', { provider: 'stripe' }, token),
      [422, 'provider_not_available'],
    ],
  ]);
  await holds(t, app, shop);
});

t.test('an answer and a payment are in time until their moment, and late at it', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, customer } = await makeSettling(shop);
  const ctx = await shop.ctx();
  const asCustomer = {
    ...ctx,
    customerId: customer.id,
    actor: { kind: 'customer', id: customer.id },
  } as const;
  const asked = await offerCharge(shop, orderId, lineId);
  const late = /offer_expired/;
  const until = new Date(asked.dueAt);
  const justBefore = (at: Date) => new Date(at.getTime() - 1);
  await t.rejects(acceptSettlement({ ...asCustomer, now: until }, asked.id), late);
  const { settlement } = await acceptSettlement({ ...asCustomer, now: justBefore(until) }, asked.id);
  const payBy = settlement.dueAt as Date;
  const cash = { settlementId: asked.id, provider: 'manual' };
  await t.rejects(paySettlement({ ...ctx, now: payBy }, cash), late);
  t.match(await paySettlement({ ...ctx, now: justBefore(payBy) }, cash), { state: 'succeeded' });
  await holds(t, app, shop);
});
