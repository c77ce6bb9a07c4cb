import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { after, DAY_MS } from '../../platform/time.ts';
import { unitsLeftOf } from '../orders/line-rules.ts';
import { listLines } from '../orders/settle.ts';
import type { Order, OrderLine } from '../orders/tables.ts';
import { settlementEvents } from './events.ts';
import { settlementsSettings } from './settings.ts';
import { moveSettlement, type WholeSettlement } from './settlement-repository.ts';
import { dataOf } from './tell.ts';

/**
 * Ends a settlement whose money has arrived, whoever it went to, under the order's lock. Tells what a letter of confirmation and
 * thanks needs, invites to review what was bought, and writes down when to ask whether the customer is satisfied. A settlement
 * is settled once, so all of it happens once.
 */
export async function concludeSettlement(
  tx: Tx,
  ctx: Ctx,
  order: Pick<Order, 'id' | 'number'>,
  paying: WholeSettlement,
): Promise<WholeSettlement> {
  const days = settlementsSettings.of(ctx.shop).satisfactionAfterDays;
  const satisfactionDueAt = after(ctx.now, days * DAY_MS);
  const changes = { state: 'settled', settledAt: ctx.now, dueAt: null, satisfactionDueAt } as const;
  const settled = await moveSettlement(tx, paying, changes, ctx.now);
  const { id, orderId, customerId, payoutMethod } = settled.settlement;
  const { number: orderNumber } = order;
  const ordered = await listLines(tx, ctx.shop.id, order.id);
  const confirmed = eventRow(ctx, settlementEvents.settled, id, {
    ...dataOf(settled.settlement),
    orderNumber,
    settledAt: ctx.now.toISOString(),
    payoutMethod,
    lines: settledLines(settled, ordered),
  });
  // Nothing in it is about the money, and it goes out before anybody is asked whether they are content: no review is bought, and
  // none is asked only of those who are.
  const lines = reviewableLines(settled, ordered);
  const invited = { orderId, orderNumber, customerId, lines };
  await appendEvents(tx, ctx, [
    confirmed,
    ...(lines.length > 0 ? [eventRow(ctx, settlementEvents.reviewInvited, id, invited)] : []),
  ]);
  return settled;
}

const named = ({ id, productId, productName }: OrderLine) => ({ lineId: id, productId, productName });

/** The lines with their parts, in the order's order. */
const settledLines = ({ lines }: WholeSettlement, ordered: readonly OrderLine[]) =>
  ordered.flatMap((line) =>
    lines
      .filter(({ lineId }) => lineId === line.id)
      .map(({ quantity, amount }) => ({ ...named(line), quantity, amount: Number(amount) })),
  );

/** What can be reviewed: the lines that it is about, or, for freight and an edit of the order, what of the order is the customer's. */
function reviewableLines({ lines }: WholeSettlement, ordered: readonly OrderLine[]) {
  const units = new Map(lines.map(({ lineId, quantity }) => [lineId, quantity]));
  return ordered
    .map((line) => ({
      ...named(line),
      quantity: lines.length > 0 ? (units.get(line.id) ?? 0) : unitsLeftOf(line),
      deliveredQuantity: line.deliveredQuantity,
    }))
    .filter(({ quantity }) => quantity > 0);
}
