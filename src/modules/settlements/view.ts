import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
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
}

/** Adds what depends on who asks. */
export async function viewOf(on: Reader, ctx: Ctx, whole: WholeSettlement): Promise<SettlementView> {
  const { settlement } = whole;
  const names = await findNames(on, ctx.shop.id, settlement.orderId);
  if (settlement.direction === 'to_customer' || settlementStates.isEnd(settlement.state))
    return { ...whole, names, waysToPay: [] };
  const available = await listAvailable(on, ctx.shop);
  return {
    ...whole,
    names,
    waysToPay: available.filter((name) => mayPayBy(ctx, name, settlement.customerId)),
  };
}

/** Cash is staff's word. Stored value is its owner's: whoever holds a link may pay with anything else, but not with that. */
export function mayPayBy(ctx: Ctx, provider: string, customerId: string | null): boolean {
  if (provider === 'manual') return sideOf(ctx) === 'shop';
  return provider !== 'wallet' || (customerId !== null && ctx.actor.kind !== 'link');
}
