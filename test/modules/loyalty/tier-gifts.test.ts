import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { givePoints, makeGift, makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { makeProduct, must, pay, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok } from '../orders/support.ts';

const app = await startApp(t);
const tier = (key: string, threshold: number) => ({
  key,
  name: key.toUpperCase(),
  threshold,
  multiplierBps: 10_000,
  serviceLevel: null,
});
const CLUB = {
  earning: { points: 1, perAmount: 100 },
  pendingDays: 0,
  latestPendingDays: 0,
  tierBasis: 'spend',
  tierPeriodMonths: 3,
  tiers: [tier('bronze', 0), tier('silver', 20_000), tier('gold', 50_000)],
};

async function buy(shop: TestShop, customerId: string, priceAmount: number) {
  const { id: productId } = await makeProduct(shop, { priceAmount });
  const lines = [{ productId, quantity: 1 }];
  const order = await must(shop.call('POST /v1/orders', { body: { customerId, lines } }));
  await pay(shop, order.id);
  return order;
}
const nextDay = async (shop: TestShop, days = 1) => {
  await advance(shop, days * DAY);
  await app.settle();
};

/** Everything that a redemption would change. */
async function everything(shop: TestShop, id: string, giftId: string) {
  const read = (path: string) => ok(shop.call(`GET /v1/${path}`));
  return {
    member: await read(`loyalty-members/${id}`),
    lots: await read(`loyalty-members/${id}/lots`),
    statement: await read(`loyalty-members/${id}/movements`),
    gift: await read(`loyalty-gifts/${giftId}`),
    redemptions: await read(`redemptions?customerId=${id}`),
    grants: await read(`gift-grants?customerId=${id}`),
  };
}

t.test('who reaches a tier by buying has its gift tomorrow, and who is below is refused', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, CLUB);
  const [id, below] = [await makeMember(shop), await makeMember(shop)];
  const [token, other] = [await tokenOf(shop, id), await tokenOf(shop, below)];
  const { id: giftId } = await makeGift(shop, { pricePoints: 100, minimumTierKey: 'silver' });
  const redeem = (as: string) => shop.call('POST /v1/me/redemptions', { as, body: { giftId } });
  const refuses = async (as: string, who: string, told: string) => {
    const before = await everything(shop, who, giftId);
    const [own, byStaff] = [
      await redeem(as),
      await shop.call(`POST /v1/loyalty-members/${who}/redemptions`, { body: { giftId } }),
    ];
    for (const answer of [own, byStaff])
      t.match(answer, { status: 409, body: { code: 'tier_too_low' } }, told);
    t.same(await everything(shop, who, giftId), before, 'and nothing has changed');
  };
  await givePoints(shop, below, 500);
  await buy(shop, below, 19_999);
  for (const amount of [12_000, 8_000]) await buy(shop, id, amount);
  await givePoints(shop, id, 300);
  await refuses(token, id, 'nothing of the day itself counts');
  await nextDay(shop);
  t.match(await ok(shop.call('GET /v1/me/loyalty/tier', { as: token })), { tier: { key: 'silver' } });
  t.match(await redeem(token), { status: 201, body: { state: 'redeemed', customerId: id } });
  t.match(await everything(shop, id, giftId), {
    member: { activePoints: 400, pendingPoints: 0 },
    gift: { leftQuantity: 4 },
    grants: { data: [{ state: 'open', name: 'Tea tin' }] },
  });
  await refuses(other, below, '0.01 is missing');
  await checkInvariants(t, app);
});

t.test('a tier that is lost takes the right to its gifts along, and nothing that was had', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, CLUB);
  const id = await makeMember(shop);
  const { id: giftId } = await makeGift(shop, { pricePoints: 50, minimumTierKey: 'silver' });
  const redeem = () => shop.call(`POST /v1/loyalty-members/${id}/redemptions`, { body: { giftId } });
  const order = await buy(shop, id, 60_000);
  await nextDay(shop);
  t.equal((await redeem()).status, 201, 'who is above has it as well');
  await must(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await givePoints(shop, id, 500);
  t.equal((await redeem()).status, 201, 'what came back today counts tomorrow');
  await nextDay(shop);
  t.match(await redeem(), { status: 409, body: { code: 'tier_too_low' } });
  t.equal((await ok(shop.call(`GET /v1/gift-grants?customerId=${id}`))).data.length, 2);
  await checkInvariants(t, app);
});
