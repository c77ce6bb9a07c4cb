import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { acceptOnOrders, type SettleableLine, type SettleableOrder } from '../../orders/settle-many.ts';
import { settlementEvents } from '../events.ts';
import { linesOfClaim, newSettlement } from '../open.ts';
import { insertSettlements, type WholeSettlement } from '../settlement-repository.ts';
import { tellOfMany } from '../tell.ts';
import { yearIn } from '../year-rules.ts';
import type { Opening } from './rules.ts';
import type { PriceProtectionSweep } from './tables.ts';

/** What is opened for an order, with its lines as they were read. */
type LineOpening = Opening<SettleableOrder> & { readonly orderLines: readonly SettleableLine[] };

/**
 * Opens settlements of locked orders: accepted by rule up to what the promise pays by itself, drafts above. Accepted ones are on the
 * books with the lines and the orders; their money is set on its way one by one, when they are due.
 */
export async function openSettlements(
  tx: Tx,
  ctx: Ctx,
  sweep: PriceProtectionSweep,
  openings: readonly LineOpening[],
): Promise<void> {
  if (openings.length === 0) return;
  const opened = openings.map((opening) => ({ opening, whole: settlementOf(ctx, sweep, opening) }));
  await insertSettlements(
    tx,
    opened.map(({ whole }) => whole),
  );
  const accepted = opened.filter(({ opening }) => opening.isAccepted);
  await acceptOnOrders(
    tx,
    ctx,
    accepted.map(({ opening, whole: { settlement } }) => ({
      order: opening.order,
      id: settlement.id,
      reason: settlement.reason,
      lines: opening.orderLines,
      shares: opening.lines,
    })),
  );
  const heads = opened.map(({ whole: { settlement } }) => settlement);
  const inState = (state: 'accepted' | 'draft') => heads.filter((settlement) => settlement.state === state);
  await tellOfMany(tx, ctx, settlementEvents.accepted, inState('accepted'));
  await tellOfMany(tx, ctx, settlementEvents.opened, inState('draft'));
}

function settlementOf(
  ctx: Ctx,
  sweep: PriceProtectionSweep,
  { order, orderLines, promise, payoutMethod, lines, amount, isAccepted }: LineOpening,
): WholeSettlement {
  const settlement = {
    ...newSettlement(ctx, order, payoutMethod, amount, undefined),
    reason: sweep.reason,
    policyId: promise.policyId,
    ruleVersion: promise.ruleVersion,
    capYear: yearIn(ctx.shop.timezone, sweep.createdAt),
    sweepId: sweep.id,
    ...(isAccepted ? { state: 'accepted' as const, acceptedAt: ctx.now, payoutDueAt: ctx.now } : {}),
  };
  return { settlement, lines: linesOfClaim(settlement, { decision: { lines } }, orderLines), offers: [] };
}
