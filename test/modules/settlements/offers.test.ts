import t, { type Test } from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCustomer, makeOrder, makePaidOrder, pay, tokenOf } from '../../support/world.ts';
import { advance, DAY, HOUR, ok, readOrder, timelineOf } from '../orders/support.ts';
import {
  act,
  confirmRefunds,
  eventsOf,
  holds,
  makeSettling,
  offer,
  offerCharge,
  offerGift,
  read,
} from './offers-support.ts';

const app = await startApp(t);

/** The customer and the shop meet at 4.00, and the customer accepts. */
async function negotiate(t: Test, shop: TestShop, id: string, token: string): Promise<void> {
  const countered = await ok(act(shop, id, 'counter', { amount: 301, message: 'Half of it.' }, token));
  t.match(countered, { state: 'countered', amount: 301, turn: 'shop', lines: [{ amount: 301 }] });
  t.match((await ok(shop.call(`GET /v1/settlements/${id}`, { as: token }))).waysToPay, [
    'simulator',
    'wallet',
  ]);
  const again = await ok(act(shop, id, 'counter', { amount: 400 }));
  t.match(again, { state: 'countered', amount: 400, turn: 'customer', version: countered.version + 1 });
  t.match(await ok(act(shop, id, 'accept', undefined, token)), {
    state: 'accepted',
    turn: null,
    acceptedAt: String,
    dueAt: String,
  });
}

t.test('money from the customer, from the offer to the charged order', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token, customer } = await makeSettling(shop);
  const made = await offerCharge(shop, orderId, lineId);
  t.match(made, {
    state: 'offered',
    direction: 'from_customer',
    amount: 600,
    freightAmount: 0,
    payoutMethod: null,
    turn: 'customer',
    waysToPay: ['manual', 'simulator', 'wallet'],
    offers: [{ round: 1, side: 'shop', amount: 600, message: 'The label said 18.00 by mistake.' }],
    lines: [
      { quantity: 2, paidNetAmount: 3600, comparedUnitAmount: 2100, differenceAmount: 600, amount: 600 },
    ],
  });
  t.equal(Date.parse(made.dueAt) - Date.parse(made.createdAt), 72 * 3_600_000, 'three days to answer');
  t.match(await act(shop, made.id, 'payments', { provider: 'manual' }), {
    status: 409,
    body: { code: 'settlement_not_payable' },
  });

  await negotiate(t, shop, made.id, token);
  t.equal((await readOrder(shop, orderId)).totalAmount, 3600, 'nothing is charged before it is paid');
  const { id } = made;
  const payment = await ok(act(shop, id, 'payments', { provider: 'simulator' }, token));
  t.match(payment, { subjectType: 'settlement', subjectId: id, orderId, attemptNumber: 1, amount: 400 });
  t.match(await read(shop, id), { state: 'paying' });
  await app.settle();
  t.match(await read(shop, id), { state: 'settled', settledAt: String, dueAt: null, waysToPay: [] });
  t.match(await readOrder(shop, orderId), {
    totalAmount: 3600,
    chargedAmount: 400,
    netTotalAmount: 4000,
    paidAmount: 4000,
    refundedAmount: 0,
    dueAmount: 0,
    paymentState: 'paid',
  });
  t.equal(
    (await ok(shop.call(`GET /v1/orders/${orderId}/payments`))).data.length,
    2,
    'both are payments of the order',
  );
  t.equal((await ok(shop.call(`GET /v1/settlements/${id}/payments`, { as: token }))).data.length, 1);
  t.ok((await timelineOf(shop, orderId)).includes('settled'));
  t.equal((await ok(shop.call(`GET /v1/customers/${customer.id}`))).figures.totalAmount, 4000);
  t.same(await eventsOf(shop), [
    'settlement.offered',
    'settlement.countered',
    'settlement.countered',
    'settlement.accepted',
    'settlement.settled',
    'settlement.review_invited',
  ]);
  await holds(t, app, shop);
});

t.test('an order that was charged and is cancelled gives back all of it', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const { id } = await offerCharge(shop, orderId, lineId, { lines: [{ lineId, amount: 400 }] });
  await ok(act(shop, id, 'accept', undefined, token));
  await ok(act(shop, id, 'payments', { provider: 'simulator' }, token));
  await app.settle();
  await ok(shop.call(`POST /v1/orders/${orderId}/cancel`, { body: {} }));
  await confirmRefunds(app, shop);
  t.match(await readOrder(shop, orderId), { refundedAmount: 4000, paymentState: 'refunded' });
  await holds(t, app, shop);
});

