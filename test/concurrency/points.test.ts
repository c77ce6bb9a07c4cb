import t from 'tap';
import { orderPointsSweep } from '../../src/modules/orders/points.ts';
import { dayChangeSweep } from '../../src/modules/loyalty/day-change.ts';
import { newId } from '../../src/platform/ids.ts';
import { startApp, type TestShop } from '../support/app.ts';
import { givePoints, makeGift, makeMember, setProgramme } from '../support/loyalty-world.ts';
import { makeProduct, must, pay } from '../support/world.ts';
import { checkInvariants, ok, tally, times } from '../modules/orders/support.ts';

// The clock of the whole application: that of a test shop would run the sweeps by itself.
let passedDays = 0;
const clock = { now: () => new Date(Date.now() + passedDays * 86_400_000) };
const app = await startApp(t, { poolSize: 24, clock });
const pass = (days: number): void => {
  passedDays += days;
};

/** One point for each 1.00, to be spent from the next day on, for a month. What is taken back and is not there is owed. */
const PROGRAMME = {
  earning: { points: 1, perAmount: 100 },
  pendingDays: 0,
  latestPendingDays: 0,
  clawback: 'unlimited',
  expiry: { kind: 'rolling_months', months: 1 },
};
const member = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/loyalty-members/${id}`));
const statement = async (shop: TestShop, id: string): Promise<[string, number][]> =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}/movements?limit=100`))).data.map((one: any) => [
    one.kind,
    one.points,
  ]);
const movedBy = async (shop: TestShop, id: string, kind: string) =>
  (await statement(shop, id)).filter(([of]) => of === kind).map(([, points]) => points);
const sweep = async (shop: TestShop) => dayChangeSweep.run(await shop.ctx());
const edit = (shop: TestShop, order: any, at: number, quantity: number, key = newId()) =>
  shop.call(`POST /v1/orders/${order.id}/edits`, {
    body: { lines: [{ lineId: order.lines[at].id, quantity }] },
    key,
  });
const cancel = (shop: TestShop, order: any) => shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} });
const redeem = (shop: TestShop, id: string, giftId: string, key = newId()) =>
  shop.call(`POST /v1/loyalty-members/${id}/redemptions`, { body: { giftId }, key });

async function begin(programme: object = {}) {
  const shop = await app.createShop();
  await setProgramme(shop, { ...PROGRAMME, ...programme });
  return { shop, id: await makeMember(shop) };
}

/** An order of so many units for each line, 10.00 each. */
async function order(shop: TestShop, customerId: string, units: readonly number[]) {
  const lines: object[] = [];
  for (const quantity of units)
    lines.push({ productId: (await makeProduct(shop, { priceAmount: 1_000 })).id, quantity });
  return must(shop.call('POST /v1/orders', { body: { customerId, lines } }));
}
async function paidOrder(shop: TestShop, customerId: string, units: readonly number[]) {
  const placed = await order(shop, customerId, units);
  await pay(shop, placed.id);
  return placed;
}

t.test('an order that is paid while the day changes earns, and what is over expires once', async (t) => {
  for (const _ of times(4)) {
    const { shop, id } = await begin();
    await givePoints(shop, id, 70);
    pass(40);
    const placed = await order(shop, id, [5]);
    const payment = { body: { provider: 'manual' } };
    await Promise.all([
      ...times(3).map(() => shop.call(`POST /v1/orders/${placed.id}/payments`, payment)),
      ...times(4).map(() => sweep(shop)),
    ]);
    const told = (await statement(shop, id)).toSorted(([, a], [, b]) => a - b);
    t.same(told, [
      ['expired', -70],
      ['granted', 50],
      ['granted', 70],
    ]);
    t.match(await member(shop, id), { activePoints: 0, pendingPoints: 50 });
  }
  await checkInvariants(t, app);
});

t.test('a debt is repaid once by orders that are paid at once while the day changes', async (t) => {
  const { shop, id } = await begin();
  const { id: giftId } = await makeGift(shop, { pricePoints: 90 });
  const first = await paidOrder(shop, id, [9]);
  pass(2);
  t.equal((await redeem(shop, id, giftId)).status, 201);
  await givePoints(shop, id, 20);
  await ok(cancel(shop, first));
  t.match(await member(shop, id), { activePoints: 0, debtPoints: 70 }, '20 of 90 were there');
  pass(40);
  const orders = await Promise.all(times(4).map(() => order(shop, id, [3])));
  await Promise.all([...orders.map((placed) => pay(shop, placed.id)), sweep(shop), sweep(shop)]);
  t.match(await member(shop, id), { activePoints: 0, pendingPoints: 50, debtPoints: 0 });
  t.equal(
    (await movedBy(shop, id, 'repaid')).reduce((sum, points) => sum - points, 0),
    70,
    'no point of it twice',
  );
  await checkInvariants(t, app);
});

t.test('two refunds of one order at once take their points once each', async (t) => {
  const { shop, id } = await begin();
  for (const _ of times(4)) {
    const { pendingPoints } = await member(shop, id);
    const placed = await paidOrder(shop, id, [3, 2]);
    const [one, other] = await Promise.all([edit(shop, placed, 0, 1), edit(shop, placed, 1, 1)]);
    t.same([one.status, other.status], [201, 201]);
    t.match(await ok(shop.call(`GET /v1/orders/${placed.id}/points`)), {
      earnedPoints: 50,
      unearnedPoints: 30,
    });
    t.match(await member(shop, id), { pendingPoints: pendingPoints + 20 });
  }
  await checkInvariants(t, app);
});

