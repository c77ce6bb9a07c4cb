import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makePolicy, makeProduct, pay, tokenOf } from '../../support/world.ts';
import {
  checkInvariants,
  ok,
  readOrder,
  readStock,
  runJobs,
  tally,
  timelineOf,
  times,
} from '../orders/support.ts';
import { makeGoods, makePaid, refundsOf, unchanged } from './edit-support.ts';

const app = await startApp(t);

const edit = (shop: TestShop, orderId: string, body: object, as?: string) =>
  shop.call(`POST /v1/orders/${orderId}/edits`, { body, ...(as === undefined ? {} : { as }) });
const preview = (shop: TestShop, orderId: string, body: object) =>
  shop.call(`POST /v1/orders/${orderId}/edits/preview`, { body });
const act = (shop: TestShop, id: string, what: string, body?: object, as?: string) =>
  shop.call(`POST /v1/settlements/${id}/${what}`, {
    ...(body ? { body } : {}),
    ...(as === undefined ? {} : { as }),
  });

const eventsOf = async (shop: TestShop, wanted: string) =>
  (await ok(shop.call('GET /v1/changes?limit=200'))).data.filter(
    ({ type }: { type: string }) => type === wanted,
  );

t.test('fewer units go back along the payments, to the cent of what they cost', async (t) => {
  const shop = await app.createShop();
  const { order, products } = await makePaid(shop, [
    { price: 1000, quantity: 3 },
    { price: 500, quantity: 1 },
  ]);
  const wish = { lines: [{ lineId: order.lines[0].id, quantity: 1 }] };
  const priced = await ok(preview(shop, order.id, wish));
  t.match(priced, {
    creditedAmount: 2000,
    addedAmount: 0,
    differenceAmount: -2000,
    refunds: [{ amount: 2000 }],
    netTotalAmount: 1500,
  });
  await unchanged(t, shop, order);
  const made = await ok(edit(shop, order.id, wish));
  t.match(made, {
    state: 'applied',
    differenceAmount: -2000,
    settlement: { state: 'paying', direction: 'to_customer', reason: 'order_edit', amount: 2000 },
  });
  const after = await readOrder(shop, order.id);
  t.match(after, {
    netTotalAmount: 1500,
    creditedAmount: 2000,
    refundedAmount: 2000,
    dueAmount: 0,
    paymentState: 'paid',
    status: 'paid',
  });
  t.match(after.lines[0], { quantity: 3, cancelledQuantity: 2, netAmount: 3000, creditedAmount: 2000 });
  t.same(after.lines[1], order.lines[1], 'what was not touched is as it was');
  t.equal((await readStock(shop, products[0].id)).reservedQuantity, 1);
  const [refund] = await refundsOf(shop);
  t.match(refund, { amount: 2000, reason: 'settlement' });
  await ok(shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  await app.settle();
  t.match(await ok(shop.call(`GET /v1/settlements/${made.settlement.id}`)), { state: 'settled' });
  t.match(await ok(shop.call(`GET /v1/orders/${order.id}/edits/${made.id}`)), {
    state: 'applied',
    units: [{ quantity: 2, amount: 2000 }],
    settlement: { state: 'settled' },
  });
  t.ok((await timelineOf(shop, order.id)).includes('edited'));
  await checkInvariants(t, app);
});

t.test('the event of an edit tells what is left', async (t) => {
  const shop = await app.createShop();
  const { order, products } = await makePaid(shop, [
    { price: 1000, quantity: 3 },
    { price: 500, quantity: 1 },
  ]);
  const [first, second] = order.lines;
  const extra = await makeProduct(shop, { priceAmount: 700 });
  const made = await ok(
    edit(shop, order.id, {
      lines: [{ lineId: first.id, quantity: 1 }],
      items: [{ productId: extra.id, quantity: 1 }],
    }),
  );
  await app.settle();
  const rest = { quantity: 1, netAmount: 500, remainingQuantity: 1, remainingAmount: 500 };
  t.match(await eventsOf(shop, 'order.edited'), [
    {
      data: {
        editId: made.id,
        totalAmount: 4200,
        creditedAmount: 2000,
        netTotalAmount: 2200,
        refundedAmount: 1300,
        lines: [
          {
            lineId: first.id,
            productId: products[0].id,
            quantity: 3,
            remainingQuantity: 1,
            remainingAmount: 1000,
          },
          { lineId: second.id, ...rest },
          { productId: extra.id, quantity: 1, remainingQuantity: 1, remainingAmount: 700 },
        ],
      },
    },
  ]);
});

t.test('three lines of 10.00 with 10.00 off give back 20.00, in any order', async (t) => {
  for (const turns of [
    [0, 1],
    [2, 0],
    [1, 2],
  ]) {
    const shop = await app.createShop();
    const { order } = await makeGoods(
      shop,
      times(3).map(() => ({ price: 1000, quantity: 1 })),
    );
    await ok(
      shop.call(`POST /v1/orders/${order.id}/lower-price`, {
        body: { reductionAmount: 1000, reason: 'A scratch.' },
      }),
    );
    await pay(shop, order.id);
    const { lines } = await readOrder(shop, order.id);
    t.same(
      lines.map((line: any) => line.discountAmount),
      [334, 333, 333],
    );
    for (const at of turns)
      await ok(edit(shop, order.id, { lines: [{ lineId: lines[at].id, quantity: 0 }] }));
    await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
    t.match(await readOrder(shop, order.id), { refundedAmount: 2000, netTotalAmount: 0 });
  }
  await checkInvariants(t, app);
});

t.test('after a settlement, units go back for what was really paid for them', async (t) => {
  const shop = await app.createShop();
  await makePolicy(shop, { automaticAmount: 100_000 });
  const { order, products } = await makePaid(shop, [{ price: 1000, quantity: 3 }]);
  await ok(shop.call(`PATCH /v1/products/${products[0].id}`, { body: { priceAmount: 967 } }));
  const claim = await ok(
    shop.call(`POST /v1/orders/${order.id}/settlements`, { body: { reason: 'price_drop' } }),
  );
  t.equal(claim.amount, 99);
  const [line] = order.lines;
  t.match(await edit(shop, order.id, { lines: [{ lineId: line.id, quantity: 2 }] }), {
    status: 409,
    body: { code: 'line_in_settlement' },
  });
  await runJobs(app);
  for (const { id } of await refundsOf(shop))
    await ok(shop.call(`POST /v1/refunds/${id}/confirm`, { body: {} }));
  await app.settle();
  t.match(await ok(edit(shop, order.id, { lines: [{ lineId: line.id, quantity: 2 }] })), {
    creditedAmount: 967,
    units: [{ paidAmount: 1000, settledAmount: 33, amount: 967 }],
  });
  t.match(await readOrder(shop, order.id), { netTotalAmount: 1934 });
  const again = await shop.call(`POST /v1/orders/${order.id}/settlements`, {
    body: { reason: 'price_drop' },
  });
  t.match(again, { status: 422, body: { code: 'claim_refused' } }, 'the others are settled already');
  await checkInvariants(t, app);
});

t.test('what comes is paid by the customer before the order changes', async (t) => {
  const shop = await app.createShop();
  const { order, customer } = await makePaid(shop, [{ price: 1800, quantity: 2 }]);
  const extra = await makeProduct(shop, { priceAmount: 2500 });
  const token = await tokenOf(shop, customer.id);
  const wish = {
    lines: [{ lineId: order.lines[0].id, quantity: 1 }],
    items: [{ productId: extra.id, quantity: 1 }],
  };
  const made = await ok(edit(shop, order.id, wish));
  t.match(made, {
    state: 'open',
    differenceAmount: 700,
    settlement: { state: 'offered', direction: 'from_customer', amount: 700 },
  });
  await unchanged(t, shop, order);
  t.equal((await readStock(shop, extra.id)).reservedQuantity, 1, 'the stock is kept for it');
  for (const [what, expected] of [
    [`POST /v1/orders/${order.id}/ship`, 'order_in_edit'],
    [`POST /v1/orders/${order.id}/cancel`, 'order_in_edit'],
    [`POST /v1/orders/${order.id}/edits`, 'order_in_edit'],
  ] as const)
    t.match(await shop.call(what, { body: what.endsWith('edits') ? wish : {} }), {
      status: 409,
      body: { code: expected },
    });
  t.match(await act(shop, made.settlement.id, 'counter', { amount: 100 }, token), {
    status: 409,
    body: { code: 'too_many_rounds' },
  });
  t.match(
    await shop.call(`POST /v1/orders/${order.id}/goodwill-settlements`, { body: { amount: 100 } }),
    { status: 409, body: { code: 'line_in_settlement' } },
    'what the units are worth stays until they are gone',
  );
  await ok(act(shop, made.settlement.id, 'accept', undefined, token));
  await ok(act(shop, made.settlement.id, 'payments', { provider: 'simulator' }, token));
  await runJobs(app);
  t.match(await ok(shop.call(`GET /v1/settlements/${made.settlement.id}`)), { state: 'settled' });
  const after = await readOrder(shop, order.id);
  t.match(after, {
    totalAmount: 6100,
    creditedAmount: 1800,
    netTotalAmount: 4300,
    paidAmount: 4300,
    refundedAmount: 0,
    dueAmount: 0,
    paymentState: 'paid',
  });
  t.match(after.lines[1], { productId: extra.id, quantity: 1, netAmount: 2500, position: undefined });
  await ok(shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} }));
  t.match(await readOrder(shop, order.id), { status: 'shipped', fulfilmentState: 'fulfilled' });
  await checkInvariants(t, app);
});

