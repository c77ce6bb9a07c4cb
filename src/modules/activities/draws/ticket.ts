import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { activityErrors } from '../errors.ts';
import { requireRunning } from '../open.ts';
import { lockParticipantOf, updateParticipant } from '../participants/repository.ts';
import { getActivity, holdActivity, type WholeActivity } from '../repository.ts';
import { oweRewards } from '../rewards/owe.ts';
import type { Participant } from '../tables.ts';
import { drawOn } from './draw-rules.ts';
import { drawErrors } from './errors.ts';
import { drawnEvent } from './events.ts';
import { isInsider } from './insiders.ts';
import { getText, insertTicket, takeNumber, takePrize } from './repository.ts';
import { openSeed } from './seed.ts';
import type { DrawTicket } from './tables.ts';
import { publishedOf } from './texts.ts';

export interface TicketInput {
  readonly customerId: string;
  readonly nonce: string;
}

/**
 * Uses a chance of a customer. Refusals: not_found, those of customers, activity_other_type, activity_not_running, no_chance_left,
 * nonce_used.
 */
export function drawTicket(ctx: Ctx, activityId: string, input: TicketInput): Promise<DrawTicket> {
  return inTransaction(ctx, async (tx) => {
    // Who may not know of the activity is told nothing of customers.
    await getActivity(tx, ctx.shop.id, activityId);
    await holdCustomer(tx, ctx.shop.id, input.customerId);
    const whole = await holdActivity(tx, ctx.shop.id, activityId);
    if (whole.row.type !== 'draw') throw activityErrors.activity_other_type();
    requireRunning(whole, ctx.now);
    const participant = await lockParticipantOf(tx, ctx.shop.id, activityId, input.customerId);
    if (!participant || participant.used >= participant.progress) throw drawErrors.no_chance_left();
    const ofInsider = await isInsider(tx, ctx, input.customerId);
    const used = await updateParticipant(tx, participant, {
      used: participant.used + 1,
      updatedAt: ctx.now,
    });
    return drawNext(tx, ctx, whole, used, { nonce: input.nonce, isInsider: ofInsider });
  });
}

/** From the number on nobody else draws until this is committed: the less comes after it, the more are drawn. */
async function drawNext(
  tx: Tx,
  ctx: Ctx,
  { row, rule }: WholeActivity,
  participant: Participant,
  by: Pick<DrawTicket, 'nonce' | 'isInsider'>,
): Promise<DrawTicket> {
  const draw = publishedOf(await getText(tx, ctx.shop.id, row.id, row.ruleVersion));
  const taken = await takeNumber(tx, ctx.shop.id, row.id);
  if (!taken) throw activityErrors.activity_not_running('The draw is over.');
  const { number } = taken;
  const seed = Buffer.from(openSeed(ctx, row.id, taken.sealedSeed), 'hex');
  const { roll, drawnKey } = drawOn(seed, draw, { number, nonce: by.nonce });
  const isThere = await takePrize(tx, ctx.shop.id, row.id, drawnKey);
  const prizeKey = isThere ? drawnKey : draw.fallbackKey;
  if (!isThere && !(await takePrize(tx, ctx.shop.id, row.id, prizeKey)))
    throw new Error(`the draw ${row.id} has nothing left`);
  const prizes = rule.format.type === 'draw' ? rule.format.prizes : [];
  const rewards = prizes.find(({ key }) => key === prizeKey)?.rewards ?? [];
  const ticket: DrawTicket = {
    shopId: ctx.shop.id,
    activityId: row.id,
    number,
    participantId: participant.id,
    customerId: participant.customerId,
    ...by,
    ruleVersion: row.ruleVersion,
    roll,
    drawnKey,
    prizeKey,
    rewardCount: rewards.length,
    drawnAt: ctx.now,
  };
  await insertTicket(tx, ticket);
  if (rewards.length > 0) await oweRewards(tx, ctx, participant, `ticket:${number}`, rewards);
  await appendEvents(tx, ctx, [drawnEvent(ctx, ticket)]);
  return ticket;
}
