import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { participantEvent, participantEvents } from '../events.ts';
import { formatOf } from '../formats.ts';
import { getActivity, type WholeActivity } from '../repository.ts';
import { oweRewards, unoweRewards } from '../rewards/owe.ts';
import type { Participant, ParticipantCount, SourceType } from '../tables.ts';
import { decideUnits, stepsBetween } from './count-rules.ts';
import { insertCount, lockParticipant, rewriteCount, updateParticipant } from './repository.ts';

/** Something that counts. */
export interface Source {
  readonly type: SourceType;
  readonly id: string;
  /** What it comes to, in minor units; 0 of what costs nothing. */
  readonly amount: bigint;
}

/**
 * Building block: counts something for a participant who is locked. The same source counts once: again is refused by the database. What they
 * reach by it is owed to them.
 */
export async function countSource(
  tx: Tx,
  ctx: Ctx,
  whole: WholeActivity,
  participant: Participant,
  source: Source,
  units: number,
): Promise<Participant> {
  await insertCount(tx, {
    shopId: ctx.shop.id,
    activityId: whole.row.id,
    sourceType: source.type,
    sourceId: source.id,
    participantId: participant.id,
    countedUnits: units,
    units,
    sourceAmount: source.amount,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  });
  return moveProgress(tx, ctx, whole, participant, units);
}

/**
 * Building block: something that counts for a participant, who is locked, comes to something else now. What was used of it stays counted;
 * rewards that are not reached any more are withdrawn as far as they can be.
 */
export async function recountSource(
  tx: Tx,
  ctx: Ctx,
  whole: WholeActivity,
  participant: Participant,
  current: ParticipantCount,
  { units: wanted, amount }: { readonly units: number; readonly amount: bigint },
): Promise<Participant> {
  const units = decideUnits(current, wanted, participant);
  if (units === current.units && amount === current.sourceAmount) return participant;
  await rewriteCount(tx, { ...current, units, sourceAmount: amount, updatedAt: ctx.now });
  return moveProgress(tx, ctx, whole, participant, units - current.units);
}

async function moveProgress(
  tx: Tx,
  ctx: Ctx,
  { row, rule }: WholeActivity,
  participant: Participant,
  difference: number,
): Promise<Participant> {
  if (difference === 0) return participant;
  const progress = participant.progress + difference;
  const moved = await updateParticipant(tx, participant, { progress, updatedAt: ctx.now });
  await appendEvents(tx, ctx, [participantEvent(ctx, participantEvents.counted, moved)]);
  const steps = formatOf(row.type).stepsOf?.(rule.format) ?? [];
  const { reached, lost } = stepsBetween(steps, participant.progress, progress);
  for (const { key, rewards } of reached) await oweRewards(tx, ctx, moved, `step:${key}`, rewards);
  for (const { key } of lost) await unoweRewards(tx, ctx, moved, `step:${key}`);
  return moved;
}

/** Building block: what a participant has reached is owed to them, where it is not already. */
export async function oweReached(tx: Tx, ctx: Ctx, participantId: string): Promise<void> {
  const participant = await lockParticipant(tx, ctx.shop.id, participantId);
  const { row, rule } = await getActivity(tx, ctx.shop.id, participant.activityId);
  const steps = formatOf(row.type).stepsOf?.(rule.format) ?? [];
  const { reached } = stepsBetween(steps, 0, participant.progress);
  for (const { key, rewards } of reached) await oweRewards(tx, ctx, participant, `step:${key}`, rewards);
}