t.test('add an item, remove it, no payment between: nothing is given back', async (t) => {
  const shop = await app.createShop();
  const { order } = await makePaid(shop, [{ price: 1800, quantity: 2 }]);
  const extra = await makeProduct(shop, { priceAmount: 2500 });
  const made = await ok(edit(shop, order.id, { items: [{ productId: extra.id, quantity: 1 }] }));
  await ok(act(shop, made.settlement.id, 'cancel'));
  t.match(await ok(shop.call(`GET /v1/orders/${order.id}/edits`)), { data: [{ state: 'dropped' }] });
  t.equal((await readStock(shop, extra.id)).reservedQuantity, 0, 'its stock is free again');
  t.same(await refundsOf(shop), []);
  await unchanged(t, shop, order);
  await ok(shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} }));
  await checkInvariants(t, app);
});

t.test('an edit that nobody pays in time is dropped', async (t) => {
  const shop = await app.createShop();
  const { order, customer } = await makePaid(shop, [{ price: 1800, quantity: 2 }]);
  const extra = await makeProduct(shop, { priceAmount: 2500 });
  const token = await tokenOf(shop, customer.id);
  const made = await ok(edit(shop, order.id, { items: [{ productId: extra.id, quantity: 1 }] }, token));
  t.match(made.settlement, { state: 'accepted' }, 'who asked for it has agreed');
  await ok(shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 80 * 60 } }));
  await runJobs(app);
  t.match(await ok(shop.call(`GET /v1/orders/${order.id}/edits/${made.id}`)), {
    state: 'dropped',
    settlement: { state: 'expired' },
  });
  await unchanged(t, shop, order);
  await checkInvariants(t, app);
});

