import { sumOf } from '../../platform/money.ts';
import { spreadRefund } from '../payments/rules.ts';
import { creditLine, type UnitCredit, unitsLeftOf } from './line-rules.ts';
import { surplusOf } from './rules.ts';
import type { Order, OrderLine } from './tables.ts';

/** Units that are not wanted any more. */
export interface Units {
  readonly lineId: string;
  readonly quantity: number;
}

export interface RefundRequest {
  readonly units: readonly Units[];
  /** Cancelled before they were shipped, or come back. */
  readonly kind: 'cancelled' | 'returned';
  /** What freight is given back. */
  readonly freightAmount?: bigint;
  /** What else changes about the order in the same step, by its lines as they are then. */
  readonly changes?: (lines: readonly OrderLine[]) => Partial<Order>;
}

/** What units take off a line: how it was, how it is then, and the figures. */
export interface LineCredit {
  readonly before: OrderLine;
  readonly after: OrderLine;
  readonly credit: UnitCredit;
}

interface Refundable {
  readonly id: string;
  readonly amount: bigint;
  readonly refundedAmount: bigint;
}

export interface Allocation<P> {
  readonly credits: readonly LineCredit[];
  /** All lines as they are then. */
  readonly lines: readonly OrderLine[];
  /** What changes about the order, but for what is refunded. */
  readonly changes: Partial<Order>;
  /** What comes off the order's price: the credits and the freight. */
  readonly creditedAmount: bigint;
  /** What goes back, to which payment: less, where the order was not paid in full, more, where it had been paid too much. */
  readonly refundAmount: bigint;
  readonly parts: readonly { readonly payment: P; readonly amount: bigint }[];
}

/**
 * The one refund allocator. From an order as it was paid, with everything that was settled, charged, credited and refunded before,
 * and the units that go: what each line gets back and which payments, newest first, carry it. Undefined when the
 * order does not have these units or that freight any more, or has less money than that.
 * Two of three units of 10.00, of which 1.00 was settled before, are 6.00: a card payment of 4.00 that came last gives 4.00
 * and the one before it 2.00.
 */
export function allocateRefund<P extends Refundable>(
  order: Order,
  lines: readonly OrderLine[],
  request: RefundRequest,
  newestFirst: readonly P[],
): Allocation<P> | undefined {
  const credits = creditUnits(lines, request);
  const freightAmount = request.freightAmount ?? 0n;
  if (!credits || freightAmount > freightLeftOf(order)) return undefined;
  const left = lines.map((line) => credits.find(({ before }) => before.id === line.id)?.after ?? line);
  const creditedAmount = sumOf(credits.map(({ credit }) => credit.amount)) + freightAmount;
  const changes = {
    ...request.changes?.(left),
    creditedAmount: order.creditedAmount + creditedAmount,
    creditedFreightAmount: order.creditedFreightAmount + freightAmount,
  };
  const refundAmount = surplusOf({ ...order, ...changes });
  const parts = spreadRefund(refundAmount, newestFirst);
  return parts && { credits, lines: left, changes, creditedAmount, refundAmount, parts };
}

/** What each line gets back for units of it; a line that is named twice is one. Undefined when one has fewer left. */
function creditUnits(
  lines: readonly OrderLine[],
  { units, kind }: Pick<RefundRequest, 'units' | 'kind'>,
): LineCredit[] | undefined {
  const wanted = new Map<string, number>();
  for (const { lineId, quantity } of units) wanted.set(lineId, (wanted.get(lineId) ?? 0) + quantity);
  const credits: LineCredit[] = [];
  for (const [lineId, quantity] of wanted) {
    const before = lines.find(({ id }) => id === lineId);
    const credited = before && creditLine(before, quantity, kind);
    if (!before || !credited) return undefined;
    credits.push({ before, after: credited.line, credit: credited.credit });
  }
  return credits;
}

/** What is left of the freight that was paid. */
export const freightLeftOf = (
  order: Pick<
    Order,
    'freightAmount' | 'chargedFreightAmount' | 'settledFreightAmount' | 'creditedFreightAmount'
  >,
): bigint =>
  order.freightAmount + order.chargedFreightAmount - order.settledFreightAmount - order.creditedFreightAmount;

/** Everything that is left of an order. */
export const everythingOf = (order: Order, lines: readonly OrderLine[]) => ({
  units: lines.flatMap((line) => {
    const quantity = unitsLeftOf(line);
    return quantity > 0 ? [{ lineId: line.id, quantity }] : [];
  }),
  kind: 'cancelled' as const,
  freightAmount: freightLeftOf(order),
});

/** No units and no freight: only what was paid too much goes back. */
export const NOTHING = { units: [], kind: 'cancelled' } as const satisfies RefundRequest;
