import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { after, HOUR_MS } from '../../../platform/time.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { activityErrors } from '../errors.ts';
import { participantEvent, participantEvents } from '../events.ts';
import { flowsOf } from '../format-flows.ts';
import { formatOf } from '../formats.ts';
import { requireOpen } from '../open.ts';
import { getActivity, holdActivity, type WholeActivity } from '../repository.ts';
import type { Participant } from '../tables.ts';
import { type Identifier, keepIdentifiers } from './identifiers.ts';
import {
  findParticipantOf,
  insertParticipant,
  lockParticipantOf,
  releasePlace,
  takePlace,
} from './repository.ts';

export interface JoinInput {
  readonly customerId: string;
  readonly channel: string;
  /** Where they came from, such as a link in a post. */
  readonly source?: string | null;
  /** What tells them apart, beside who they are. */
  readonly identifiers?: readonly Identifier[];
}

/**
 * A customer takes part; who does already stays as they are. Refusals: not_found, customer_not_found, customer_merged, customer_erased,
 * activity_not_joinable, those of requireOpen, activity_full, activity_budget_used_up.
 */
export function joinActivity(
  ctx: Ctx,
  activityId: string,
  input: JoinInput,
): Promise<{ readonly participant: Participant; readonly isNew: boolean }> {
  return inTransaction(ctx, async (tx) => {
    // Who may not know of the activity is told nothing of customers.
    await getActivity(tx, ctx.shop.id, activityId);
    await holdCustomer(tx, ctx.shop.id, input.customerId);
    const whole = await holdActivity(tx, ctx.shop.id, activityId);
    if (formatOf(whole.row.type).joining !== 'by_request') throw activityErrors.activity_not_joinable();
    const known = await findParticipantOf(tx, ctx.shop.id, activityId, input.customerId);
    if (known) return { participant: known, isNew: false };
    await requireOpen(tx, ctx, whole, { ...input, at: ctx.now });
    return takePart(tx, ctx, whole, input);
  });
}

/**
 * Building block: gives a customer, who is held, a place in an activity that is held, and locks what they have. Refusals: activity_full,
 * activity_budget_used_up.
 */
export async function takePart(
  tx: Tx,
  ctx: Ctx,
  whole: WholeActivity,
  { customerId, channel, source = null, identifiers = [] }: JoinInput,
): Promise<{ readonly participant: Participant; readonly isNew: boolean }> {
  const { row, rule } = whole;
  const format = formatOf(row.type);
  const promisedAmount = format.promisedAmount(rule.format);
  const { participantsLimit, budgetAmount } = rule;
  const place = { activityId: row.id, promisedAmount, participantsLimit, budgetAmount };
  const taken = await takePlace(tx, ctx.shop.id, place);
  if (taken !== 'taken') throw activityErrors[`activity_${taken}`]();
  // Who joined as the same customer at the same moment held the counter before: they are there now.
  const known = await lockParticipantOf(tx, ctx.shop.id, row.id, customerId);
  if (known) {
    await releasePlace(tx, ctx.shop.id, place);
    return { participant: known, isNew: false };
  }
  const hours = format.closesAfterHours?.(rule.format) ?? null;
  const participant: Participant = {
    shopId: ctx.shop.id,
    id: newId(),
    activityId: row.id,
    customerId,
    channel,
    source,
    progress: 0,
    used: 0,
    promisedAmount,
    joinedAt: ctx.now,
    closesAt: hours === null ? null : after(ctx.now, hours * HOUR_MS),
    absorbedAt: null,
    version: 1,
    updatedAt: ctx.now,
  };
  await insertParticipant(tx, participant);
  await keepIdentifiers(tx, ctx, participant, identifiers);
  await flowsOf(whole).onJoined?.(tx, ctx, participant);
  await appendEvents(tx, ctx, [participantEvent(ctx, participantEvents.joined, participant)]);
  return { participant, isNew: true };
}