t.test('money to the customer, from the offer to the refund', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const made = await offerGift(shop, orderId, lineId);
  t.match(made, { state: 'offered', payoutMethod: 'original_payment', waysToPay: [] });
  t.match(await act(shop, made.id, 'counter', { amount: 3601 }, token), {
    status: 422,
    body: { code: 'settlement_too_large', largestAmount: 3600 },
  });
  await ok(act(shop, made.id, 'counter', { amount: 1000 }, token));
  t.match(await ok(act(shop, made.id, 'accept')), { state: 'paying', amount: 1000, dueAt: null });
  t.match(await readOrder(shop, orderId), {
    settledAmount: 1000,
    refundedAmount: 1000,
    netTotalAmount: 2600,
  });
  await confirmRefunds(app, shop);
  t.match(await read(shop, made.id), { state: 'settled' });
  await holds(t, app, shop);

  const value = await offerGift(shop, orderId, lineId, { payoutMethod: 'stored_value' });
  t.match(await ok(act(shop, value.id, 'accept', undefined, token)), { state: 'settled' });
  const after = await offerCharge(shop, orderId, lineId, { lines: [{ lineId, amount: 100 }] });
  await ok(act(shop, after.id, 'accept', undefined, token));
  t.match(await ok(act(shop, after.id, 'payments', { provider: 'wallet' }, token)), { state: 'succeeded' });
  t.match(await read(shop, after.id), { state: 'settled' });
  await holds(t, app, shop);
});

t.test('freight is for no line, in both directions', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const freight = { direction: 'from_customer', reason: 'freight', amount: 350 };
  const made = await ok(offer(shop, orderId, freight));
  t.match(made, { amount: 350, freightAmount: 350, lines: [] });
  t.match(await offer(shop, orderId, freight), { status: 409, body: { code: 'line_in_settlement' } });
  t.match(await offerGift(shop, orderId, lineId), { state: 'offered' }, 'its lines are free');
  await ok(act(shop, made.id, 'counter', { amount: 200 }, token));
  t.match(await ok(act(shop, made.id, 'accept')), { state: 'accepted', freightAmount: 200 });
  await ok(act(shop, made.id, 'payments', { provider: 'manual' }));
  t.match(await readOrder(shop, orderId), { chargedAmount: 200, netTotalAmount: 3800 });

  const back = { direction: 'to_customer', reason: 'freight' };
  t.match(await offer(shop, orderId, { ...back, amount: 201 }), {
    status: 422,
    body: { code: 'settlement_too_large', largestAmount: 200 },
  });
  const given = await ok(offer(shop, orderId, { ...back, amount: 150 }));
  t.match(given, { freightAmount: 150, lines: [] });
  t.match(await act(shop, given.id, 'counter', { amount: 300 }, token), { status: 422 });
  await ok(act(shop, given.id, 'accept', undefined, token));
  await confirmRefunds(app, shop);
  t.match(await readOrder(shop, orderId), { settledAmount: 150, netTotalAmount: 3650 });
  await holds(t, app, shop);
});

t.test('several lines share another amount as they shared the first', async (t) => {
  const shop = await app.createShop();
  const made = await ok(
    shop.call('POST /v1/products/bulk', {
      body: {
        mode: 'atomic',
        items: [1000, 500, 1].map((priceAmount, at) => ({
          externalId: `p${at}`,
          name: 'Chai',
          priceAmount,
          onHandQuantity: 9,
        })),
      },
    }),
  );
  const ids = made.results.map((result: any) => result.id ?? result.product?.id);
  const order = await ok(
    shop.call('POST /v1/orders', {
      body: { lines: ids.map((productId: string) => ({ productId, quantity: 1 })) },
    }),
  );
  await pay(shop, order.id);
  const [one, two, three] = order.lines.map(({ id }: { id: string }) => id);
  const lines = [
    { lineId: one, amount: 600 },
    { lineId: two, amount: 300 },
    { lineId: three, amount: 1 },
  ];
  const offered = await ok(offer(shop, order.id, { direction: 'to_customer', reason: 'price_error', lines }));
  const link = await ok(act(shop, offered.id, 'links', {}));
  const counter = (amount: number) =>
    shop.call(`POST /v1/settlement-links/${link.token}/counter`, { as: null, body: { amount } });
  t.match(await counter(1400), { status: 422, body: { largestAmount: 901 } });
  t.same(
    (await ok(counter(100))).lines.map(({ amount }: any) => amount),
    [67, 33, 0],
  );
  t.same(
    (await ok(act(shop, offered.id, 'counter', { amount: 450 }))).lines
      .map(({ amount }: any) => amount)
      .toSorted(),
    [0, 150, 300],
  );
  await ok(shop.call(`POST /v1/settlement-links/${link.token}/accept`, { as: null }));
  await confirmRefunds(app, shop);
  t.equal((await read(shop, offered.id)).state, 'settled');
  await holds(t, app, shop);
});

