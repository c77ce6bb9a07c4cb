import t from 'tap';
import { startApp } from '../../support/app.ts';
import {
  askLoad,
  loadCard,
  makeCard,
  makeOffer,
  makeRichCard,
  readCard,
  setTerms,
} from '../../support/cards-world.ts';
import { makeCustomer, makeOrder, makeProduct, must, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok, runJobs } from '../orders/support.ts';
import { act, makeSettling, offerCharge } from '../settlements/offers-support.ts';
import { cancel, entriesOf } from './support.ts';

const app = await startApp(t);

const payBy = (orderId: string, named: object, more: object = {}) =>
  app.call(`POST /v1/orders/${orderId}/payments`, { body: { provider: 'card', ...named }, ...more });
const movementsOf = async (cardId: string): Promise<any[]> =>
  (await ok(app.call(`GET /v1/cards/${cardId}/movements?limit=200`))).data;
const quote = (cardId: string, cause: string) =>
  ok(app.call(`POST /v1/cards/${cardId}/refund-quote`, { body: { cause } }));
/** An order that costs just so much. */
async function orderOf(amount: number, fields: object = {}): Promise<any> {
  const product = await makeProduct(app, { priceAmount: amount, onHandQuantity: 1000 });
  return makeOrder(app, { lines: [{ productId: product.id, quantity: 1 }], ...fields });
}

t.test('a bearer card is loaded, pays an order and gets the money back', async (t) => {
  const card = await makeCard(app);
  t.match(card, { kind: 'bearer', state: 'pending', balanceAmount: 0, expiresAt: null, customerId: null });
  t.equal(card.code.slice(-4), card.lastFour);
  await makeOffer(app, { paidAmount: 50_000, bonusAmount: 5_000 });
  const load = await loadCard(app, card.id, 60_000);
  t.match(load, { state: 'active', paidAmount: 60_000, bonusAmount: 5_000, dueAt: null, termsVersion: 1 });
  t.match(await readCard(app, card.id), {
    state: 'active',
    balanceAmount: 65_000,
    principalAmount: 60_000,
    bonusAmount: 5_000,
  });
  t.notOk('code' in (await readCard(app, card.id)));
  const order = await orderOf(62_000);
  t.equal((await payBy(order.id, { cardCode: card.code.toLowerCase() })).status, 201);
  t.match(await readCard(app, card.id), { balanceAmount: 3_000, principalAmount: 0, bonusAmount: 3_000 });
  t.equal((await ok(cancel(app, order.id))).status, 'cancelled');
  t.match(await readCard(app, card.id), {
    balanceAmount: 65_000,
    principalAmount: 60_000,
    bonusAmount: 5_000,
  });
  t.same(
    (await movementsOf(card.id)).map(({ kind, lotKind, amount, balanceAfterAmount, position }) => [
      position,
      kind,
      lotKind,
      amount,
      balanceAfterAmount,
    ]),
    [
      [6, 'refunded', 'principal', 60_000, 65_000],
      [5, 'refunded', 'bonus', 2_000, 5_000],
      [4, 'spent', 'bonus', -2_000, 3_000],
      [3, 'spent', 'principal', -60_000, 5_000],
      [2, 'loaded', 'bonus', 5_000, 65_000],
      [1, 'loaded', 'principal', 60_000, 60_000],
    ],
  );
  t.same(await entriesOf(app, `card:${card.id}`), [
    ['refund_paid', -62_000],
    ['payment_captured', 62_000],
    ['card_loaded', -65_000],
  ]);
});

t.test('the worked example, over HTTP', async (t) => {
  await app.call('PATCH /v1/shop', {
    body: { settings: { wallets: { bearerCardLimitAmount: 200_000 } } },
  });
  await makeOffer(app);
  const ended = async (used: number, cause: string) => {
    const card = await makeCard(app);
    await loadCard(app, card.id, 100_000);
    if (used > 0) await must(payBy((await orderOf(used)).id, { cardId: card.id }));
    await advance(app, 10 * DAY);
    const told = await quote(card.id, cause);
    const done = await ok(app.call(`POST /v1/cards/${card.id}/refund`, { body: { cause } }));
    t.same({ ...done, state: '' }, { ...told, state: '' }, 'as the quote says');
    t.match(await readCard(app, card.id), { state: 'closed', balanceAmount: 0 });
    return done.refundAmount;
  };
  t.equal(await ended(60_000, 'merchant'), 50_000);
  t.equal(await ended(60_000, 'customer'), 40_000);
  t.equal(await ended(110_000, 'merchant'), 8_333);
  t.equal(await ended(110_000, 'customer'), 0);
  const fresh = await makeCard(app);
  await loadCard(app, fresh.id, 100_000);
  const told = await quote(fresh.id, 'customer');
  t.match(told, {
    refundAmount: 100_000,
    loads: [
      { rule: 'unused_in_full', alongPaymentAmount: 100_000, manualAmount: 0, forfeitedAmount: 20_000 },
    ],
  });
});

