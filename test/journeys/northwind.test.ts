import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { DEMO_START } from '../../src/cli/northwind/map.ts';
import { seedNorthwind } from '../../src/cli/northwind/seed.ts';
import { modules } from '../../src/modules.ts';
import { platformInvariants } from '../../src/platform/invariants.ts';
import { getShop } from '../../src/platform/shops/shop.ts';
import { startApp } from '../support/app.ts';

type Row = Record<string, string>;
const read = (name: string): Row[] =>
  parse(readFileSync(new URL(`../../data/northwind/${name}.csv`, import.meta.url)), {
    columns: true,
    bom: true,
  });

// The same arithmetic in another way: in millionths, rounded half up, because nothing here is negative.
const millionths = (text: string) => {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
};
const cents = (text: string) => Number(millionths(text) / 10_000n);
const discountOf = (line: Row) => {
  const exact =
    millionths(line['unitPrice'] ?? '') * BigInt(line['quantity'] ?? '') * millionths(line['discount'] ?? '');
  // Millionths of millionths of a dollar: a cent is 10^10 of them.
  return Number((exact + 5_000_000_000n) / 10_000_000_000n);
};

const orders = read('orders');
const lines = read('order_details');
const linesBy = group(lines);
function group(rows: Row[]) {
  const groups = new Map<string | undefined, Row[]>();
  for (const row of rows) groups.set(row['orderID'], [...(groups.get(row['orderID']) ?? []), row]);
  return groups;
}
const DAY = 86_400_000;
const statusOf = (order: Row) => {
  if (order['shippedDate'] === 'NULL') return 'paid';
  const shipped = Date.parse(`${order['shippedDate']?.slice(0, 10)}T00:00:00Z`);
  if (shipped + 19 * DAY <= DEMO_START.getTime()) return 'completed';
  return shipped + 5 * DAY <= DEMO_START.getTime() ? 'delivered' : 'shipped';
};

const shop = await startApp(t, {
  shop: { clockOffsetMs: BigInt(DEMO_START.getTime() - Date.now()), name: 'Northwind Traders' },
});
const { db } = shop.deps;
const first = await seedNorthwind(shop.deps, await getShop(db, shop.shopId));

t.test('it says what it did, and does nothing twice', async (t) => {
  t.match(
    first.lines.join('\n'),
    /customers: 91 added[\s\S]*products: 77 added[\s\S]*orders: 830 imported, 0 were there/,
  );
  const again = await seedNorthwind(shop.deps, await getShop(db, shop.shopId));
  t.match(
    again.lines.join('\n'),
    /customers: 0 added, 91 were there[\s\S]*products: 0 added, 77 were there[\s\S]*prices: 0 past ones recorded[\s\S]*orders: 0 imported, 830 were there/,
  );
});

t.test('every order costs what the files say, to the cent', async (t) => {
  const { rows } = await db.execute<{
    number: string;
    lines: string;
    discount: string;
    freight: string;
    total: string;
    status: string;
  }>(
    sql`select number, lines_amount as lines, discount_amount as discount, freight_amount as freight,
        total_amount as total, status from orders where shop_id = ${shop.shopId}`,
  );
  const found = new Map(rows.map((row) => [row.number, row]));
  let all = 0;
  for (const order of orders) {
    const own = linesBy.get(order['orderID']) ?? [];
    const listed = own.reduce(
      (sum, line) => sum + cents(line['unitPrice'] ?? '') * Number(line['quantity']),
      0,
    );
    const discount = own.reduce((sum, line) => sum + discountOf(line), 0);
    const freight = cents(order['freight'] ?? '');
    const row = found.get(order['orderID'] ?? '');
    const figures = [row?.lines, row?.discount, row?.freight, row?.total].map(Number);
    const expected = [listed, discount, freight, listed - discount + freight];
    if (figures.join() !== expected.join())
      t.fail(`order ${order['orderID']}: ${figures.join()} is not ${expected.join()}`);
    if (row?.status !== statusOf(order))
      t.fail(`order ${order['orderID']}: ${row?.status} is not ${statusOf(order)}`);
    all += listed - discount + freight;
  }
  t.equal(rows.length, 830);
  t.equal(
    rows.reduce((sum, row) => sum + Number(row.total), 0),
    all,
    `all orders together cost ${all}`,
  );
  t.equal(rows.filter((row) => row.status === 'paid').length, 21, '21 orders were never shipped');
});

t.test('stock is what is on hand today, and what open orders wait for is reserved', async (t) => {
  const { rows } = await db.execute<{ external_id: string; on_hand: number; reserved: number }>(
    sql`select p.external_id, s.on_hand, s.reserved from products p join stock_items s
        on s.shop_id = p.shop_id and s.product_id = p.id where p.shop_id = ${shop.shopId}`,
  );
  const open = new Set(
    orders.filter((order) => order['shippedDate'] === 'NULL').map((order) => order['orderID']),
  );
  for (const product of read('products')) {
    const row = rows.find((candidate) => candidate.external_id === product['productID']);
    const waiting = lines
      .filter((line) => line['productID'] === product['productID'] && open.has(line['orderID']))
      .reduce((sum, line) => sum + Number(line['quantity']), 0);
    const figures = [row?.on_hand, row?.reserved].join();
    if (figures !== [Number(product['unitsInStock']) + waiting, waiting].join())
      t.fail(`${product['productName']}: ${figures}`);
  }
  t.equal(rows.length, 77);
});

t.test('each line was bought at the price that the history has for its day', async (t) => {
  const { rows } = await db.execute<{ wrong: string; checked: string; dearer: string }>(
    sql`select count(*) as checked, count(*) filter (where l.list_unit_amount <> h.amount) as wrong,
          count(*) filter (where l.list_unit_amount <> p.price_amount) as dearer
        from order_lines l join products p on p.shop_id = l.shop_id and p.id = l.product_id
        cross join lateral (select amount from price_history h where h.shop_id = l.shop_id
          and h.product_id = l.product_id and h.effective_at <= l.placed_at order by h.effective_at desc limit 1) h
        where l.shop_id = ${shop.shopId}`,
  );
  t.strictSame(rows[0], { checked: '2155', wrong: '0', dearer: '658' });
});

t.test('the list shows it, and every invariant holds', async (t) => {
  const list = await shop.call('GET /v1/orders?limit=50');
  t.equal(list.body.data.length, 50);
  t.equal(list.body.data[0].channel, 'northwind');
  await shop.settle();
  for (const invariant of [...platformInvariants, ...modules.flatMap((module) => module.invariants ?? [])]) {
    const { checked, broken } = await invariant.check(db);
    t.equal(broken, 0n, `${invariant.name}: ${broken} of ${checked}`);
  }
});
