import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { DEMO_START } from '../../src/cli/northwind/map.ts';
import { seedNorthwind } from '../../src/cli/northwind/seed.ts';
import { gramsOf } from '../../src/cli/northwind/weights.ts';
import { getShop } from '../../src/platform/shops/shop.ts';
import { checkInvariants, ok } from '../modules/orders/support.ts';
import { startApp } from '../support/app.ts';

type Row = Record<string, string>;
const read = (name: string): Row[] =>
  parse(readFileSync(new URL(`../../data/northwind/${name}.csv`, import.meta.url)), {
    columns: true,
    bom: true,
  });

const shop = await startApp(t, {
  shop: { clockOffsetMs: BigInt(DEMO_START.getTime() - Date.now()), name: 'Northwind Traders' },
});
const { $client } = shop.deps.db;
const seed = async () => (await seedNorthwind(shop.deps, await getShop(shop.deps.db, shop.shopId))).lines;
await seed();

/** What a kilogram cost with each shipper in a country, in cents: straight from the files, in floats. */
function ratesIn(country: string): Map<string | undefined, number> {
  const grams = new Map(
    read('products').map((row) => [row['productID'], gramsOf(row['quantityPerUnit'] ?? '')]),
  );
  const lines = read('order_details');
  const names = new Map(read('shippers').map((row) => [row['shipperID'], row['companyName']]));
  const sums = new Map<string | undefined, { cents: number; kilograms: number }>();
  for (const order of read('orders')) {
    if (order['shipCountry'] !== country) continue;
    const name = names.get(order['shipVia']);
    const sum = sums.get(name) ?? { cents: 0, kilograms: 0 };
    sum.cents += Number(order['freight']) * 100;
    for (const line of lines)
      if (line['orderID'] === order['orderID'])
        sum.kilograms += (Number(line['quantity']) * (grams.get(line['productID']) ?? 0)) / 1_000;
    sums.set(name, sum);
  }
  return new Map([...sums].map(([name, { cents, kilograms }]) => [name, Math.round(cents / kilograms)]));
}

t.test('what a unit weighs, as far as the files tell', async (t) => {
  t.equal(gramsOf('24 - 12 oz bottles'), 8_165);
  t.equal(gramsOf('12 - 75 cl bottles'), 9_000);
  t.equal(gramsOf('1k pkg.'), 1_000);
  t.equal(gramsOf('5 kg pkg.'), 5_000);
  t.equal(gramsOf('10 boxes x 20 bags'), 1_000, 'is assumed');
});

t.test('the shippers are compared by what a kilogram cost with them', async (t) => {
  for (const [country, name] of [
    ['DE', 'Germany'],
    ['US', 'USA'],
  ] as const) {
    const rates = ratesIn(name);
    t.equal(rates.size, 3);
    const body = { country, weightGrams: 4_200 };
    const { data, unavailable } = await ok(shop.call('POST /v1/delivery-options', { body, key: null }));
    t.same(unavailable, []);
    t.same(
      data.map(({ carrierName, priceAmount }: { carrierName: string; priceAmount: number }) => [
        carrierName,
        priceAmount,
      ]),
      [...rates].toSorted(([, one], [, other]) => one - other).map(([carrier, rate]) => [carrier, rate * 5]),
      `${country}: four kilograms and a fifth that is begun`,
    );
    t.match(data[0], { expected: { basis: 'promise', expectedDays: 5 }, reason: 'best' });
  }
});

t.test('a quote ranks them, and an order keeps one', async (t) => {
  const { data: products } = await ok(shop.call('GET /v1/products?status=active&limit=5'));
  const lines = products.map(({ id }: { id: string }) => ({ productId: id, quantity: 1 }));
  const quote = await ok(
    shop.call('POST /v1/quotes', { body: { lines, destination: { country: 'DE' } }, key: null }),
  );
  t.equal(quote.deliveryOptions.data.length, 3);
  const [, second] = quote.deliveryOptions.data;
  const shippingAddress = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };
  const body = {
    lines,
    shippingAddress,
    quoteToken: quote.quoteToken,
    deliveryMethodId: second.methodId,
  };
  t.match(await ok(shop.call('POST /v1/orders', { body })), {
    deliveryMethod: { carrierName: second.carrierName },
    delivery: { latestOn: second.expected.expectedOn },
  });
});

t.test('a demo shop of an earlier version is brought up to date, and its orders are left', async (t) => {
  await $client.query(
    `update orders set import_hash = 'older', version = version + 1 where number in ('10248', '10249')`,
  );
  await $client.query(
    'update products set weight_grams = null, version = version + 1 where external_id = $1',
    ['1'],
  );
  await $client.query(
    'delete from carrier_price_lists where not exists (select 1 from parcels p where p.price_list_id = id)',
  );
  const lines = (await seed()).join('\n');
  t.match(lines, /orders: 0 imported, 830 were there, 2 of them as an earlier version took them in/);
  const { rows } = await $client.query(
    'select (select count(*)::int from carrier_price_lists) as lists, (select weight_grams from products where external_id = $1) as grams',
    ['1'],
  );
  t.same(rows, [{ lists: 3, grams: 1_000 }]);
});

t.test('at the end everything holds', async (t) => {
  await shop.settle();
  await checkInvariants(t, shop);
});