t.test('a cancellation and what comes back beside it take everything once', async (t) => {
  const { shop, id } = await begin();
  for (const _ of times(4)) {
    const placed = await paidOrder(shop, id, [3, 2]);
    const answers = await Promise.all([
      ...times(4).map(() => cancel(shop, placed)),
      ...times(2).map(() => edit(shop, placed, 0, 2)),
    ]);
    // The second of two edits that say the same finds nothing to change, where no cancellation came between.
    const isTold = ({ status, body }: { status: number; body: any }) =>
      [200, 201, 409].includes(status) || body.errors?.[0]?.code === 'edit_changes_nothing';
    t.ok(answers.every(isTold), JSON.stringify(tally(answers)));
    t.match(await ok(shop.call(`GET /v1/orders/${placed.id}/points`)), { unearnedPoints: 50 });
    t.match(await member(shop, id), { activePoints: 0, pendingPoints: 0, debtPoints: 0 });
  }
  await checkInvariants(t, app);
});

t.test('points that are taken back while they are spent are a debt or were not there', async (t) => {
  for (const _ of times(6)) {
    const { shop, id } = await begin();
    const { id: giftId } = await makeGift(shop, { pricePoints: 40 });
    const placed = await paidOrder(shop, id, [5]);
    pass(1);
    const [spent, gone] = await Promise.all([redeem(shop, id, giftId), cancel(shop, placed), sweep(shop)]);
    t.equal(gone.status, 200);
    t.ok([201, 422].includes(spent.status));
    const debtPoints = spent.status === 201 ? 40 : 0;
    t.match(await member(shop, id), { activePoints: 0, pendingPoints: 0, debtPoints });
  }
  await checkInvariants(t, app);
});

t.test('what is over is not spent while it expires', async (t) => {
  for (const _ of times(4)) {
    const { shop, id } = await begin();
    const { id: giftId } = await makeGift(shop, { pricePoints: 40 });
    await givePoints(shop, id, 50);
    pass(40);
    const tries = times(5).map(() => redeem(shop, id, giftId));
    const [answers] = await Promise.all([Promise.all(tries), sweep(shop), sweep(shop)]);
    t.same(tally(answers), { 422: 5 });
    // The sweeps may have passed by a member who was held by one that was refused.
    await sweep(shop);
    t.same(await movedBy(shop, id, 'expired'), [-50]);
  }
  await checkInvariants(t, app);
});

t.test('sweeps of the same day change it once for each member', async (t) => {
  const { shop } = await begin();
  const members = await Promise.all(times(30).map(() => makeMember(shop)));
  await Promise.all(members.map((id) => givePoints(shop, id, 25)));
  await Promise.all(members.map((id) => givePoints(shop, id, 10, { pendingDays: 20 })));
  pass(40);
  const turned = await Promise.all(times(8).map(() => sweep(shop)));
  t.equal(
    turned.reduce((sum, count) => sum + count, 0),
    30,
  );
  for (const id of members) {
    t.same(await movedBy(shop, id, 'expired'), [-25]);
    t.match(await member(shop, id), { activePoints: 10, pendingPoints: 0 });
  }
  t.equal(await sweep(shop), 0, 'again: nothing is due');
  await checkInvariants(t, app);
});

t.test('requests that are sent many times at once change what one changes', async (t) => {
  const { shop, id } = await begin({ reviewPoints: 20 });
  const { id: giftId } = await makeGift(shop, { pricePoints: 15 });
  const award = { body: { reason: 'review', sourceKey: 'r-1' } };
  await Promise.all(times(8).map(() => shop.call(`POST /v1/loyalty-members/${id}/awards`, award)));
  t.match(await member(shop, id), { activePoints: 20 });
  const key = newId();
  await Promise.all(times(8).map(() => redeem(shop, id, giftId, key)));
  const again = await redeem(shop, id, giftId, key);
  t.equal(again.status, 201, 'the answer of the first');
  t.match(await member(shop, id), { activePoints: 5 });
  t.equal((await ok(shop.call(`GET /v1/redemptions?customerId=${id}`))).data.length, 1);
  const placed = await order(shop, id, [4]);
  const payKey = newId();
  const payment = { body: { provider: 'manual' }, key: payKey };
  const taken = newId();
  await Promise.all(times(8).map(() => shop.call(`POST /v1/orders/${placed.id}/payments`, payment)));
  await Promise.all(times(8).map(() => edit(shop, placed, 0, 3, taken)));
  t.match(await member(shop, id), { activePoints: 5, pendingPoints: 30 });
  const before = await statement(shop, id);
  // As if nobody had followed the order yet, and every event were told once more.
  await app.deps.db.$client.query(
    'update point_accruals set follow_due_at = $2, version = version + 1 where shop_id = $1',
    [shop.shopId, (await shop.ctx()).now],
  );
  const ctx = await shop.ctx();
  await Promise.all(times(4).map(() => orderPointsSweep.run(ctx)));
  await app.settle();
  t.same(await statement(shop, id), before);
  await checkInvariants(t, app);
});
