import { MAX_AMOUNT, sumOf } from '../../../platform/money.ts';
import { unitsLeftOf } from '../line-rules.ts';
import { allocateRefund, type LineCredit } from '../refund-rules.ts';
import { type LineInput, type PricedLine, priceBasket, unitsToShip } from '../rules.ts';
import type { Order, OrderLine } from '../tables.ts';

/** What a customer is to have of an order. Lines that are not named stay as they are. */
export interface EditRequest {
  readonly lines?: readonly { readonly lineId: string; readonly quantity: number }[];
  readonly items?: readonly {
    readonly productId: string;
    readonly quantity: number;
    /** By which request of the customer it gets a logo. */
    readonly logoRequestId?: string;
  }[];
}

/** A request read against the order: units that go, and goods that come. */
export interface EditWish {
  readonly units: readonly { readonly lineId: string; readonly quantity: number }[];
  readonly items: readonly {
    readonly productId: string;
    readonly quantity: number;
    readonly logoRequestId?: string;
    readonly pointer: string;
  }[];
}

/** Why an edit cannot be. Each has a place in the request. */
export interface EditFault {
  readonly pointer: string;
  readonly code:
    | 'no_such_line'
    | 'line_named_twice'
    | 'units_shipped'
    | 'gift_taken_whole'
    | 'edit_empties_order'
    | 'edit_changes_nothing';
  readonly detail: string;
}

/**
 * What a request means for an order. More units of a line are new goods, at the price of now: what was sold keeps its price and its
 * share of every discount. `changesMore`: something else than goods is changed with it, so that they may stay as they are.
 */
export function readEdit(
  lines: readonly OrderLine[],
  request: EditRequest,
  changesMore = false,
): { wish: EditWish; faults: EditFault[] } {
  const faults: EditFault[] = [];
  const units: EditWish['units'][number][] = [];
  const items: EditWish['items'][number][] = (request.items ?? []).map((item, index) => ({
    ...item,
    pointer: `/items/${index}`,
  }));
  const named = new Set<string>();
  for (const [index, { lineId, quantity }] of (request.lines ?? []).entries()) {
    const pointer = `/lines/${index}`;
    const fault = (code: EditFault['code'], detail: string) => faults.push({ pointer, code, detail });
    const line = lines.find(({ id }) => id === lineId);
    if (!line) fault('no_such_line', 'The order has no such line.');
    else if (named.has(lineId)) fault('line_named_twice', 'The line is named twice.');
    else {
      const fewer = unitsLeftOf(line) - quantity;
      const most = unitsToShip(line);
      if (line.giftGrantId !== null && fewer !== 0 && (fewer !== line.quantity || most < fewer))
        fault(
          'gift_taken_whole',
          'A gift that the customer is owed is in the order as a whole, or not at all.',
        );
      else if (fewer > most) fault('units_shipped', `Only ${most} units have not been shipped.`);
      else if (fewer > 0) units.push({ lineId, quantity: fewer });
      else if (fewer < 0) items.push({ ...moreOf(line), quantity: -fewer, pointer });
    }
    named.add(lineId);
  }
  if (faults.length === 0 && units.length === 0 && items.length === 0 && !changesMore) {
    const detail = 'Nothing would be different.';
    faults.push({ pointer: '', code: 'edit_changes_nothing', detail });
  }
  const left = lines.reduce((sum, line) => sum + unitsLeftOf(line), 0);
  const gone = units.reduce((sum, { quantity }) => sum + quantity, 0);
  if (gone >= left && gone > 0 && items.length === 0)
    faults.push({
      pointer: '/lines',
      code: 'edit_empties_order',
      detail: 'Nothing would be left: cancel the order instead.',
    });
  return { wish: { units, items }, faults };
}

/** More pieces of a line are the same goods: with the logo that it has. */
const moreOf = ({ productId, logoRequestId }: OrderLine) =>
  logoRequestId === null ? { productId } : { productId, logoRequestId };

interface Refundable {
  readonly id: string;
  readonly amount: bigint;
  readonly refundedAmount: bigint;
}

/** What an edit does to the money of an order. */
export interface PricedEdit<L, P> {
  readonly credits: readonly LineCredit[];
  readonly items: readonly (L & PricedLine)[];
  readonly creditedAmount: bigint;
  readonly addedAmount: bigint;
  /** Added less credited: what the customer pays, or, below zero, what goes back. */
  readonly differenceAmount: bigint;
  /** The payments that carry what goes back, newest first. */
  readonly parts: readonly { readonly payment: P; readonly amount: bigint }[];
}

/**
 * Prices an edit. Undefined when units are not there or an amount is beyond what the API can carry. Freight stays what it was.
 * One of two units of 18.00 that goes, with a product of 25.00 that comes, is a difference of 7.00.
 */
export function priceEdit<L extends LineInput, P extends Refundable>(
  order: Order,
  lines: readonly OrderLine[],
  units: EditWish['units'],
  items: readonly L[],
  newestFirst: readonly P[],
): PricedEdit<L, P> | undefined {
  const added = priceBasket(items, { taxRateBps: 0, amountFor: () => 0n });
  const addedAmount = added.totalAmount;
  if (order.linesAmount + added.linesAmount > MAX_AMOUNT) return undefined;
  const changes = () => ({ totalAmount: order.totalAmount + addedAmount });
  const allocation = allocateRefund(order, lines, { units, kind: 'cancelled', changes }, newestFirst);
  if (!allocation) return undefined;
  const { credits, creditedAmount, parts } = allocation;
  const differenceAmount = addedAmount - creditedAmount;
  return { credits, items: added.lines, creditedAmount, addedAmount, differenceAmount, parts };
}

/** The tax that goods bring to an order. */
export const taxOf = (items: readonly { readonly taxAmount: bigint }[]): bigint =>
  sumOf(items.map(({ taxAmount }) => taxAmount));

/** What comes off goods by the quantity prices of their products. */
export const discountOf = (items: readonly { readonly discountAmount: bigint }[]): bigint =>
  sumOf(items.map(({ discountAmount }) => discountAmount));
