import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { addCustomer, tellPaid } from '../customers/support.ts';
import { allOf, checkInvariants, membersOf } from './support.ts';

const app = await startApp(t);
const advance = async (shop: TestShop, toAt: string) => {
  const { status, body } = await shop.call('POST /v1/test-clock/advance', { body: { toAt } });
  if (status !== 200) throw new Error(JSON.stringify(body));
  await app.settle();
  return body;
};
const daysFrom = (at: Date, days: number, hours = 0) =>
  new Date(at.getTime() + days * 86_400_000 + hours * 3_600_000);
const dueOf = async (segmentId: string): Promise<Date | null> => {
  const { rows } = await app.deps.db.$client.query('select due_at from segments where id = $1', [segmentId]);
  return rows[0].due_at;
};

t.test('time alone moves a customer at midnight of the shop, and at no other', async (t) => {
  const shop = await app.createShop({ timezone: 'Asia/Shanghai' });
  const { now } = await shop.ctx();
  const midnight = new Date(
    Math.ceil((now.getTime() + 8 * 3_600_000) / 86_400_000) * 86_400_000 - 8 * 3_600_000,
  );
  const maria = await addCustomer(shop);
  await tellPaid(shop, { customerId: maria.id, placedAt: now.toISOString() });
  const recent = await makeSegment(shop, {
    rule: allOf({ field: 'daysSinceLastPurchase', operator: 'at_most', days: 2 }),
  });
  const lapsing = await makeSegment(shop, {
    rule: allOf(
      { field: 'daysSinceLastPurchase', operator: 'at_least', days: 3 },
      { field: 'daysSinceLastPurchase', operator: 'at_most', days: 4 },
    ),
  });
  await app.settle();
  t.same([await membersOf(shop, recent.id), await membersOf(shop, lapsing.id)], [[maria.id], []]);
  t.same(await dueOf(recent.id), daysFrom(midnight, 2), 'it is known when the next one leaves');

  await advance(shop, daysFrom(midnight, 2, -1).toISOString());
  t.same(
    [await membersOf(shop, recent.id), await membersOf(shop, lapsing.id)],
    [[maria.id], []],
    'an hour before',
  );
  await advance(shop, daysFrom(midnight, 2, 1).toISOString());
  t.same(
    [await membersOf(shop, recent.id), await membersOf(shop, lapsing.id)],
    [[], [maria.id]],
    'an hour after',
  );
  t.equal(await dueOf(recent.id), null, 'nobody moves any more by time');
  const { body } = await shop.call(`GET /v1/customers/${maria.id}/segment-history`);
  const left = body.data.find(({ segmentId }: any) => segmentId === recent.id);
  t.equal(
    Date.parse(left.leftAt) - (Date.parse(left.leftAt) % 60_000),
    daysFrom(midnight, 2).getTime(),
    'at midnight',
  );
  await advance(shop, daysFrom(midnight, 30).toISOString());
  t.same(await membersOf(shop, lapsing.id), []);

  const later = (await shop.ctx()).now;
  await tellPaid(shop, { customerId: maria.id, placedAt: later.toISOString() });
  await app.settle();
  t.same(await membersOf(shop, recent.id), [maria.id], 'a purchase brings her back');
  t.ok(await dueOf(recent.id), 'and it is due again');
  await checkInvariants(t, app);
});

t.test('scores divide the buyers in fifths, and are computed at the midnight after a purchase', async (t) => {
  const shop = await app.createShop();
  const buyers: string[] = [];
  for (let i = 1; i <= 10; i += 1) {
    const { id } = await addCustomer(shop);
    buyers.push(id);
    for (let order = 0; order < Math.ceil(i / 2); order += 1)
      await tellPaid(shop, {
        customerId: id,
        totalAmount: 100 * i,
        placedAt: `2026-01-${String(i).padStart(2, '0')}T10:00:00.000Z`,
      });
  }
  const stranger = await addCustomer(shop);
  await app.settle();
  const champions = await makeSegment(shop, {
    rule: allOf({ field: 'rfmCell', operator: 'in', values: ['champions'] }),
  });
  const frequent = await makeSegment(shop, {
    rule: allOf({ field: 'rfmScore', part: 'frequency', operator: 'at_most', value: 1 }),
  });
  await app.settle();
  // Ten buyers are two in each fifth, by each of the three; two each have the same number of orders.
  t.same(await membersOf(shop, champions.id), buyers.slice(8).toSorted());
  t.same(await membersOf(shop, frequent.id), buyers.slice(0, 2).toSorted());
  const of = async (id: string) => (await shop.call(`GET /v1/customers/${id}/segments`)).body;
  t.match((await of(buyers[9] ?? '')).rfm, {
    recencyScore: 5,
    frequencyScore: 5,
    monetaryScore: 5,
    cell: 'champions',
  });
  t.equal((await of(stranger.id)).rfm, null);
  const cells = (await shop.call('GET /v1/rfm-cells')).body;
  const sum = (name: string) => cells.data.reduce((total: number, one: any) => total + one[name], 0);
  t.same([sum('customerCount'), cells.data.length], [10, 11], 'they divide all who bought something');
  t.match(cells.data[0], { cell: 'champions', customerCount: 2 });

  await tellPaid(shop, {
    customerId: stranger.id,
    totalAmount: 100_000,
    placedAt: (await shop.ctx()).now.toISOString(),
  });
  await app.settle();
  t.equal((await of(stranger.id)).rfm, null, 'not before midnight');
  await shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 1_441 } });
  await app.settle();
  t.match((await of(stranger.id)).rfm, { recencyScore: 5, frequencyScore: 1, monetaryScore: 5 });
  const { rows } = await app.deps.db.$client.query('select due_at from rfm_schedules where shop_id = $1', [
    shop.shopId,
  ]);
  t.same(rows, [{ due_at: null }], 'nothing is due until something is bought');
  await checkInvariants(t, app);
});
