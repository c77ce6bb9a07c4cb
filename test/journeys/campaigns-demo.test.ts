import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { presets } from '../../src/modules/campaigns/presets/presets.ts';
import { priceUnderPresets } from '../../src/cli/northwind/campaigns.ts';

// The figures of three presets, worked out from the files alone: with nothing of the engine, in integers of its own.
type Row = Record<string, string>;
const read = (name: string): Row[] =>
  parse(readFileSync(new URL(`../../data/northwind/${name}.csv`, import.meta.url)), {
    columns: true,
    bom: true,
  });
const at = (row: Row, column: string): string => row[column] ?? '';
const cents = (text: string): number => {
  const [whole = '0', fraction = ''] = text.split('.');
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0').slice(0, 2));
};
/** So many hundredths of an amount, halves up. */
const hundredths = (amount: number, share: number): number => Math.floor((amount * share + 50) / 100);

interface Line {
  readonly unit: number;
  readonly quantity: number;
  readonly cost: number;
  readonly isDiscontinued: boolean;
}
const discontinued = new Set(
  read('products').flatMap((row) => (at(row, 'discontinued') === '1' ? [at(row, 'productID')] : [])),
);
const baskets = new Map<string, Line[]>(read('orders').map((order) => [at(order, 'orderID'), []]));
for (const row of read('order_details')) {
  const unit = cents(at(row, 'unitPrice'));
  baskets.get(at(row, 'orderID'))?.push({
    unit,
    quantity: Number(at(row, 'quantity')),
    cost: hundredths(unit, 60),
    isDiscontinued: discontinued.has(at(row, 'productID')),
  });
}
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const netOf = (lines: readonly Line[]): number => sum(lines.map(({ unit, quantity }) => unit * quantity));
const all = [...baskets.values()];
const net = netOf(all.flat());
const cost = sum(all.flat().map((line) => line.cost * line.quantity));

/** What comes off each basket, and how often it would have been more but for what the goods cost. */
interface Told {
  readonly off: number;
  readonly guarded: number;
}
/** The most that may come off a line: what is above its cost and a fifth of that, rounded up for each unit. */
const roomOf = ({ unit, quantity, cost: own }: Line): number =>
  (unit - Math.ceil((own * 12) / 10)) * quantity;

/** 30 % off what is discontinued, each line by itself. */
const endOfSeason = (lines: readonly Line[]): Told => {
  const offs = lines.filter(({ isDiscontinued }) => isDiscontinued);
  const wanted = offs.map(({ unit, quantity }) => hundredths(unit * quantity, 30));
  const given = offs.map((line, i) => Math.min(wanted[i] ?? 0, roomOf(line)));
  return { off: sum(given), guarded: given.filter((amount, i) => amount < (wanted[i] ?? 0)).length };
};

/** From 57.00 on 4 %, from 142.50 on 9 % of the whole: of the syrup's 28.50 two and five. */
const threshold = (lines: readonly Line[]): Told => {
  const total = netOf(lines);
  return { off: hundredths(total, total >= 14_250 ? 9 : total >= 5_700 ? 4 : 0), guarded: 0 };
};

/** Every second piece of a product at half its price. */
const secondHalf = (lines: readonly Line[]): Told => ({
  off: sum(lines.map(({ unit, quantity }) => hundredths(unit * Math.floor(quantity / 2), 50))),
  guarded: 0,
});

const { basketCount, netAmount, marginAmount, presets: figures } = priceUnderPresets();

t.test('every basket is priced under every preset', async (t) => {
  t.equal(basketCount, 830);
  t.equal(netAmount, BigInt(net));
  t.equal(marginAmount, BigInt(net - cost));
  t.same(
    figures.map(({ preset }) => preset),
    presets.map(({ preset }) => preset),
  );
  for (const { preset, basketCount: count } of figures) t.ok(count > 0, `${preset} does something`);
});

for (const [preset, tell] of [
  ['seasonal', endOfSeason],
  ['threshold', threshold],
  ['borrowed_event', secondHalf],
] as const) {
  t.test(`${preset} is what the files say, to the cent`, async (t) => {
    const told = all.map(tell);
    const off = sum(told.map((one) => one.off));
    t.match(
      figures.find((one) => one.preset === preset),
      {
        basketCount: told.filter((one) => one.off > 0).length,
        discountAmount: BigInt(off),
        freightAmount: 0n,
        giftCostAmount: 0n,
        netAmount: BigInt(net - off),
        marginAmount: BigInt(net - off - cost),
        guardedCount: sum(told.map((one) => one.guarded)),
      },
    );
  });
}