t.test('only the address changes after a price changed: the total stays', async (t) => {
  const shop = await app.createShop();
  const { order, products, payment } = await makePaid(shop, [{ price: 1800, quantity: 2 }]);
  await ok(shop.call(`PATCH /v1/products/${products[0].id}`, { body: { priceAmount: 9900 } }));
  const shippingAddress = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };
  t.match(await ok(edit(shop, order.id, { shippingAddress })), {
    state: 'applied',
    differenceAmount: 0,
    settlement: null,
  });
  t.match(await readOrder(shop, order.id), { totalAmount: 3600, netTotalAmount: 3600, shippingAddress });
  t.same(
    (await ok(shop.call(`GET /v1/orders/${order.id}/payments`))).data,
    [payment],
    'payments are untouched',
  );
  const { version } = await readOrder(shop, order.id);
  const [{ id: lineId, quantity }] = order.lines;
  for (const same of [{}, { shippingAddress }, { lines: [{ lineId, quantity }] }]) {
    const refused = {
      status: 422,
      body: { code: 'edit_not_possible', errors: [{ code: 'edit_changes_nothing' }] },
    };
    t.match(await preview(shop, order.id, same), refused);
    t.match(await edit(shop, order.id, same), refused);
  }
  t.equal((await readOrder(shop, order.id)).version, version, 'nobody’s version is stale for nothing');
});

t.test('units that stay keep their price and their share of a discount', async (t) => {
  const shop = await app.createShop();
  const { order, products } = await makeGoods(shop, [
    { price: 1000, quantity: 2 },
    { price: 3000, quantity: 1 },
  ]);
  await ok(
    shop.call(`POST /v1/orders/${order.id}/lower-price`, { body: { reductionAmount: 500, reason: 'Late.' } }),
  );
  await pay(shop, order.id);
  const before = await readOrder(shop, order.id);
  await ok(shop.call(`PATCH /v1/products/${products[0].id}`, { body: { priceAmount: 1500 } }));
  const more = await ok(preview(shop, order.id, { lines: [{ lineId: before.lines[0].id, quantity: 3 }] }));
  t.match(more, { creditedAmount: 0, addedAmount: 1500, items: [{ quantity: 1, listUnitAmount: 1500 }] });
  await ok(edit(shop, order.id, { lines: [{ lineId: before.lines[1].id, quantity: 0 }] }));
  const after = await readOrder(shop, order.id);
  t.same(after.lines[0], before.lines[0]);
  t.equal(after.netTotalAmount, before.lines[0].netAmount);
});

