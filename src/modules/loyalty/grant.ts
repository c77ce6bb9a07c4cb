import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { grantedPoints, POINTS, pointsDebtOf, pointsOf } from '../ledger/accounts.ts';
import { post, type TransferInput } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { pointEvents } from './events.ts';
import { expiresAtOf } from './expiry-rules.ts';
import type { LotSource } from './kinds.ts';
import { extendLots, findNextDue, insertLot, insertPointMovements } from './lot-repository.ts';
import { repayDebt } from './lot-rules.ts';
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
  /** From when on they can be spent; now, when absent. */
  readonly activatesAt?: Date;
  readonly isPromotional?: boolean;
  readonly priority?: number;
}

/**
 * Building block: gives points to a member who is locked and brought to now (`holdMember`). A debt is repaid first. Returns the lot
 * and the member. Refusal: points_source_taken.
 */
export async function grantPoints(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
  programme: LoyaltyProgramme,
  input: GrantInput,
): Promise<{ readonly lot: PointLot; readonly member: LoyaltyMember }> {
  const lot = lotOf(ctx, member, programme, input);
  await insertLot(tx, lot);
  // With every sign of life everything that is left lasts as long as what is new.
  const isExtended = programme.rule.expiry.kind === 'inactivity' && lot.expiresAt !== null;
  if (isExtended && lot.expiresAt) await extendLots(tx, ctx.shop.id, member.customerId, lot.expiresAt);
  const after = await updateMember(tx, member, {
    ...(lot.state === 'pending'
      ? { pendingPoints: member.pendingPoints + lot.leftPoints }
      : { activePoints: member.activePoints + lot.leftPoints }),
    debtPoints: member.debtPoints - repaidOf(lot),
    movementCount: await writeMovements(tx, ctx, member, lot),
    dueAt: isExtended
      ? await findNextDue(tx, ctx.shop.id, member.customerId)
      : sooner(member.dueAt, dueOf(lot)),
    updatedAt: ctx.now,
  });
  await post(tx, ctx, ...transfersOf(lot));
  await appendEvents(tx, ctx, [describe(ctx, lot, after)]);
  return { lot, member: after };
}

/** When something is next due of a lot: nothing is, where nothing is left of it. */
const dueOf = ({ state, leftPoints, activatesAt, expiresAt }: PointLot): Date | null =>
  leftPoints === 0n ? null : sooner(state === 'pending' ? activatesAt : null, expiresAt);

const sooner = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b < a) ? b : a);

/** What of new points repaid a debt. */
const repaidOf = (lot: PointLot): bigint => lot.grantedPoints - lot.leftPoints;

/** Writes what came in and what of it repaid a debt. Returns how many movements the member has then. */
async function writeMovements(tx: Tx, ctx: Ctx, member: LoyaltyMember, lot: PointLot): Promise<number> {
  const { id, grantedPoints: points } = lot;
  const granted = movementsOf(ctx, member, { kind: 'granted', operationId: id }, [{ id, points }]);
  const then = {
    ...member,
    pendingPoints: member.pendingPoints + points,
    movementCount: member.movementCount + 1,
  };
  const repaid =
    repaidOf(lot) === 0n
      ? []
      : movementsOf(ctx, then, { kind: 'repaid', operationId: id }, [{ id, points: -repaidOf(lot) }]);
  await insertPointMovements(tx, [...granted, ...repaid]);
  return then.movementCount + repaid.length;
}

function transfersOf(lot: PointLot): TransferInput[] {
  const { customerId, id: subject, grantedPoints: points } = lot;
  const repaid = [
    debit(pointsOf(customerId), repaidOf(lot)),
    credit(pointsDebtOf(customerId), repaidOf(lot)),
  ];
  return [
    {
      kind: 'points_granted',
      subject,
      unit: POINTS,
      legs: [debit(grantedPoints(), points), credit(pointsOf(customerId), points)],
    },
    { kind: 'points_repaid', subject, unit: POINTS, legs: repaid },
  ];
}

function lotOf(
  ctx: Ctx,
  { customerId, debtPoints }: LoyaltyMember,
  { rule, version }: LoyaltyProgramme,
  input: GrantInput,
): PointLot {
  const { points, note = null, orderId = null, isPromotional = true, priority = 0 } = input;
  const { timezone } = ctx.shop;
  const isPending = input.activatesAt !== undefined && input.activatesAt > ctx.now;
  const activatesAt = isPending ? input.activatesAt : ctx.now;
  const { left } = repayDebt(points, debtPoints);
  return {
    shopId: ctx.shop.id,
    id: newId(),
    customerId,
    // A lot of which nothing is left waits for nothing.
    state: isPending && left > 0n ? 'pending' : 'active',
    source: input.source,
    sourceKey: input.sourceKey,
    note,
    orderId,
    grantedPoints: points,
    leftPoints: left,
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
    repaidPoints: Number(repaidOf(lot)),
    activePoints: Number(activePoints),
    pendingPoints: Number(pendingPoints),
  });
