import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { runCampaign } from '../../support/campaign-rows.ts';
import { daysFromNow, makeCostly, makeEntryItem } from '../../support/campaigns-world.ts';
import { makeCustomer, makeProduct, must, pay } from '../../support/world.ts';

const app = await startApp(t);
const order = async (shop: TestShop, customerId: string | undefined, productId: string, isPaid = true) => {
  const lines = [{ productId, quantity: 1 }];
  const placed = await must(
    shop.call('POST /v1/orders', { body: { ...(customerId && { customerId }), lines } }),
  );
  if (isPaid) await pay(shop, placed.id);
  return placed;
};
const report = (shop: TestShop, id: string, query = '') =>
  must(shop.call(`GET /v1/entry-items/${id}/report${query}`));

t.test('what buyers of an entry item bought next, and at what margin', async (t) => {
  const shop = await app.createShop();
  const hat = await makeCostly(shop);
  const coat = await makeProduct(shop, { priceAmount: 9_000, costAmount: 4_000 });
  const sock = await makeProduct(shop, { priceAmount: 500, costAmount: null });
  const [maria, rosa, other] = [await makeCustomer(shop), await makeCustomer(shop), await makeCustomer(shop)];
  await runCampaign(app, shop, { type: 'amount_off', amount: 400, per: 'unit' }, { productIds: [hat.id] });
  const { id } = await makeEntryItem(shop, { productId: hat.id, budgetAmount: 1_000 });
  t.match(await report(shop, id), { orders: 0, buyers: 0, next: { orders: 0, marginBps: null } });
  await order(shop, maria.id, coat.id);
  await order(shop, maria.id, hat.id);
  await order(shop, rosa.id, hat.id);
  await order(shop, undefined, hat.id);
  await order(shop, other.id, coat.id);
  const gone = await order(shop, other.id, hat.id);
  await must(shop.call(`POST /v1/orders/${gone.id}/cancel`, { body: {} }));
  await must(shop.call('POST /v1/test-clock/advance', { body: { toAt: await daysFromNow(shop, 5) } }));
  await order(shop, maria.id, coat.id);
  await order(shop, maria.id, sock.id);
  await order(shop, rosa.id, coat.id, false);
  await must(shop.call('POST /v1/test-clock/advance', { body: { toAt: await daysFromNow(shop, 60) } }));
  await order(shop, maria.id, hat.id);
  t.match(await report(shop, id, '?days=30'), {
    entryItemId: id,
    days: 30,
    buyers: 2,
    budgetAmount: 1_000,
    usedLossAmount: 800,
    next: {
      buyers: 1,
      orders: 2,
      revenueAmount: 9_500,
      costedRevenueAmount: 9_000,
      costAmount: 4_000,
      marginAmount: 5_000,
      marginBps: 5_556,
    },
  });
  t.match(await report(shop, id), {
    days: 90,
    next: { buyers: 1, orders: 3, revenueAmount: 10_100, costAmount: 4_800, marginAmount: 4_800 },
  });
  const { spentAmount } = await must(shop.call(`GET /v1/entry-items/${id}`));
  const { heldLossAmount, usedLossAmount } = await report(shop, id);
  t.equal(heldLossAmount + usedLossAmount, spentAmount);
  t.equal((await shop.call(`GET /v1/entry-items/${hat.id}/report`)).status, 404);
});
