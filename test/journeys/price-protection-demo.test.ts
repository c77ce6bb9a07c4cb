import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { playPriceProtection } from '../../src/cli/northwind/price-protection.ts';
import { DEMO_START } from '../../src/cli/northwind/map.ts';
import { seedNorthwind } from '../../src/cli/northwind/seed.ts';
import { getShop } from '../../src/platform/shops/shop.ts';
import { startApp } from '../support/app.ts';
import { checkInvariants } from '../modules/orders/support.ts';

// The figures of the demo, worked out from the files alone: with nothing of the product, in integers of its own.
type Row = Record<string, string>;
const read = (name: string): Row[] =>
  parse(readFileSync(new URL(`../../data/northwind/${name}.csv`, import.meta.url)), {
    columns: true,
    bom: true,
  });
const at = (row: Row, column: string): string => row[column] ?? '';
// Ten-thousandths, so that a price and a discount are integers.
const tenThousandths = (text: string): number => {
  const [whole = '0', fraction = ''] = text.split('.');
  return Number(whole) * 10_000 + Number(fraction.padEnd(4, '0').slice(0, 4));
};
const cents = (text: string): number => tenThousandths(text) / 100;
const dayNumber = (text: string): number => Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / 86_400_000;

const TODAY = dayNumber('1998-05-07');
const orders = new Map(read('orders').map((order) => [at(order, 'orderID'), order]));
const lines = read('order_details');
const datedLines = lines
  .map((line) => ({ line, order: orders.get(at(line, 'orderID')) as Row }))
  .toSorted(
    (a, b) =>
      dayNumber(at(a.order, 'orderDate')) - dayNumber(at(b.order, 'orderDate')) ||
      Number(at(a.order, 'orderID')) - Number(at(b.order, 'orderID')),
  );

/** The price before the last one that was dearer than the one before it; undefined when that is no fall. */
function fallsTo(product: Row): number | undefined {
  const sold = datedLines.filter(({ line }) => at(line, 'productID') === at(product, 'productID'));
  const prices = [...sold.map(({ line }) => cents(at(line, 'unitPrice'))), cents(at(product, 'unitPrice'))];
  let before: number | undefined;
  for (let i = 1; i < prices.length; i += 1)
    if ((prices[i] as number) > (prices[i - 1] as number)) before = prices[i - 1];
  return before !== undefined && before < (prices.at(-1) as number) ? before : undefined;
}

interface Figures {
  found: number;
  amount: number;
  readonly customers: Set<string>;
  readonly refused: Record<string, number>;
}
const none = (): Figures => ({ found: 0, amount: 0, customers: new Set(), refused: {} });

/** When something last happened to an order that the demo knows of: ordered and paid, shipped, delivered five days later. */
function lastDay(order: Row): number {
  const ordered = dayNumber(at(order, 'orderDate'));
  if (at(order, 'shippedDate') === 'NULL') return ordered;
  const shipped = dayNumber(at(order, 'shippedDate'));
  return Math.max(ordered, shipped, shipped + 5 <= TODAY ? shipped + 5 : 0);
}

function addProduct(figures: Figures, product: Row, to: number, windowDays: number, longest: number): void {
  for (const { line, order } of datedLines) {
    if (at(line, 'productID') !== at(product, 'productID') || lastDay(order) + longest <= TODAY) continue;
    figures.found += 1;
    const quantity = Number(at(line, 'quantity'));
    const listed = cents(at(line, 'unitPrice')) * quantity;
    const off = Math.floor((listed * tenThousandths(at(line, 'discount')) + 5_000) / 10_000);
    const difference = listed - off - to * quantity;
    const isOver = dayNumber(at(order, 'orderDate')) + windowDays <= TODAY;
    const refusal = isOver ? 'window_over' : difference <= 0 ? 'no_difference' : undefined;
    if (refusal !== undefined) figures.refused[refusal] = (figures.refused[refusal] ?? 0) + 1;
    else {
      figures.amount += difference;
      figures.customers.add(at(order, 'customerID'));
    }
  }
}

const app = await startApp(t, {
  shop: { clockOffsetMs: BigInt(DEMO_START.getTime() - Date.now()), name: 'Northwind Traders' },
});
const shop = await getShop(app.deps.db, app.shopId);
await seedNorthwind(app.deps, shop);
const demo = await playPriceProtection(app.deps, shop);
const products = read('products').filter((product) => fallsTo(product) !== undefined);

const wire = ({ found, amount, customers, refused }: Figures) => ({
  found,
  amount,
  customers: customers.size,
  refused,
});
type Sweep = (typeof demo.windows)[number]['total'];
const shown = (sweep: Sweep) => ({
  found: sweep.foundLineCount,
  amount: Number(sweep.openedAmount),
  customers: sweep.customerCount,
  refused: sweep.refusedLineCounts,
});

for (const { windowDays, products: found, total } of demo.windows) {
  t.test(`within ${windowDays} days, what the files say is found, to the cent`, async (t) => {
    const all = none();
    t.equal(found.length, products.length, `${products.length} products have become dearer`);
    for (const product of products) {
      const to = fallsTo(product) as number;
      const own = none();
      addProduct(own, product, to, windowDays, windowDays);
      addProduct(all, product, to, windowDays, windowDays);
      const line = found.find(({ externalId }) => externalId === at(product, 'productID'));
      t.equal(Number(line?.toAmount), to, at(product, 'productName'));
      t.same(line && shown(line.figures), wire(own), at(product, 'productName'));
    }
    t.same(shown(total), wire(all));
    t.ok(all.amount > 0 && all.customers.size > 0 && (all.refused['no_difference'] ?? 0) > 0);
  });
}

t.test('the run that follows opens and pays what the longest window counted', async (t) => {
  const longest = demo.windows.at(-1)?.total;
  t.same(longest && shown(demo.real.sweep), longest && shown(longest));
  const sum = demo.real.settlements.reduce((total, { amount }) => total + amount, 0n);
  t.equal(sum, longest?.openedAmount);
  t.ok(demo.real.settlements.every(({ state }) => state === 'paying' || state === 'settled'));
  await app.settle();
  await checkInvariants(t, app);
});