t.test('what was used counts at the price before discount when the customer wants to end it', async (t) => {
  const card = await makeRichCard(app, 100_000);
  const order = await orderOf(60_000);
  const lower = { reductionAmount: 10_000, reason: 'A scratch on the box.' };
  await ok(app.call(`POST /v1/orders/${order.id}/lower-price`, { body: lower }));
  await must(payBy(order.id, { cardId: card.id }));
  t.match(await quote(card.id, 'customer'), {
    refundAmount: 40_000,
    loads: [
      {
        rule: 'price_before_discount',
        usedAmount: 50_000,
        usedListAmount: 60_000,
        consumedAmount: 60_000,
        forfeitedAmount: 30_000,
      },
    ],
  });
  t.match(await quote(card.id, 'merchant'), {
    refundAmount: 58_333,
    loads: [{ rule: 'discounted_share', consumedAmount: 41_667 }],
  });
  await ok(app.call(`POST /v1/cards/${card.id}/refund`, { body: { cause: 'customer' } }));
  t.same((await entriesOf(app, 'card_forfeits')).slice(0, 1), [['card_ended', -10_000]]);
  const { data } = await ok(app.call('GET /v1/refunds?state=pending'));
  t.match(data[0], { reason: 'card_ended', amount: 40_000, subjectType: 'card_load', orderId: null });
});

t.test('twenty payments of one cent are worth what one of twenty cents is', async (t) => {
  const card = await makeRichCard(app, 100_000);
  const order = await orderOf(30);
  const lower = { reductionAmount: 10, reason: 'A scratch on the box.' };
  await ok(app.call(`POST /v1/orders/${order.id}/lower-price`, { body: lower }));
  for (let left = 20; left > 0; left -= 1) await must(payBy(order.id, { cardId: card.id, amount: 1 }));
  t.match(await quote(card.id, 'customer'), {
    refundAmount: 99_970,
    loads: [{ usedAmount: 20, usedListAmount: 30 }],
  });
});

t.test('a settlement is paid by card, and refunds in parts go back bonus first', async (t) => {
  const { customer, token, orderId, lineId } = await makeSettling(app);
  const card = await makeCard(app, 'named', customer.id);
  await loadCard(app, card.id, 10_000);
  const { id } = await offerCharge(app, orderId, lineId);
  await ok(act(app, id, 'accept', undefined, token));
  await ok(act(app, id, 'payments', { provider: 'card', cardId: card.id }, token));
  t.equal((await readCard(app, card.id)).balanceAmount, 9_400);
  const refused = await act(app, id, 'payments', { provider: 'manual', cardId: card.id });
  t.ok(refused.status >= 400);
  await makeOffer(app, { paidAmount: 20_000, bonusAmount: 1_000 });
  const rich = await makeCard(app);
  await loadCard(app, rich.id, 20_000);
  const order = await orderOf(20_500);
  await must(payBy(order.id, { cardId: rich.id }));
  for (const amount of [300, 300]) {
    await ok(app.call(`POST /v1/orders/${order.id}/goodwill-settlements`, { body: { amount } }));
    await runJobs(app);
  }
  t.match(await readCard(app, rich.id), { bonusAmount: 1_000, principalAmount: 100 });
});

t.test('what is wrongly named pays nothing', async (t) => {
  const order = await orderOf(1_000);
  const card = await makeRichCard(app);
  const named = { cardId: card.id, cardCode: card.code };
  for (const body of [{}, named])
    t.match(await payBy(order.id, body), { status: 422, body: { code: 'provider_not_available' } });
  t.match(
    await app.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'manual', cardId: card.id } }),
    {
      status: 422,
    },
  );
  t.match(await payBy(order.id, { cardCode: 'NO-SUCH-CODE' }), { body: { cardRefusal: 'unknown' } });
  t.match(await payBy((await orderOf(10_001)).id, { cardId: card.id }), {
    status: 422,
    body: { code: 'insufficient_balance', availableAmount: 10_000 },
  });
  t.equal((await readCard(app, card.id)).balanceAmount, 10_000, 'nothing changed');
  const { code } = (await app.call('POST /v1/cards', { body: { kind: 'named' } })).body;
  t.equal(code, 'card_owner_contradictory');
});