t.test('turns and rounds', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const { id } = await offerCharge(shop, orderId, lineId);
  const notYours = { status: 409, body: { code: 'not_your_turn' } };
  t.match(await act(shop, id, 'accept'), notYours);
  t.match(await act(shop, id, 'counter', { amount: 1 }), notYours);
  t.match(await act(shop, id, 'decline', { reason: 'amount_refused' }), notYours);
  await ok(act(shop, id, 'counter', { amount: 100 }, token));
  t.match(await act(shop, id, 'accept', undefined, token), notYours);
  t.match(await act(shop, id, 'cancel', undefined, token), {
    status: 409,
    body: { code: 'settlement_not_open' },
  });
  await ok(act(shop, id, 'counter', { amount: 500 }));
  await ok(act(shop, id, 'counter', { amount: 200 }, token));
  t.match(await act(shop, id, 'counter', { amount: 400 }), {
    status: 409,
    body: { code: 'too_many_rounds' },
  });
  t.match(await act(shop, id, 'decline', { reason: 'amount_not_right' }), {
    status: 422,
    body: { code: 'decline_reason_not_yours' },
  });
  t.match(await ok(act(shop, id, 'decline', { reason: 'amount_refused' })), {
    state: 'declined',
    declineReason: 'amount_refused',
    dueAt: null,
  });
  t.match(await act(shop, id, 'accept', undefined, token), {
    status: 409,
    body: { code: 'settlement_not_open' },
  });
  t.same(
    (await read(shop, id)).offers.map(({ side }: any) => side),
    ['shop', 'customer', 'shop', 'customer'],
  );

  await ok(shop.call('PATCH /v1/shop', { body: { settings: { settlements: { counterOffers: 0 } } } }));
  const next = await offerCharge(shop, orderId, lineId);
  t.match(await act(shop, next.id, 'counter', { amount: 1 }, token), { body: { code: 'too_many_rounds' } });
  t.match(await ok(act(shop, next.id, 'decline', { reason: 'no_longer_wanted' }, token)), {
    state: 'declined',
  });
  const last = await offerCharge(shop, orderId, lineId);
  t.match(await ok(act(shop, last.id, 'cancel')), { state: 'cancelled' });
  await holds(t, app, shop);
});

t.test('what nobody answers or pays in time expires, and frees its lines', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const late = await offerCharge(shop, orderId, lineId, { answerHours: 1 });
  t.match(await offer(shop, orderId, { direction: 'to_customer', reason: 'goodwill', amount: 1 }), {
    status: 409,
    body: { code: 'line_in_settlement' },
  });
  await advance(shop, HOUR);
  t.match(await read(shop, late.id), { state: 'expired', dueAt: null, turn: null });
  t.match(await act(shop, late.id, 'accept', undefined, token), { body: { code: 'settlement_not_open' } });

  const unpaid = await offerCharge(shop, orderId, lineId);
  await ok(act(shop, unpaid.id, 'accept', undefined, token));
  const failing = await ok(
    act(shop, unpaid.id, 'payments', { provider: 'simulator', simulate: 'decline' }, token),
  );
  await app.settle();
  t.match(await read(shop, unpaid.id), { state: 'failed' });
  t.match(await act(shop, unpaid.id, 'payments', { provider: 'manual' }, token), {
    status: 422,
    body: { code: 'provider_not_available' },
  });
  await advance(shop, 3 * DAY);
  t.match(await read(shop, unpaid.id), { state: 'expired' });
  t.match(await act(shop, unpaid.id, 'payments', { provider: 'manual' }), {
    status: 409,
    body: { code: 'settlement_not_payable' },
  });
  t.equal(failing.attemptNumber, 1);
  t.ok((await eventsOf(shop)).includes('settlement.expired'));
  t.match(await offerCharge(shop, orderId, lineId), { state: 'offered' });
  await holds(t, app, shop);
});

