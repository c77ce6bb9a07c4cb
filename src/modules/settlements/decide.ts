import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { checkVersion } from '../../platform/versions.ts';
import { listLines, lockOrder } from '../orders/settle.ts';
import type { Order } from '../orders/tables.ts';
import { settlementErrors } from './errors.ts';
import { settlementEvents } from './events.ts';
import { payOut } from './pay-out.ts';
import { findRule } from './policy-repository.ts';
import {
  getSettlement,
  listSettlementRows,
  moveSettlement,
  returnPolicyUse,
  type WholeSettlement,
} from './settlement-repository.ts';
import type { DeclineReason } from './settlement-rules.ts';
import type { SettlementState } from './states.ts';
import type { Settlement } from './tables.ts';
import { tell } from './tell.ts';

/** Staff approves a draft: it is accepted and its money set on its way. Refusals: settlement_not_open, order_not_settleable. */
export const approveSettlement = (ctx: Ctx, id: string): Promise<WholeSettlement> =>
  decide(ctx, id, async (tx, whole, order) => {
    if (order.status === 'cancelled') throw settlementErrors.order_not_settleable();
    return payOut(tx, ctx, { order, lines: await listLines(tx, ctx.shop.id, order.id) }, whole);
  });

/** Staff declines a draft, with a reason of a closed list. Refusal: settlement_not_open. */
export const declineSettlement = (ctx: Ctx, id: string, reason: DeclineReason): Promise<WholeSettlement> =>
  decide(ctx, id, async (tx, whole) => {
    const declined = await moveSettlement(tx, whole, { state: 'declined', declineReason: reason }, ctx.now);
    await giveBackCaps(tx, ctx, declined.settlement);
    await tell(tx, ctx, settlementEvents.declined, declined.settlement);
    return declined;
  });

/** The customer, or staff for them, withdraws a draft. Refusal: settlement_not_open. */
export const cancelSettlement = (ctx: Ctx, id: string): Promise<WholeSettlement> =>
  decide(ctx, id, async (tx, whole) => {
    const cancelled = await moveSettlement(tx, whole, { state: 'cancelled' }, ctx.now);
    await giveBackCaps(tx, ctx, cancelled.settlement);
    await tell(tx, ctx, settlementEvents.cancelled, cancelled.settlement);
    return cancelled;
  });

/** The order's lock comes first, as everywhere; under it the settlement is read again. */
function decide(
  ctx: Ctx,
  id: string,
  run: (tx: Tx, whole: WholeSettlement, order: Order) => Promise<WholeSettlement>,
): Promise<WholeSettlement> {
  return inTransaction(ctx, async (tx) => {
    const found = await getSettlement(tx, ctx.shop.id, id, ctx.customerId);
    const order = await lockOrder(tx, ctx.shop.id, found.settlement.orderId, ctx.customerId);
    const whole = await getSettlement(tx, ctx.shop.id, id, ctx.customerId);
    checkVersion(ctx, whole.settlement);
    if (whole.settlement.state !== 'draft')
      throw settlementErrors.settlement_not_open(`The settlement is ${whole.settlement.state}.`);
    return run(tx, whole, order);
  });
}

/** What is not paid does not use up a cap. */
async function giveBackCaps(tx: Tx, ctx: Ctx, settlement: Settlement): Promise<void> {
  const { policyId, ruleVersion, customerId, amount, capYear } = settlement;
  if (policyId === null || ruleVersion === null) return;
  const rule = await findRule(tx, ctx.shop.id, policyId, ruleVersion);
  if (rule?.budgetAmount != null) await returnPolicyUse(tx, ctx.shop.id, [policyId, policyId, 0], amount);
  if (rule?.customerYearCapAmount != null && customerId !== null)
    await returnPolicyUse(tx, ctx.shop.id, [policyId, customerId, capYear], amount);
}

/** A settlement with its lines; a customer sees their own. */
export const readSettlement = (ctx: Ctx, id: string): Promise<WholeSettlement> =>
  getSettlement(ctx.db, ctx.shop.id, id, ctx.customerId);

/** Settlements, newest first; a customer's list holds only their own. */
export const readSettlements = (
  ctx: Ctx,
  query: { limit: number; cursor?: string; orderId?: string; state?: SettlementState },
): Promise<Page<Settlement>> => listSettlementRows(ctx.db, ctx.shop.id, query, ctx.customerId);