t.test('a card is only its customer’s', async (t) => {
  const [owner, other] = [await makeCustomer(app), await makeCustomer(app)];
  const card = await makeCard(app, 'named', owner.id);
  await loadCard(app, card.id, 10_000);
  const [token, stranger] = [await tokenOf(app, owner.id), await tokenOf(app, other.id)];
  const [mine, theirs] = [
    await orderOf(1_000, { customerId: owner.id }),
    await orderOf(1_000, { customerId: other.id }),
  ];
  const refused = await payBy(theirs.id, { cardId: card.id }, { as: stranger });
  t.match(refused, { status: 422, body: { code: 'card_not_usable', cardRefusal: 'unknown' } });
  const byStaff = await payBy(theirs.id, { cardId: card.id });
  t.match(byStaff, { status: 422, body: { code: 'card_not_usable', cardRefusal: 'not_theirs' } });
  t.equal((await payBy(mine.id, { cardId: card.id }, { as: token })).status, 201);
  t.equal((await app.call(`GET /v1/cards/${card.id}`, { as: stranger })).status, 404);
  t.equal((await app.call(`GET /v1/cards/${card.id}/movements`, { as: stranger })).status, 404);
  t.equal(
    (
      await app.call(`POST /v1/cards/${card.id}/loads`, {
        as: stranger,
        body: { amount: 1, termsVersion: 1, provider: 'simulator' },
      })
    ).status,
    404,
  );
  t.same((await ok(app.call('GET /v1/me/cards', { as: token }))).data.length, 1);
  t.match(await app.call(`GET /v1/cards/${card.id}`, { as: token }), { body: { balanceAmount: 9_000 } });
});

t.test('limits count the bonus and the loads that wait', async (t) => {
  const named = await makeCard(app, 'named');
  t.match(await askLoad(app, named.id, 500_001), {
    status: 422,
    body: { code: 'card_limit_exceeded', cardLimitAmount: 500_000 },
  });
  // 400,000 with 20,000 on top wait for their payment.
  const waits = await askLoad(app, named.id, 400_000, { provider: 'simulator', simulate: 'decline' });
  t.match(waits, { status: 201, body: { load: { state: 'pending' }, payment: { state: 'created' } } });
  t.match(await askLoad(app, named.id, 90_000), { status: 422, body: { code: 'card_limit_exceeded' } });
  await runJobs(app);
  const load = await ok(app.call(`GET /v1/card-loads/${waits.body.load.id}`));
  t.equal(load.state, 'cancelled', 'it was declined');
  t.equal((await askLoad(app, named.id, 90_000)).status, 201);
});

t.test('loads that nobody pays are cancelled, and stored value buys no stored value', async (t) => {
  const card = await makeCard(app);
  for (const provider of ['wallet', 'card', 'coupon'])
    t.match(await askLoad(app, card.id, 1_000, { provider }), {
      status: 422,
      body: { code: 'provider_not_available' },
    });
  t.match(await askLoad(app, card.id, 1_000, { termsVersion: 99 }), {
    status: 409,
    body: { code: 'card_terms_changed' },
  });
  const { load } = (await askLoad(app, card.id, 1_000, { provider: 'simulator', simulate: 'succeed' })).body;
  await runJobs(app);
  t.equal((await ok(app.call(`GET /v1/card-loads/${load.id}`))).state, 'active');
  const late = (
    await askLoad(app, card.id, 1_000, { provider: 'simulator', simulate: 'succeed', delaySeconds: 3600 })
  ).body.load;
  await advance(app, 2 * DAY);
  t.match((await ok(app.call(`GET /v1/card-loads/${late.id}`))).state, /active|cancelled/);
  t.ok((await setTerms(app, 'Other terms')) > 1);
  t.match((await ok(app.call(`GET /v1/card-loads/${load.id}`))).termsText, /Unused/);
});

t.test('a frozen card pays nothing, and gets back what it paid', async (t) => {
  const card = await makeRichCard(app, 10_000);
  const order = await orderOf(4_000);
  await must(payBy(order.id, { cardId: card.id }));
  await ok(app.call(`POST /v1/cards/${card.id}/freeze`, { body: { note: 'Lost' } }));
  t.match(await payBy((await orderOf(100)).id, { cardId: card.id }), {
    status: 422,
    body: { cardRefusal: 'frozen' },
  });
  t.match(await askLoad(app, card.id, 100), { status: 409, body: { code: 'card_not_loadable' } });
  await ok(cancel(app, order.id));
  t.match(await readCard(app, card.id), { state: 'frozen', balanceAmount: 10_000 });
  await ok(app.call(`POST /v1/cards/${card.id}/unfreeze`));
  t.match(await readCard(app, card.id), { state: 'active', note: null });
});

t.test('a bearer card expires after three years and is never lost', async (t) => {
  const card = await makeRichCard(app, 10_000);
  const order = await orderOf(4_000);
  await must(payBy(order.id, { cardId: card.id }));
  for (const _ of [1, 2]) await advance(app, 548 * DAY);
  const other = await orderOf(100);
  t.match(await payBy(other.id, { cardId: card.id }), { status: 422, body: { cardRefusal: 'expired' } });
  t.match(await readCard(app, card.id), { state: 'active', balanceAmount: 6_000 });
  await ok(app.call(`POST /v1/cards/${card.id}/reactivate`));
  t.equal((await payBy(other.id, { cardId: card.id })).status, 201);
});

