import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { after, HOUR_MS } from '../../platform/time.ts';
import type { Order } from '../orders/tables.ts';
import type { Refund } from '../payments/tables.ts';
import { newOffer } from './answer.ts';
import { settlementEvents } from './events.ts';
import { newSettlement } from './open.ts';
import {
  insertPayouts,
  insertSettlement,
  moveSettlement,
  type WholeSettlement,
} from './settlement-repository.ts';
import { settlementsSettings } from './settings.ts';
import { tell } from './tell.ts';

interface EditDifference {
  readonly order: Order;
  readonly editId: string;
  readonly reason: 'order_edit' | 'upgrade';
  /** Above zero the customer pays, below zero it went back by these refunds. */
  readonly differenceAmount: bigint;
  readonly refunds: readonly Refund[];
  /** The customer has asked for it, so that nobody has to agree any more. */
  readonly isAgreed: boolean;
  readonly message?: string;
}

/** Opens the one settlement that settles exactly what an edit costs or gives back; none where that is nothing. */
export async function settleEdit(tx: Tx, ctx: Ctx, difference: EditDifference): Promise<void> {
  if (difference.differenceAmount > 0n) await askFor(tx, ctx, difference);
  if (difference.differenceAmount < 0n) await giveBack(tx, ctx, difference);
}

/** The edit is applied: its money is on its way back already, and the settlement follows it. */
async function giveBack(tx: Tx, ctx: Ctx, difference: EditDifference): Promise<void> {
  const { order, reason, editId, message } = difference;
  const amount = -difference.differenceAmount;
  const settlement = { ...newSettlement(ctx, order, 'original_payment', amount, message), reason, editId };
  const draft: WholeSettlement = { settlement, lines: [], offers: [] };
  await insertSettlement(tx, draft);
  const accepted = await moveSettlement(tx, draft, { state: 'accepted', acceptedAt: ctx.now }, ctx.now);
  const paying = await moveSettlement(tx, accepted, { state: 'paying' }, ctx.now);
  await insertPayouts(
    tx,
    paying.settlement,
    difference.refunds.map(({ id }) => id),
  );
  await tell(tx, ctx, settlementEvents.accepted, paying.settlement);
}

/** The edit waits for its money: for what the customer asked for themselves they only have to pay, else they have to agree first. */
async function askFor(tx: Tx, ctx: Ctx, difference: EditDifference): Promise<void> {
  const { order, reason, editId, message, differenceAmount: amount } = difference;
  const { offerHours, payHours } = settlementsSettings.of(ctx.shop);
  const direction = 'from_customer' as const;
  const settlement = { ...newSettlement(ctx, order, null, amount, message), direction, reason, editId };
  if (difference.isAgreed) {
    const draft: WholeSettlement = { settlement, lines: [], offers: [] };
    const dueAt = after(ctx.now, payHours * HOUR_MS);
    await insertSettlement(tx, draft);
    const changes = { state: 'accepted', acceptedAt: ctx.now, dueAt } as const;
    const accepted = await moveSettlement(tx, draft, changes, ctx.now);
    return tell(tx, ctx, settlementEvents.accepted, accepted.settlement);
  }
  const dueAt = after(ctx.now, offerHours * HOUR_MS);
  const made = { side: 'shop', amount, message, expiresAt: dueAt } as const;
  const draft = { settlement, lines: [], offers: [newOffer(ctx, { settlement, offers: [] }, made)] };
  await insertSettlement(tx, draft);
  const offered = await moveSettlement(tx, draft, { state: 'offered', dueAt }, ctx.now);
  return tell(tx, ctx, settlementEvents.offered, offered.settlement);
}