t.test('an attempt that fails is followed by another', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const { id } = await offerCharge(shop, orderId, lineId);
  await ok(act(shop, id, 'accept', undefined, token));
  await ok(act(shop, id, 'payments', { provider: 'simulator', simulate: 'decline' }, token));
  await app.settle();
  t.match(await read(shop, id), { state: 'failed' });
  t.match(await act(shop, id, 'cancel', undefined, token), { status: 409 });
  t.match(await ok(act(shop, id, 'payments', { provider: 'simulator' }, token)), { attemptNumber: 2 });
  t.match(
    await act(shop, id, 'cancel'),
    { status: 409, body: { code: 'settlement_not_open' } },
    'not while it pays',
  );
  await app.settle();
  t.match(await read(shop, id), { state: 'settled' });
  await holds(t, app, shop);
});

t.test('an order that is cancelled takes what is open with it', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token } = await makeSettling(shop);
  const { id } = await offerCharge(shop, orderId, lineId);
  const freight = await ok(
    offer(shop, orderId, { direction: 'from_customer', reason: 'freight', amount: 5 }),
  );
  await ok(act(shop, freight.id, 'accept', undefined, token));
  await ok(
    act(
      shop,
      freight.id,
      'payments',
      { provider: 'simulator', simulate: 'call_back_late', delaySeconds: 3600 },
      token,
    ),
  );
  await ok(shop.call(`POST /v1/orders/${orderId}/cancel`, { body: {} }));
  t.match(await act(shop, id, 'accept', undefined, token), {
    status: 409,
    body: { code: 'order_not_settleable' },
  });
  await app.settle();
  t.match(await read(shop, id), { state: 'cancelled' });
  t.match(await read(shop, freight.id), { state: 'cancelled' });
  t.match(await offer(shop, orderId, { direction: 'from_customer', reason: 'freight', amount: 5 }), {
    status: 409,
    body: { code: 'order_not_settleable' },
  });
  await confirmRefunds(app, shop);
  await holds(t, app, shop);
});

t.test('strangers, guests and erasure', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token, customer } = await makeSettling(shop);
  const stranger = await tokenOf(shop, (await makeCustomer(shop)).id);
  const { id } = await offerCharge(shop, orderId, lineId);
  for (const [verb, body] of [
    ['accept', undefined],
    ['counter', { amount: 1 }],
    ['decline', { reason: 'amount_not_right' }],
    ['payments', { provider: 'simulator' }],
  ] as const)
    t.equal((await act(shop, id, verb, body, stranger)).status, 404, verb);
  await ok(act(shop, id, 'counter', { amount: 5, message: 'My mother paid less.' }, token));
  const bundle = JSON.stringify(await ok(shop.call(`GET /v1/customers/${customer.id}/personal-data`)));
  t.match(bundle, /My mother paid less/);
  t.match(bundle, /The label said/);
  const feed = JSON.stringify(await ok(shop.call('GET /v1/changes?limit=200')));
  t.notMatch(feed, /mother|label/, 'no event tells what was said');
  await ok(act(shop, id, 'decline', { reason: 'amount_refused' }));
  const erased = await shop.call(`POST /v1/customers/${customer.id}/erase`, { body: {} });
  t.ok(erased.status < 300, JSON.stringify(erased.body));
  t.same(
    (await read(shop, id)).offers.map(({ message }: any) => message),
    [null, null],
  );
  const guest = await makePaidOrder(shop);
  const offered = await ok(
    offer(shop, guest.order.id, { direction: 'from_customer', reason: 'freight', amount: 1 }),
  );
  t.same(
    offered.waysToPay,
    ['manual', 'simulator', 'card'],
    'a guest has no wallet, but may have the code of a card',
  );
  t.match(
    await offer(shop, (await makeOrder(shop)).id, {
      direction: 'from_customer',
      reason: 'freight',
      amount: 1,
    }),
    {
      status: 409,
    },
  );
  await holds(t, app, shop);
});
