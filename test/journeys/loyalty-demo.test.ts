import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { LOYALTY_START, playLoyalty, playRedemption } from '../../src/cli/northwind/loyalty.ts';
import { startApp } from '../support/app.ts';
import { checkInvariants } from '../modules/orders/support.ts';

// What every member of the demo has at the end, worked out from the files alone: with nothing of the product, in integers of its own.
type Row = Record<string, string>;
const read = (name: string): Row[] =>
  parse(readFileSync(new URL(`../../data/northwind/${name}.csv`, import.meta.url)), {
    columns: true,
    bom: true,
  });
const at = (row: Row, column: string): string => row[column] ?? '';
const tenThousandths = (text: string): number => {
  const [whole = '0', fraction = ''] = text.split('.');
  return Number(whole) * 10_000 + Number(fraction.padEnd(4, '0').slice(0, 4));
};
const dayNumber = (text: string): number => Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / 86_400_000;
const TODAY = dayNumber('1998-05-07');

const lines = read('order_details');
/** What the goods of an order cost, in cents: each line's discount is rounded half away from zero. */
function goodsOf(order: Row): number {
  let sum = 0;
  for (const line of lines.filter((one) => at(one, 'orderID') === at(order, 'orderID'))) {
    const listed = (tenThousandths(at(line, 'unitPrice')) / 100) * Number(at(line, 'quantity'));
    sum += listed - Math.floor((listed * tenThousandths(at(line, 'discount')) + 5_000) / 10_000);
  }
  return sum;
}

/** The same day a year later; the 29th of February is the 28th. */
function yearLater(day: number): number {
  const date = new Date(day * 86_400_000);
  const [year, month, of] = [date.getUTCFullYear() + 1, date.getUTCMonth(), date.getUTCDate()];
  return Date.UTC(year, month, month === 1 && of === 29 ? 28 : of) / 86_400_000;
}

interface Balance {
  earned: number;
  active: number;
  pending: number;
  expired: number;
}

/** Points that can be spent from the beginning of a day on end with the day a year later. */
function add(balance: Balance, points: number, activeFrom: number): void {
  balance.earned += points;
  if (activeFrom > TODAY) balance.pending += points;
  else if (yearLater(activeFrom) + 1 <= TODAY) balance.expired += points;
  else balance.active += points;
}

const balances = new Map<string, Balance>();
for (const customer of read('customers')) {
  const balance = { earned: 0, active: 0, pending: 0, expired: 0 };
  add(balance, 100, dayNumber('1996-07-01'));
  balances.set(at(customer, 'customerID'), balance);
}
/** The orders as the shop takes them in: when they arrived, or on the last day. */
const taken = read('orders')
  .map((order) => {
    const isSent = at(order, 'shippedDate') !== 'NULL';
    const arrival = isSent ? dayNumber(at(order, 'shippedDate')) + 5 : TODAY + 1;
    const customer = at(order, 'customerID');
    const paidOn = dayNumber(at(order, 'orderDate'));
    return { customer, paidOn, arrival, goods: goodsOf(order), takenOn: Math.min(arrival, TODAY) };
  })
  .toSorted((a, b) => a.takenOn - b.takenOn);

/** By how much the tier of a customer multiplies on a day, in ten-thousandths: by what was taken in before it and paid within a year. */
function multiplierOn(customer: string, day: number): number {
  const spent = taken
    .filter((one) => one.customer === customer && one.takenOn < day && day <= yearLater(one.paidOn))
    .reduce((sum, { goods }) => sum + goods, 0);
  return spent >= 2_000_000 ? 15_000 : spent >= 500_000 ? 12_500 : 10_000;
}
for (const { customer, paidOn, arrival, goods, takenOn } of taken) {
  const activeFrom = arrival <= TODAY ? arrival + 8 : paidOn + 61;
  const points = Math.floor((goods * multiplierOn(customer, takenOn)) / 1_000_000);
  add(balances.get(customer) as Balance, points, activeFrom);
}

const app = await startApp(t, {
  shop: { clockOffsetMs: BigInt(LOYALTY_START.getTime() - Date.now()), name: 'Northwind Traders' },
});
const members = await playLoyalty(app.deps, app.shopId);

t.test('every customer has the points that the files say', async (t) => {
  t.equal(members.length, 91);
  for (const { externalId, member, sums } of members) {
    const found = {
      earned: Number(sums['granted'] ?? 0n),
      active: Number(member.activePoints),
      pending: Number(member.pendingPoints),
      expired: -Number(sums['expired'] ?? 0n),
    };
    t.same(found, balances.get(externalId), externalId);
  }
});

t.test('and is in the tier that they say', (t) => {
  for (const { externalId, member } of members) {
    const multiplier = multiplierOn(externalId, TODAY);
    const tier = multiplier === 15_000 ? 'gold' : multiplier === 12_500 ? 'silver' : null;
    t.equal(member.tierKey, tier, externalId);
  }
  t.end();
});

t.test('gifts that are given up give their points back to the lots that they came from', async (t) => {
  const { before, redeemed, after } = await playRedemption(app.deps, app.shopId, members);
  const points = (rows: readonly { leftPoints: bigint }[]) => rows.map(({ leftPoints }) => leftPoints);
  t.not(points(redeemed).join(), points(before).join());
  t.same(points(after), points(before));
});

t.test('and the books agree', (t) => checkInvariants(t, app));
