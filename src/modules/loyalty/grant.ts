import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { dayIn, startOfDay } from '../../platform/days.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { grantedPoints, POINTS, pointsOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { pointEvents } from './events.ts';
import { expiresAtOf } from './expiry-rules.ts';
import type { LotSource } from './kinds.ts';
import { extendLots, findNextDue, insertLot, insertPointMovements } from './lot-repository.ts';
import { updateMember } from './member-repository.ts';
import { movementsOf } from './movements.ts';
import { policyOf } from './programme-rules.ts';
import type { LoyaltyMember, LoyaltyProgramme, PointLot } from './tables.ts';

export interface GrantInput {
  readonly points: bigint;
  readonly source: LotSource;
  /** What tells this source from others of its kind: the same one gives points once. */
  readonly sourceKey: string;
  readonly note?: string | null;
  /** The order that it was earned with. */
  readonly orderId?: string;
  /** So many whole days of the shop after today they cannot be spent. */
  readonly pendingDays?: number;
  readonly isPromotional?: boolean;
  readonly priority?: number;
}

/**
 * Building block: gives points to a member who is locked and brought to now (`holdMember`). Returns the lot. Refusal: points_source_taken.
 */
export async function grantPoints(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
  programme: LoyaltyProgramme,
  input: GrantInput,
): Promise<PointLot> {
  const lot = lotOf(ctx, member, programme, input);
  await insertLot(tx, lot);
  // With every sign of life everything that is left lasts as long as what is new.
  if (programme.rule.expiry.kind === 'inactivity' && lot.expiresAt)
    await extendLots(tx, ctx.shop.id, member.customerId, lot.expiresAt);
  const isPending = lot.state === 'pending';
  const moved = [{ id: lot.id, points: lot.grantedPoints }];
  await insertPointMovements(tx, movementsOf(ctx, member, { kind: 'granted', operationId: lot.id }, moved));
  const after = await updateMember(tx, member, {
    activePoints: member.activePoints + (isPending ? 0n : lot.grantedPoints),
    pendingPoints: member.pendingPoints + (isPending ? lot.grantedPoints : 0n),
    movementCount: member.movementCount + 1,
    dueAt: await findNextDue(tx, ctx.shop.id, member.customerId),
    updatedAt: ctx.now,
  });
  await post(tx, ctx, {
    kind: 'points_granted',
    subject: lot.id,
    unit: POINTS,
    legs: [debit(grantedPoints(), lot.grantedPoints), credit(pointsOf(member.customerId), lot.grantedPoints)],
  });
  await appendEvents(tx, ctx, [describe(ctx, lot, after)]);
  return lot;
}

function lotOf(
  ctx: Ctx,
  { customerId }: LoyaltyMember,
  { rule, version }: LoyaltyProgramme,
  input: GrantInput,
): PointLot {
  const { pendingDays = 0, note = null, orderId = null, isPromotional = true, priority = 0 } = input;
  const { timezone } = ctx.shop;
  const activatesAt =
    pendingDays === 0 ? ctx.now : startOfDay(timezone, dayIn(timezone, ctx.now) + pendingDays + 1);
  return {
    shopId: ctx.shop.id,
    id: newId(),
    customerId,
    state: pendingDays === 0 ? 'active' : 'pending',
    source: input.source,
    sourceKey: input.sourceKey,
    note,
    orderId,
    grantedPoints: input.points,
    leftPoints: input.points,
    priority,
    isPromotional,
    programmeVersion: version,
    grantedAt: ctx.now,
    activatesAt,
    expiresAt: expiresAtOf(policyOf(rule.expiry), timezone, activatesAt),
  };
}

const describe = (ctx: Ctx, lot: PointLot, { activePoints, pendingPoints }: LoyaltyMember) =>
  eventRow(ctx, pointEvents.granted, lot.customerId, {
    lotId: lot.id,
    source: lot.source,
    points: Number(lot.grantedPoints),
    activePoints: Number(activePoints),
    pendingPoints: Number(pendingPoints),
  });
