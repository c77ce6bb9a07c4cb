import { after, DAY_MS } from '../../platform/time.ts';
import { shareOf } from '../../platform/money.ts';
import type { ImportInput } from '../../modules/orders/import.ts';
import { gramsOf } from './weights.ts';
import { bpsOf, centsOf, dayOf, optionalOf, type Row, readRows, valueOf } from './read.ts';

/** The shop's time at which the demo begins: the day after the last order. */
export const DEMO_START = new Date('1998-05-07T00:00:00Z');
/** How long a parcel takes: the files do not say when one arrived. */
export const DELIVERY_DAYS = 5;
const COMPLETION_DAYS = 14;

const COUNTRIES: Record<string, string> = {
  Argentina: 'AR',
  Austria: 'AT',
  Belgium: 'BE',
  Brazil: 'BR',
  Canada: 'CA',
  Denmark: 'DK',
  Finland: 'FI',
  France: 'FR',
  Germany: 'DE',
  Ireland: 'IE',
  Italy: 'IT',
  Mexico: 'MX',
  Norway: 'NO',
  Poland: 'PL',
  Portugal: 'PT',
  Spain: 'ES',
  Sweden: 'SE',
  Switzerland: 'CH',
  UK: 'GB',
  USA: 'US',
  Venezuela: 'VE',
};

/** The code of a country as the files name it. */
export const countryOf = (name: string): string => {
  const code = COUNTRIES[name];
  if (!code) throw new Error(`the country ${name} has no code here`);
  return code;
};

export interface PricePoint {
  readonly effectiveAt: Date;
  readonly amount: bigint;
}

/** The orders of the files. */
export interface Tables {
  readonly orders: readonly Row[];
  readonly lines: readonly Row[];
}

/** Orders and their lines, oldest first. */
export function readOrders(): Tables {
  const orders = readRows('orders').toSorted((a, b) => Number(a['orderID']) - Number(b['orderID']));
  return { orders, lines: readRows('order_details') };
}

/** What each product cost when, as its order lines show: one point for each change, oldest first. */
export function readPriceHistory({ orders, lines }: Tables): ReadonlyMap<string, PricePoint[]> {
  const days = new Map(
    orders.map((order) => [valueOf(order, 'orderID'), dayOf(valueOf(order, 'orderDate'))]),
  );
  const dated = lines
    .map((line) => ({ line, at: days.get(valueOf(line, 'orderID')) as Date, order: Number(line['orderID']) }))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime() || a.order - b.order);
  const history = new Map<string, PricePoint[]>();
  for (const { line, at } of dated) {
    const points = history.get(valueOf(line, 'productID')) ?? [];
    const amount = centsOf(valueOf(line, 'unitPrice'));
    if (points.at(-1)?.amount !== amount) points.push({ effectiveAt: at, amount });
    history.set(valueOf(line, 'productID'), points);
  }
  return history;
}

/** The 77 products. The opening stock is what is on hand today and what was sold. */
export function readProducts({ lines }: Tables) {
  const categories = new Map(
    readRows('categories').map((row) => [valueOf(row, 'categoryID'), valueOf(row, 'categoryName')]),
  );
  const sold = new Map<string, number>();
  for (const line of lines) {
    const id = valueOf(line, 'productID');
    sold.set(id, (sold.get(id) ?? 0) + Number(valueOf(line, 'quantity')));
  }
  return readRows('products').map((row) => {
    const id = valueOf(row, 'productID');
    return {
      fields: {
        externalId: id,
        name: valueOf(row, 'productName'),
        description: valueOf(row, 'quantityPerUnit'),
        category: categories.get(valueOf(row, 'categoryID')) ?? null,
        weightGrams: gramsOf(valueOf(row, 'quantityPerUnit')),
        priceAmount: centsOf(valueOf(row, 'unitPrice')),
        status: row['discontinued'] === '1' ? ('discontinued' as const) : ('active' as const),
      },
      onHandQuantity: Number(valueOf(row, 'unitsInStock')) + (sold.get(id) ?? 0),
    };
  });
}

/** The 91 customers. */
export const readCustomers = () =>
  readRows('customers').map((row) => ({
    externalId: valueOf(row, 'customerID'),
    name: valueOf(row, 'contactName'),
    company: valueOf(row, 'companyName'),
    country: countryOf(valueOf(row, 'country')),
    contactPoints: [
      { kind: 'landline' as const, value: valueOf(row, 'phone'), label: null, isPrimary: true },
    ],
    addresses: [{ address: addressOf(row, '', valueOf(row, 'companyName')), isDefault: true }],
  }));

