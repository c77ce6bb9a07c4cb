import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { listLines } from '../orders/settle.ts';
import { checkTurn } from './answer.ts';
import { letGo } from './apply.ts';
import { settlementErrors } from './errors.ts';
import { settlementEvents } from './events.ts';
import { type LockedSettlement, underLock } from './locked.ts';
import { payOut } from './pay-out.ts';
import { listSettlementRows, type SettlementFilter } from './settlement-lists-repository.ts';
import { getSettlement, moveSettlement, type WholeSettlement } from './settlement-repository.ts';
import { type DeclineReason, isReasonOf } from './settlement-rules.ts';
import { sideOf } from './sides.ts';
import type { Settlement } from './tables.ts';
import { tell } from './tell.ts';
import { type SettlementView, viewOf } from './view.ts';

/** Staff approves a draft: it is accepted and its money set on its way. Refusals: settlement_not_open, order_not_settleable. */
export const approveSettlement = (ctx: Ctx, id: string): Promise<SettlementView> =>
  underLock(ctx, id, async (tx, { order, whole }) => {
    if (whole.settlement.state !== 'draft') throw notOpen(whole.settlement);
    if (order.status === 'cancelled') throw settlementErrors.order_not_settleable();
    return payOut(tx, ctx, { order, lines: await listLines(tx, ctx.shop.id, order.id) }, whole);
  });

/**
 * Staff declines a draft, and the side that has the turn an offer, with a reason of its closed list. Refusals:
 * settlement_not_open, not_your_turn, offer_expired, decline_reason_not_yours.
 */
export const declineSettlement = (ctx: Ctx, id: string, reason: DeclineReason): Promise<SettlementView> =>
  underLock(ctx, id, async (tx, { order, whole }) => {
    const side = sideOf(ctx);
    const isClaim = whole.settlement.state === 'draft';
    if (!isClaim) checkTurn(ctx, whole);
    else if (side === 'customer') throw settlementErrors.not_your_turn('It waits for the shop.');
    if (!isReasonOf(side, isClaim, reason))
      throw settlementErrors.decline_reason_not_yours(undefined, { pointer: '/reason' });
    const changes = { state: 'declined', declineReason: reason, dueAt: null } as const;
    const declined = await moveSettlement(tx, whole, changes, ctx.now);
    await letGo(tx, ctx, order, whole);
    await tell(tx, ctx, settlementEvents.declined, declined.settlement);
    return declined;
  });

/**
 * The customer, or staff for them, withdraws a draft and an edit that waits for its money; staff also what was offered, and whatever
 * the customer has accepted and is not paying at the moment. Refusal: settlement_not_open.
 */
export const cancelSettlement = (ctx: Ctx, id: string): Promise<SettlementView> =>
  underLock(ctx, id, async (tx, locked) => {
    const { settlement } = locked.whole;
    if (!isCancellable(ctx, settlement)) throw notOpen(settlement);
    return cancel(tx, ctx, locked);
  });

/** Withdraws a settlement under its order's lock: what it kept is free, and nobody can pay it any more. */
export async function cancel(tx: Tx, ctx: Ctx, { order, whole }: LockedSettlement): Promise<WholeSettlement> {
  await letGo(tx, ctx, order, whole);
  const cancelled = await moveSettlement(tx, whole, { state: 'cancelled', dueAt: null }, ctx.now);
  await tell(tx, ctx, settlementEvents.cancelled, cancelled.settlement);
  return cancelled;
}

function isCancellable(ctx: Ctx, { state, direction, editId }: Settlement): boolean {
  if (state === 'draft') return true;
  // What was set on its way to the customer is theirs, also when it did not arrive.
  const isUnpaid = direction === 'from_customer' && (state === 'accepted' || state === 'failed');
  // Goods that a customer does not want any more are not forced on them: the order stays what it was. Another price they agreed to.
  if (sideOf(ctx) === 'customer') return isUnpaid && editId !== null;
  return isUnpaid || state === 'offered' || state === 'countered';
}

const notOpen = ({ state }: Settlement) =>
  settlementErrors.settlement_not_open(`The settlement is ${state}.`);

/** A settlement with its lines and offers; a customer sees their own. */
export const readSettlement = async (ctx: Ctx, id: string): Promise<SettlementView> =>
  viewOf(ctx.db, ctx, await getSettlement(ctx.db, ctx.shop.id, id, ctx.customerId));

/** Settlements, newest first, or with `updatedSince` in the order of changes; a customer's list holds only their own. */
export const readSettlements = (ctx: Ctx, query: SettlementFilter): Promise<Page<Settlement>> =>
  listSettlementRows(ctx.db, ctx.shop.id, query, ctx.customerId);