t.test('what cannot be edited says why, and nothing is written', async (t) => {
  const shop = await app.createShop();
  const { order } = await makePaid(shop, [{ price: 1800, quantity: 2 }]);
  const [line] = order.lines;
  const unknown = '01890a5d-ac96-774b-bcce-b302099a8057';
  const cases: [object, number, object][] = [
    [
      { lines: [{ lineId: unknown, quantity: 1 }] },
      422,
      { errors: [{ pointer: '/lines/0', code: 'no_such_line' }] },
    ],
    [
      { lines: [1, 0].map((quantity) => ({ lineId: line.id, quantity })) },
      422,
      { errors: [{ pointer: '/lines/1', code: 'line_named_twice' }] },
    ],
    [{ lines: [{ lineId: line.id, quantity: 0 }] }, 422, { errors: [{ code: 'edit_empties_order' }] }],
    [{ items: [{ productId: unknown, quantity: 1 }] }, 422, { code: 'product_not_available' }],
    [{ items: [{ productId: line.productId, quantity: 99 }] }, 409, { code: 'out_of_stock' }],
    [{ lines: [{ lineId: line.id, quantity: -1 }] }, 400, { code: 'validation_failed' }],
  ];
  for (const [body, status, expected] of cases)
    t.match(await edit(shop, order.id, body), { status, body: expected }, JSON.stringify(body));
  await unchanged(t, shop, order);
  const unpaid = await makeGoods(shop, [{ price: 100, quantity: 2 }]);
  t.match(await edit(shop, unpaid.order.id, { lines: [{ lineId: unpaid.order.lines[0].id, quantity: 1 }] }), {
    status: 409,
    body: { code: 'order_not_editable' },
  });
  await ok(
    shop.call(`POST /v1/orders/${order.id}/ship`, { body: { lines: [{ lineId: line.id, quantity: 1 }] } }),
  );
  t.match(await edit(shop, order.id, { lines: [{ lineId: line.id, quantity: 0 }] }), {
    status: 422,
    body: { errors: [{ code: 'units_shipped' }] },
  });
  await ok(edit(shop, order.id, { lines: [{ lineId: line.id, quantity: 1 }] }));
  t.match(
    await readOrder(shop, order.id),
    { status: 'shipped', fulfilmentState: 'fulfilled' },
    'the rest is on its way',
  );
  t.match(await edit(shop, order.id, { lines: [{ lineId: line.id, quantity: 0 }] }), {
    status: 409,
    body: { code: 'order_not_editable' },
  });
  await checkInvariants(t, app);
});

t.test('twenty who edit at once: each unit goes once', async (t) => {
  const shop = await app.createShop();
  const { order, products } = await makePaid(shop, [{ price: 700, quantity: 30 }]);
  const [line] = order.lines;
  const answers = await Promise.all(
    times(20).map(() => edit(shop, order.id, { lines: [{ lineId: line.id, quantity: 29 }] })),
  );
  t.same(tally(answers), { 201: 1, 422: 19 }, 'whoever comes later finds it done');
  const late = answers.filter(({ status }) => status === 422).map(({ body }) => body.errors[0].code);
  t.same(new Set(late), new Set(['edit_changes_nothing']));
  t.match(await readOrder(shop, order.id), { creditedAmount: 700, refundedAmount: 700 });
  t.equal((await readStock(shop, products[0].id)).reservedQuantity, 29);
  const ship = () => shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} });
  const shrink = () => edit(shop, order.id, { lines: [{ lineId: line.id, quantity: 5 }] });
  const [shipped, shrunk] = await Promise.all([ship(), shrink()]);
  t.equal(shipped.status, 200);
  const after = await readOrder(shop, order.id);
  const left = shrunk.status === 201 ? 5 : 29;
  t.match(after.lines[0], { shippedQuantity: left, cancelledQuantity: 30 - left });
  await checkInvariants(t, app);
});