function addressOf(row: Row, prefix: 'ship' | '', name: string) {
  const column = (part: string) => (prefix ? `ship${part.charAt(0).toUpperCase()}${part.slice(1)}` : part);
  const region = optionalOf(row, column('region'));
  const postalCode = optionalOf(row, column('postalCode'));
  return {
    name,
    line1: valueOf(row, column('address')),
    city: valueOf(row, column('city')),
    ...(region === undefined ? {} : { region }),
    ...(postalCode === undefined ? {} : { postalCode }),
    country: countryOf(valueOf(row, column('country'))),
  };
}

/** The last day that is over when the demo begins. */
export const DEMO_EVE = '1998-05-06';

/** The three shippers, as carriers. */
export const readShippers = () =>
  readRows('shippers').map((row) => ({
    externalId: `shipper-${valueOf(row, 'shipperID')}`,
    shipperId: valueOf(row, 'shipperID'),
    name: valueOf(row, 'companyName'),
  }));

/**
 * The 830 orders as imports. Paid when ordered, delivered five days after shipping, completed fourteen days after that;
 * what would lie after the demo's start has not happened yet. What was shipped is a parcel of its shipper: the freight is what it cost, and
 * the day that the customer asked for is the one that it was promised for. `carriers` are the shippers' ids here.
 */
export function readImports(tables: Tables, carriers: ReadonlyMap<string, string>): ImportInput[] {
  const names = new Map(readShippers().map(({ shipperId, name }) => [shipperId, name]));
  const linesOf = new Map<string, Row[]>();
  for (const line of tables.lines) {
    const id = valueOf(line, 'orderID');
    linesOf.set(id, [...(linesOf.get(id) ?? []), line]);
  }
  return tables.orders.map((row) => {
    const id = valueOf(row, 'orderID');
    const placed = dayOf(valueOf(row, 'orderDate'));
    const shipped = optionalOf(row, 'shippedDate');
    return {
      externalId: id,
      number: id,
      channel: 'northwind',
      customerExternalId: valueOf(row, 'customerID'),
      terms: 'prepaid' as const,
      lines: (linesOf.get(id) ?? []).map(lineOf),
      freightAmount: Number(centsOf(valueOf(row, 'freight'))),
      freightTaxRateBps: 0,
      shippingAddress: addressOf(row, 'ship', valueOf(row, 'shipName')),
      placedAt: placed.toISOString(),
      paidAt: placed.toISOString(),
      ...(shipped === undefined
        ? { carrier: names.get(valueOf(row, 'shipVia')) ?? '' }
        : { ...sentBy(row, carriers), ...shippingDates(dayOf(shipped)) }),
    };
  });
}

function sentBy(row: Row, carriers: ReadonlyMap<string, string>) {
  const carrierId = carriers.get(valueOf(row, 'shipVia'));
  if (carrierId === undefined) throw new Error(`order ${valueOf(row, 'orderID')} has no shipper`);
  return {
    carrierId,
    carrierCostAmount: Number(centsOf(valueOf(row, 'freight'))),
    promisedOn: valueOf(row, 'requiredDate').slice(0, 10),
  };
}

function shippingDates(shipped: Date) {
  const delivered = after(shipped, DELIVERY_DAYS * DAY_MS);
  const completed = after(delivered, COMPLETION_DAYS * DAY_MS);
  return {
    shippedAt: shipped.toISOString(),
    ...(delivered <= DEMO_START ? { deliveredAt: delivered.toISOString() } : {}),
    ...(completed <= DEMO_START ? { completedAt: completed.toISOString() } : {}),
  };
}

function lineOf(row: Row) {
  const unitAmount = centsOf(valueOf(row, 'unitPrice'));
  const quantity = Number(valueOf(row, 'quantity'));
  // Rounded once per line, half away from zero: 3 × 14.40 at 5 % is 2.16 off.
  const amount = shareOf(unitAmount * BigInt(quantity), bpsOf(valueOf(row, 'discount')));
  return {
    productExternalId: valueOf(row, 'productID'),
    quantity,
    unitAmount: Number(unitAmount),
    adjustments: amount > 0n ? [{ reason: 'Discount of the line', amount: Number(amount) }] : [],
  };
}
