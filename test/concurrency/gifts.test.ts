import t from 'tap';
import { startApp, type TestShop } from '../support/app.ts';
import { givePoints, makeGift, makeMember, makeRedemption } from '../support/loyalty-world.ts';
import { advance, checkInvariants, HOUR, ok, tally, times } from '../modules/orders/support.ts';

const app = await startApp(t, { poolSize: 24 });
const redeem = (shop: TestShop, id: string, giftId: string) =>
  shop.call(`POST /v1/loyalty-members/${id}/redemptions`, { body: { giftId } });
const step = (shop: TestShop, id: string, verb: string, body?: object) =>
  shop.call(`POST /v1/redemptions/${id}/${verb}`, body ? { body } : {});
const state = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/redemptions/${id}`));
const pointsOf = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}`))).activePoints;

async function makeRich(shop: TestShop): Promise<string> {
  const id = await makeMember(shop);
  await givePoints(shop, id, 500);
  return id;
}

t.test('of fifty who want the last gift one has it', async (t) => {
  const shop = await app.createShop();
  const { id: giftId } = await makeGift(shop, { stockQuantity: 1 });
  const members: string[] = [];
  for (const _ of times(50)) members.push(await makeRich(shop));
  const answers = await Promise.all(members.map((id) => redeem(shop, id, giftId)));
  t.same(tally(answers), { 201: 1, 409: 49 });
  const points = await Promise.all(members.map((id) => pointsOf(shop, id)));
  t.equal(points.filter((left) => left === 500).length, 49);
  await checkInvariants(t, app);
});

t.test('points that are spent fifty times at once are spent once', async (t) => {
  const shop = await app.createShop();
  const { id: giftId } = await makeGift(shop, { stockQuantity: 100 });
  const id = await makeRich(shop);
  t.same(tally(await Promise.all(times(50).map(() => redeem(shop, id, giftId)))), { 201: 1, 422: 49 });
  t.equal(await pointsOf(shop, id), 0);
  await checkInvariants(t, app);
});

t.test('the limit of a member holds, however many they ask for at once', async (t) => {
  const shop = await app.createShop();
  const { id: giftId } = await makeGift(shop, { stockQuantity: 100, memberLimit: 3, pricePoints: 10 });
  const id = await makeRich(shop);
  t.same(tally(await Promise.all(times(20).map(() => redeem(shop, id, giftId)))), { 201: 3, 409: 17 });
  t.equal(await pointsOf(shop, id), 470);
  await checkInvariants(t, app);
});

t.test('one of confirming, giving up and expiring happens', async (t) => {
  for (const isLate of [false, true]) {
    const shop = await app.createShop();
    const { id, customerId } = await makeRedemption(shop, undefined, { isHeld: true });
    if (isLate) await advance(shop, 24 * HOUR);
    const answers = await Promise.all([
      ...times(6).map(() => step(shop, id, 'confirm')),
      ...times(6).map(() => step(shop, id, 'cancel', { quantity: 1 })),
      app.settle(),
    ]);
    t.ok(answers.every((answer) => answer === undefined || [200, 409].includes((answer as any).status)));
    const { state: ended } = await state(shop, id);
    t.ok(['cancelled', 'expired'].includes(ended), ended);
    t.equal(await pointsOf(shop, customerId), 1_000, 'the points are back, once');
    await checkInvariants(t, app);
  }
});

t.test('units that are given up many times at once come back once each', async (t) => {
  const shop = await app.createShop();
  const id = await makeRich(shop);
  const { id: giftId } = await makeGift(shop, { pricePoints: 100 });
  const made = await ok(
    shop.call(`POST /v1/loyalty-members/${id}/redemptions`, { body: { giftId, quantity: 3 } }),
  );
  const answers = await Promise.all(times(10).map(() => step(shop, made.id, 'cancel', { quantity: 1 })));
  t.same(tally(answers), { 200: 3, 409: 7 });
  t.equal(await pointsOf(shop, id), 500);
  await checkInvariants(t, app);
});
