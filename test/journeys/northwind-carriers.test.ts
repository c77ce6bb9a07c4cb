import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { DEMO_START } from '../../src/cli/northwind/map.ts';
import { seedNorthwind } from '../../src/cli/northwind/seed.ts';
import { getShop } from '../../src/platform/shops/shop.ts';
import { checkInvariants, ok } from '../modules/orders/support.ts';
import { startApp } from '../support/app.ts';

type Row = Record<string, string>;
const read = (name: string): Row[] =>
  parse(readFileSync(new URL(`../../data/northwind/${name}.csv`, import.meta.url)), {
    columns: true,
    bom: true,
  });

// The same figures in another way: straight from the files, in days and floats.
const DAY = 86_400_000;
const dayOf = (text: string | undefined) => Math.round(Date.parse(`${text?.slice(0, 10)}T00:00:00Z`) / DAY);
const EVE = dayOf('1998-05-06');
const orders = read('orders').filter((row) => row['shippedDate'] !== 'NULL');
const names = new Map(read('shippers').map((row) => [row['shipperID'], row['companyName']]));

interface Expected {
  parcels: number;
  promised: number;
  onTime: number;
  delivered: number;
  costCents: number;
}

function expect(rows: readonly Row[]): Expected {
  const sum = { parcels: 0, promised: 0, onTime: 0, delivered: 0, costCents: 0 };
  for (const row of rows) {
    const [shipped, required] = [dayOf(row['shippedDate']), dayOf(row['requiredDate'])];
    if (shipped <= EVE - 90 || shipped > EVE) continue;
    const arrived = shipped + 5 <= EVE;
    sum.parcels += 1;
    sum.delivered += arrived ? 1 : 0;
    sum.promised += arrived || required <= EVE ? 1 : 0;
    sum.onTime += arrived && shipped + 5 <= required ? 1 : 0;
    sum.costCents += Math.round(Number(row['freight']) * 100);
  }
  return sum;
}

const damped = (sum: number, count: number, mean: number) => (sum + 20 * mean) / (count + 20);

/** All five weigh 35, 15, 25, 15 and 10; nobody rated anything, and nothing was lost. */
function scoreOf(own: Expected, shop: Expected) {
  const onTime = damped(own.onTime, own.promised, shop.onTime / shop.promised);
  const cost = shop.costCents / shop.parcels;
  const costOfOne = damped(own.costCents, own.parcels, cost);
  // Every parcel takes five days, so that each carrier is as quick as the shop.
  return (35 * onTime + 15 * 0.5 + 25 * 1 + (10 * cost) / (cost + costOfOne)) / 85;
}

const shop = await startApp(t, {
  shop: { clockOffsetMs: BigInt(DEMO_START.getTime() - Date.now()), name: 'Northwind Traders' },
});
await seedNorthwind(shop.deps, await getShop(shop.deps.db, shop.shopId));
const carriers = (await ok(shop.call('GET /v1/carriers'))).data;

t.test('the three shippers are carriers, and every shipped order is a parcel', async (t) => {
  t.same(carriers.map(({ name }: any) => name).toSorted(), [
    'Federal Shipping',
    'Speedy Express',
    'United Package',
  ]);
  const { rows } = await shop.deps.db.$client.query(
    `select o.number, c.name, p.cost_amount::int as cost, p.promised_on, p.destination_country as country, p.state
     from parcels p join orders o on o.shop_id = p.shop_id and o.id = p.order_id
     join carriers c on c.shop_id = p.shop_id and c.id = p.carrier_id where p.shop_id = $1`,
    [shop.shopId],
  );
  t.equal(rows.length, 809);
  t.equal(orders.length, 809);
  const found = new Map(rows.map((row) => [row.number, row]));
  for (const row of orders) {
    const parcel = found.get(row['orderID']);
    const isThere = dayOf(row['shippedDate']) + 5 <= EVE + 1;
    const expected = [
      names.get(row['shipVia']),
      Math.round(Number(row['freight']) * 100),
      row['requiredDate']?.slice(0, 10),
      isThere ? 'delivered' : 'registered',
    ];
    const got = [parcel?.name, parcel?.cost, parcel?.promised_on, parcel?.state];
    if (got.join() !== expected.join())
      t.fail(`order ${row['orderID']}: ${got.join()} is not ${expected.join()}`);
  }
});

t.test('the scores are those that the files come to', async (t) => {
  const { data } = await ok(shop.call('GET /v1/carrier-scores'));
  t.equal(data.length, 3);
  const all = expect(orders);
  for (const score of data) {
    const name = carriers.find(({ id }: any) => id === score.carrierId).name;
    const own = expect(orders.filter((row) => names.get(row['shipVia']) === name));
    t.match(score, {
      day: '1998-05-06',
      parcelCount: own.parcels,
      promisedCount: own.promised,
      onTimeCount: own.onTime,
      deliveredCount: own.delivered,
      transitDaysSum: own.delivered * 5,
      transitCentidays: 500,
      spoiledBps: 0,
      ratingCentistars: null,
      costSumAmount: own.costCents,
      onTimeBps: Math.round(damped(own.onTime, own.promised, all.onTime / all.promised) * 10_000),
      costAmount: Math.round(damped(own.costCents, own.parcels, all.costCents / all.parcels)),
      scoreBps: Math.round(scoreOf(own, all) * 10_000),
    });
    t.comment(
      `${name}: ${score.scoreBps} of ${own.parcels} parcels, ${own.onTime} of ${own.promised} on time`,
    );
  }
  t.same(
    data,
    data.toSorted((a: any, b: any) => b.scoreBps - a.scoreBps),
    'best first',
  );
});

t.test('how long parcels take is known by country, from at least one case', async (t) => {
  const { data } = await ok(shop.call(`GET /v1/carriers/${carriers[0].id}/transit-days`));
  t.ok(data.length > 10);
  t.ok(
    data.every(
      ({ medianDays, ninetiethDays, methodId }: any) =>
        medianDays === 5 && ninetiethDays === 5 && methodId === null,
    ),
  );
});

t.test('the next days are scored when they are over, until there is nothing more to count', async (t) => {
  await ok(shop.call('POST /v1/test-clock/advance', { body: { toAt: '1998-05-09T12:00:00Z' } }));
  const history = await ok(shop.call(`GET /v1/carriers/${carriers[0].id}/scores`));
  t.same(
    history.data.map(({ day }: any) => day),
    ['1998-05-08', '1998-05-07', '1998-05-06'],
  );
  await ok(shop.call('POST /v1/test-clock/advance', { body: { toAt: '1999-05-09T12:00:00Z' } }));
  const [last] = (await ok(shop.call('GET /v1/carrier-scores'))).data;
  t.match(last, { parcelCount: 0, scoreBps: null });
  t.ok(last.day < '1998-09-01', `it sleeps since ${last.day}`);
});

t.test('everything holds', (t) => checkInvariants(t, shop));
