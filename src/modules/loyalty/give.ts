import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { loyaltyErrors } from './errors.ts';
import { grantPoints, type GrantInput } from './grant.ts';
import { findMember } from './member-repository.ts';
import { holdMember } from './members.ts';
import { requireProgramme } from './programme.ts';
import type { PointLot } from './tables.ts';

/**
 * Building block: gives points to a customer, who is held, for something outside of the programme. The same source gives once. Refusals:
 * loyalty_programme_missing, not_a_member, member_left, points_source_taken.
 */
export async function givePoints(tx: Tx, ctx: Ctx, customerId: string, input: GrantInput): Promise<PointLot> {
  const programme = await requireProgramme(tx, ctx.shop.id);
  if (!(await findMember(tx, ctx.shop.id, customerId))) throw loyaltyErrors.not_a_member();
  const member = await holdMember(tx, ctx, customerId);
  return (await grantPoints(tx, ctx, member, programme, input)).lot;
}
