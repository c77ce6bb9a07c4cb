import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCustomer, makeLink, makePolicy, makeProduct, pay } from '../../support/world.ts';
import { checkInvariants, ok, readOrder } from '../orders/support.ts';
import { confirmAll, price, runSweeps, sweepsOf } from './protection-support.ts';

const app = await startApp(t);

/** Four units of 18.00, paid, under a promise. */
async function makeFour(shop: TestShop) {
  await makePolicy(shop, { automaticAmount: 100_000 });
  const { id: customerId } = await makeCustomer(shop);
  const product = await makeProduct(shop);
  const { id } = await ok(
    shop.call('POST /v1/orders', {
      body: { customerId, lines: [{ productId: product.id, quantity: 4 }] },
    }),
  );
  await pay(shop, id);
  const order = await readOrder(shop, id);
  return { product, order, lineId: order.lines[0].id };
}

const edit = (shop: TestShop, orderId: string, body: object) =>
  ok(shop.call(`POST /v1/orders/${orderId}/edits`, { body }));

t.test('units that were cancelled are left out, and their share is not paid again', async (t) => {
  const shop = await app.createShop();
  const { product, order, lineId } = await makeFour(shop);
  await edit(shop, order.id, { lines: [{ lineId, quantity: 3 }] });
  await confirmAll(app, shop);
  await price(shop, product.id, 1700);
  await runSweeps(app, shop);
  t.match(await sweepsOf(shop), [{ openedAmount: 300, openedCount: 1 }], 'three units, 1.00 each');
  await confirmAll(app, shop);
  t.match(await edit(shop, order.id, { lines: [{ lineId, quantity: 1 }] }), { creditedAmount: 3400 });
  await price(shop, product.id, 1500);
  await runSweeps(app, shop);
  t.match((await sweepsOf(shop))[0], { openedAmount: 200 }, 'one unit, what is beyond the first');
  t.match(await readOrder(shop, order.id), { netTotalAmount: 1500 });
  await checkInvariants(t, app);
});

t.test('what was charged when units had gone was paid for the others alone', async (t) => {
  const shop = await app.createShop();
  const { product, order, lineId } = await makeFour(shop);
  await edit(shop, order.id, { lines: [{ lineId, quantity: 1 }] });
  await confirmAll(app, shop);
  const lines = [{ lineId, amount: 500 }];
  const offer = { direction: 'from_customer', reason: 'price_error', lines };
  const asked = await ok(shop.call(`POST /v1/orders/${order.id}/settlement-offers`, { body: offer }));
  const { token } = await makeLink(shop, asked.id);
  await ok(shop.call(`POST /v1/settlement-links/${token}/accept`, { as: null }));
  await ok(shop.call(`POST /v1/settlements/${asked.id}/payments`, { body: { provider: 'manual' } }));
  await price(shop, product.id, 1700);
  await runSweeps(app, shop);
  t.match(await sweepsOf(shop), [{ openedAmount: 600 }], '18.00 and 5.00 for a unit that costs 17.00');
  await confirmAll(app, shop);
  t.match(await readOrder(shop, order.id), { netTotalAmount: 1700 });
  await checkInvariants(t, app);
});

t.test('units that are about to go are waited for', async (t) => {
  for (const isPaid of [true, false]) {
    const shop = await app.createShop();
    const { product, order, lineId } = await makeFour(shop);
    const dearer = await makeProduct(shop, { priceAmount: 9900 });
    const { settlement } = await edit(shop, order.id, {
      lines: [{ lineId, quantity: 3 }],
      items: [{ productId: dearer.id, quantity: 1 }],
    });
    await price(shop, product.id, 1700);
    await runSweeps(app, shop);
    t.match(await sweepsOf(shop), [{ openedCount: 0, waitingLineCount: 1 }]);
    if (isPaid) {
      const { token } = await makeLink(shop, settlement.id);
      await ok(shop.call(`POST /v1/settlement-links/${token}/accept`, { as: null }));
      await ok(shop.call(`POST /v1/settlements/${settlement.id}/payments`, { body: { provider: 'manual' } }));
    } else await ok(shop.call(`POST /v1/settlements/${settlement.id}/cancel`));
    await runSweeps(app, shop);
    t.match(await sweepsOf(shop), [{ waitingLineCount: 0, openedAmount: isPaid ? 300 : 400 }]);
    await checkInvariants(t, app);
  }
});
