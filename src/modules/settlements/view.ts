import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import { readEdit, type WholeEdit } from '../orders/edits/read.ts';
import { listAvailable } from '../payments/providers/registry.ts';
import { findNames, type SettlementNames } from './facts-repository.ts';
import type { WholeSettlement } from './settlement-repository.ts';
import { settlementStates } from './states.ts';
import { sideOf } from './sides.ts';

/** A settlement as it is shown to somebody. */
export interface SettlementView extends WholeSettlement {
  /** The providers by which who asks can have it paid; none when nothing is to be paid by the customer. */
  readonly waysToPay: readonly string[];
  readonly names: SettlementNames;
  /** The edit of the order whose difference it settles. */
  readonly edit: WholeEdit | null;
}

/** Adds what depends on who asks. */
export async function viewOf(on: Reader, ctx: Ctx, whole: WholeSettlement): Promise<SettlementView> {
  const { settlement } = whole;
  const [names, edit] = await Promise.all([
    findNames(on, ctx.shop.id, settlement.orderId),
    settlement.editId === null ? null : readEdit(on, ctx.shop.id, settlement.editId),
  ]);
  if (settlement.direction === 'to_customer' || settlementStates.isEnd(settlement.state))
    return { ...whole, names, edit, waysToPay: [] };
  const available = await listAvailable(on, ctx.shop);
  return {
    ...whole,
    names,
    edit,
    waysToPay: available.filter((name) => mayPayBy(ctx, name, settlement.customerId)),
  };
}

/** Cash is staff's word, and a coupon is a part of another way to pay. */
export function mayPayBy(ctx: Ctx, provider: string, customerId: string | null): boolean {
  if (provider === 'manual') return sideOf(ctx) === 'shop';
  if (provider === 'coupon') return false;
  return provider !== 'wallet' || maySpendFor(ctx, customerId);
}

/** Stored value and coupons are their owner's: whoever holds a link may pay with anything else, but not with that. */
export const maySpendFor = (ctx: Ctx, customerId: string | null): customerId is string =>
  customerId !== null && ctx.actor.kind !== 'link';
