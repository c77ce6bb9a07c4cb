import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeCustomer, makeLink, makeProduct, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, readStock, runJobs, tally, times } from '../orders/support.ts';
import { makePaid, refundsOf, unchanged } from './edit-support.ts';

const app = await startApp(t);

t.test('an upgrade is one call for the customer', async (t) => {
  const shop = await app.createShop();
  const { order, customer, products } = await makePaid(shop, [{ price: 1800, quantity: 2 }]);
  const dearer = await makeProduct(shop, { priceAmount: 2200 });
  const token = await tokenOf(shop, customer.id);
  const upgrade = (body: object) =>
    shop.call(`POST /v1/orders/${order.id}/lines/${order.lines[0].id}/upgrade`, { body, as: token });
  t.match(await upgrade({ productId: products[0].id }), { status: 422, body: { code: 'not_dearer' } });
  t.match(await upgrade({ productId: dearer.id, payment: { provider: 'manual' } }), {
    status: 422,
    body: { code: 'provider_not_available' },
  });
  t.match(await upgrade({ productId: dearer.id, quantity: 3 }), {
    status: 422,
    body: { code: 'edit_not_possible', errors: [{ pointer: '/quantity', code: 'units_shipped' }] },
  });
  await unchanged(t, shop, order);
  t.equal((await readStock(shop, dearer.id)).reservedQuantity, 0, 'a refused one keeps nothing');
  const made = await ok(upgrade({ productId: dearer.id, payment: { provider: 'simulator' } }));
  t.match(made, {
    state: 'open',
    differenceAmount: 800,
    settlement: { reason: 'upgrade', state: 'paying', amount: 800 },
    payment: { subjectType: 'settlement', amount: 800, attemptNumber: 1 },
  });
  await runJobs(app);
  t.match(await ok(shop.call(`GET /v1/orders/${order.id}/edits/${made.id}`)), {
    state: 'applied',
    settlement: { state: 'settled' },
  });
  const after = await readOrder(shop, order.id);
  t.match(after, { netTotalAmount: 4400, paidAmount: 4400, dueAmount: 0 });
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.match(await readOrder(shop, order.id), { refundedAmount: 4400, paymentState: 'refunded' });
  t.same(
    (await refundsOf(shop)).map((refund: any) => refund.amount).toSorted(),
    [3600, 800],
    'newest first: all of both payments',
  );
  await checkInvariants(t, app);
});

t.test('an upgrade by wallet is done when it is answered', async (t) => {
  const shop = await app.createShop();
  const { order, customer } = await makePaid(shop, [{ price: 1800, quantity: 1 }]);
  await ok(
    shop.call(`POST /v1/customers/${customer.id}/wallet/credits`, { body: { amount: 1000, reason: 'cash' } }),
  );
  const dearer = await makeProduct(shop, { priceAmount: 2200 });
  const token = await tokenOf(shop, customer.id);
  t.match(
    await ok(
      shop.call(`POST /v1/orders/${order.id}/lines/${order.lines[0].id}/upgrade`, {
        body: { productId: dearer.id, payment: { provider: 'wallet' } },
        as: token,
      }),
    ),
    { state: 'applied', settlement: { state: 'settled' }, payment: { state: 'succeeded' } },
  );
  t.match(await ok(shop.call(`GET /v1/customers/${customer.id}/wallet`)), { balanceAmount: 600 });
  await checkInvariants(t, app);
});

t.test('a customer gives up what they have not paid, and the order is as it was', async (t) => {
  const shop = await app.createShop();
  const { order, customer } = await makePaid(shop, [{ price: 1800, quantity: 1 }]);
  const [dearer, as, stranger] = [
    await makeProduct(shop, { priceAmount: 2200 }),
    await tokenOf(shop, customer.id),
    await tokenOf(shop, (await makeCustomer(shop)).id),
  ];
  const upgrade = (payment?: object) =>
    shop.call(`POST /v1/orders/${order.id}/lines/${order.lines[0].id}/upgrade`, {
      body: { productId: dearer.id, ...(payment && { payment }) },
      as,
    });
  const giveUp = (id: string, token: string) => shop.call(`POST /v1/settlements/${id}/cancel`, { as: token });
  const accepted = await ok(upgrade());
  t.match(await giveUp(accepted.settlement.id, stranger), { status: 404 });
  t.match(await ok(giveUp(accepted.settlement.id, as)), { state: 'cancelled' });
  t.equal((await readStock(shop, dearer.id)).reservedQuantity, 0);
  const failing = await ok(upgrade({ provider: 'simulator', simulate: 'decline' }));
  t.match(await giveUp(failing.settlement.id, as), { status: 409, body: { code: 'settlement_not_open' } });
  await runJobs(app);
  t.match(await ok(giveUp(failing.settlement.id, as)), { state: 'cancelled' });
  await unchanged(t, shop, order);
  t.match(await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { as, body: {} })), {
    status: 'cancelled',
  });
  await checkInvariants(t, app);
});

t.test('who pays an upgrade by link sees what goes and what comes, and nothing of staff', async (t) => {
  const shop = await app.createShop();
  const { order, products } = await makePaid(shop, [{ price: 1800, quantity: 2 }]);
  const dearer = await makeProduct(shop, { name: 'Green tea', priceAmount: 2200 });
  const path = `POST /v1/orders/${order.id}/lines/${order.lines[0].id}/upgrade`;
  const made = await ok(shop.call(path, { body: { productId: dearer.id, quantity: 1 } }));
  const { token } = await makeLink(shop, made.settlement.id);
  const { status, body } = await shop.call(`GET /v1/settlement-links/${token}`, { as: null });
  t.equal(status, 200);
  t.match(body, { reason: 'upgrade', amount: 400, lines: [] });
  const name = order.lines[0].productName;
  t.same(body.edit, {
    goes: [{ productName: name, quantity: 1, amount: 1800 }],
    comes: [{ productName: 'Green tea', quantity: 1, amount: 2200 }],
    words: {
      en: `Comes 1 × Green tea $22.00; goes 1 × ${name} $18.00; difference $4.00`,
      zh: `换入 1 × Green tea US$22.00; 换出 1 × ${name} US$18.00; 差价 US$4.00`,
    },
  });
  const ids = [order.id, made.id, dearer.id, products[0].id, order.lines[0].id];
  t.notMatch(JSON.stringify(body), new RegExp(ids.join('|')), 'no id of anything');
});

t.test('two upgrades at once: one edit waits, the other is told', async (t) => {
  const shop = await app.createShop();
  const { order, customer } = await makePaid(shop, [{ price: 1800, quantity: 1 }]);
  const dearer = await makeProduct(shop, { priceAmount: 2200 });
  const token = await tokenOf(shop, customer.id);
  const answers = await Promise.all(
    times(12).map(() =>
      shop.call(`POST /v1/orders/${order.id}/lines/${order.lines[0].id}/upgrade`, {
        body: { productId: dearer.id, payment: { provider: 'simulator' } },
        as: token,
      }),
    ),
  );
  t.same(tally(answers), { 201: 1, 409: 11 });
  await runJobs(app);
  t.match(await readOrder(shop, order.id), { netTotalAmount: 2200, paidAmount: 2200, refundedAmount: 0 });
  t.equal((await readStock(shop, dearer.id)).reservedQuantity, 1);
  await checkInvariants(t, app);
});