t.test('transfer and reissue', async (t) => {
  const customer = await makeCustomer(app);
  const card = await makeRichCard(app, 10_000);
  const order = await orderOf(4_000);
  await must(payBy(order.id, { cardCode: card.code }));
  const fresh = await ok(app.call(`POST /v1/cards/${card.id}/reissue`));
  t.match(fresh, { state: 'active', balanceAmount: 6_000, kind: 'bearer' });
  t.not(fresh.code, card.code);
  t.match(await readCard(app, card.id), { state: 'closed', balanceAmount: 0, replacedById: fresh.id });
  t.equal((await app.call(`POST /v1/cards/${card.id}/reissue`)).status, 409);
  await ok(cancel(app, order.id));
  t.equal((await readCard(app, fresh.id)).balanceAmount, 10_000, 'what the old one paid is on the new one');
  const token = await tokenOf(app, customer.id);
  const mine = await app.call('POST /v1/me/card-registrations', {
    as: token,
    body: { cardCode: fresh.code },
  });
  t.match(mine, {
    status: 200,
    body: { kind: 'named', lastFour: null, expiresAt: null, balanceAmount: 10_000 },
  });
  t.equal((await app.call('POST /v1/card-lookups', { body: { cardCode: fresh.code } })).status, 422);
  const { id: next } = await makeCustomer(app);
  await ok(app.call(`POST /v1/cards/${fresh.id}/transfer`, { body: { customerId: next } }));
  const told = await quote(fresh.id, 'customer');
  t.match(told, { refundAmount: 10_000, loads: [{ alongPaymentAmount: 0, manualAmount: 10_000 }] });
});

t.test('a closed card that gets money back can be used again', async (t) => {
  const card = await makeRichCard(app, 10_000);
  const order = await orderOf(4_000);
  await must(payBy(order.id, { cardId: card.id }));
  await ok(app.call(`POST /v1/cards/${card.id}/refund`, { body: { cause: 'customer' } }));
  t.equal((await app.call(`POST /v1/cards/${card.id}/refund`, { body: { cause: 'customer' } })).status, 409);
  await ok(cancel(app, order.id));
  t.match(await readCard(app, card.id), { state: 'active', balanceAmount: 4_000 });
  t.match(await quote(card.id, 'customer'), { refundAmount: 4_000 });
});

t.test('gifts are owed once the load is paid, and handed over once', async (t) => {
  const product = await makeProduct(app);
  await makeOffer(app, {
    paidAmount: 3_333,
    bonusAmount: 0,
    gifts: [{ productId: product.id, quantity: 2 }],
  });
  const load = await loadCard(app, (await makeCard(app)).id, 3_333);
  t.match(load.gifts, [{ productId: product.id, quantity: 2, state: 'owed' }]);
  const over = await ok(app.call(`POST /v1/promised-gifts/${load.gifts[0].id}/hand-over`));
  t.equal(over.gifts[0].state, 'handed_over');
  t.equal((await app.call(`POST /v1/promised-gifts/${load.gifts[0].id}/hand-over`)).status, 409);
});

t.test('merge, export and erasure', async (t) => {
  const [from, to] = [await makeCustomer(app), await makeCustomer(app)];
  const card = await makeCard(app, 'named', from.id);
  await loadCard(app, card.id, 10_000);
  await ok(app.call(`POST /v1/customers/${to.id}/merge`, { body: { duplicateCustomerId: from.id } }));
  t.match(await readCard(app, card.id), { customerId: to.id, balanceAmount: 10_000 });
  const { sections } = await ok(app.call(`GET /v1/customers/${to.id}/personal-data`));
  t.match(sections.find(({ name }: any) => name === 'cards').records, [
    {
      id: card.id,
      loads: [{ state: 'active', paidAmount: 10_000, termsVersion: Number, termsText: String, gifts: [] }],
      movements: [{ kind: 'loaded', lotKind: 'principal', amount: 10_000 }],
    },
  ]);
  const refused = await app.call(`POST /v1/customers/${to.id}/erase`, { body: {} });
  t.match(refused, { status: 409, body: { code: 'card_not_empty', cardBalanceAmount: 10_000 } });
  await ok(app.call(`POST /v1/cards/${card.id}/refund`, { body: { cause: 'customer' } }));
  await ok(app.call(`POST /v1/customers/${to.id}/erase`, { body: {} }));
});

t.test('everything holds', (t) => checkInvariants(t, app));
