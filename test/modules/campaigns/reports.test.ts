import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCampaign, makeProgramme, makeRunning } from '../../support/campaigns-world.ts';
import { makeCustomer, makeProduct, must, pay } from '../../support/world.ts';
import { compareWithPlan } from '../../../src/modules/orders/campaign-reports/rules.ts';

const app = await startApp(t);
const order = (shop: TestShop, body: object) => must(shop.call('POST /v1/orders', { body }));
const both = { combinesWith: ['product', 'order'] };

/** A programme of two campaigns on hats, and orders that have both: one is paid, one cancelled. */
async function sell() {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000, costAmount: 400 });
  const tie = await makeProduct(shop, { priceAmount: 500, costAmount: null });
  const [maria, old] = [await makeCustomer(shop), await makeCustomer(shop)];
  await order(shop, { customerId: old.id, lines: [{ productId: tie.id, quantity: 1 }] });
  const { id: programmeId } = await makeProgramme(shop, {
    plan: { orders: 4, revenueAmount: 3_000, members: 0 },
  });
  const goods = await makeRunning(shop, {
    ...both,
    programmeId,
    plan: { participants: 2, discountAmount: 100 },
    productIds: [hat.id],
  });
  await makeRunning(shop, {
    ...both,
    programmeId,
    mechanic: { type: 'amount_off', amount: 50, per: 'basket' },
    stackingClass: 'order',
    productIds: [hat.id],
  });
  await makeCampaign(shop, { programmeId });
  const wish = (customerId: string | undefined, quantity = 1) => ({
    ...(customerId && { customerId }),
    lines: [
      { productId: hat.id, quantity },
      { productId: tie.id, quantity: 1 },
    ],
  });
  const paid = await order(shop, wish(maria.id, 2));
  await pay(shop, paid.id);
  await order(shop, { ...wish(old.id), channel: 'douyin' });
  await order(shop, wish(undefined));
  const gone = await order(shop, wish(maria.id));
  await must(shop.call(`POST /v1/orders/${gone.id}/cancel`, { body: {} }));
  return { shop, programmeId, goodsId: goods.id };
}

t.test('what came of a programme, beside what was planned', async (t) => {
  const { shop, programmeId, goodsId } = await sell();
  // Two hats at 900 less 50, one each at 900 less 50, twice; and three ties at 500.
  const report = await must(shop.call(`GET /v1/programmes/${programmeId}/report`));
  t.match(report, {
    heldOrders: 2,
    usedOrders: 1,
    returnedOrders: 1,
    participants: 2,
    newCustomers: 1,
    units: 7,
    revenueAmount: 1_750 + 850 + 850 + 1_500,
    costedRevenueAmount: 1_750 + 850 + 850,
    costAmount: 1_600,
    marginAmount: 1_850,
    discountAmount: 400 + 150,
    freightDiscountAmount: 0,
    givenAmount: 550,
    plan: [
      { goal: 'orders', planned: 4, actual: 3, reachedBps: 7_500 },
      { goal: 'members', planned: 0, actual: 1, reachedBps: null },
      { goal: 'revenueAmount', planned: 3_000, actual: 4_950, reachedBps: 16_500 },
    ],
  });
  t.equal(report.given.length, 4, 'two campaigns in two channels');
  const one = await must(shop.call(`GET /v1/campaigns/${goodsId}/report`));
  t.match(one, {
    givenAmount: 400,
    plan: [
      { goal: 'participants', actual: 2, reachedBps: 10_000 },
      { goal: 'discountAmount', actual: 400, reachedBps: 40_000 },
    ],
    given: [
      { channel: 'douyin', orders: 1, discountAmount: 100 },
      { channel: 'web', orders: 2, discountAmount: 300 },
    ],
  });
  const later = '2099-01-01T00:00:00Z';
  t.match(await must(shop.call(`GET /v1/campaigns/${goodsId}/report?from=${later}`)), {
    usedOrders: 0,
    revenueAmount: 0,
    given: [],
  });
  t.match(await shop.call(`GET /v1/campaigns/${goodsId}/report?from=${later}&to=${later}`), {
    status: 422,
    body: { code: 'report_period_empty', errors: [{ pointer: '/to' }] },
  });
});

t.test('a plan of nothing is compared with nothing', (t) => {
  const figures = {
    heldOrders: 0,
    usedOrders: 0,
    returnedOrders: 0,
    participants: 0,
    newCustomers: 0,
    units: 0,
  };
  const sums = { revenueAmount: 0n, costedRevenueAmount: 0n, costAmount: 0n };
  t.same(compareWithPlan({}, { ...figures, ...sums }, []), []);
  t.end();
});
