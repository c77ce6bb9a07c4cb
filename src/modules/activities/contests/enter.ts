import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { randomCode } from '../../../platform/ids.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { isInsider } from '../draws/insiders.ts';
import { activityErrors } from '../errors.ts';
import { requireOpen } from '../open.ts';
import { type JoinInput, takePart } from '../participants/join.ts';
import { lockParticipantOf } from '../participants/repository.ts';
import { getActivity, holdActivity } from '../repository.ts';
import type { Participant } from '../tables.ts';
import { contestErrors } from './errors.ts';
import { contestEvents, entryEvent } from './events.ts';
import { findEntryOf, insertEntry, lockContest, updateContest, updateEntry } from './repository.ts';
import type { ContestEntry } from './tables.ts';

export interface EntryInput extends JoinInput {
  readonly optionKey: string;
  /** What the customer chose at random; made for them when absent. */
  readonly nonce?: string;
}

export interface Entered {
  readonly entry: ContestEntry;
  readonly isNew: boolean;
}

const NONCE_SYMBOLS = 20;

/**
 * A customer enters, or guesses something else. Refusals: not_found, those of customers, activity_other_type, those of requireOpen,
 * contest_closed, contest_option_unknown, activity_full, activity_budget_used_up.
 */
export function enterContest(ctx: Ctx, activityId: string, input: EntryInput): Promise<Entered> {
  return inTransaction(ctx, async (tx) => {
    // Who may not know of the activity is told nothing of customers.
    await getActivity(tx, ctx.shop.id, activityId);
    await holdCustomer(tx, ctx.shop.id, input.customerId);
    const whole = await holdActivity(tx, ctx.shop.id, activityId);
    const { format } = whole.rule;
    if (format.type !== 'contest') throw activityErrors.activity_other_type();
    await requireOpen(tx, ctx, whole, { ...input, at: ctx.now });
    if (ctx.now >= new Date(format.entriesUntil))
      throw contestErrors.contest_closed(`Until ${format.entriesUntil}.`);
    if (format.options.every(({ key }) => key !== input.optionKey))
      throw contestErrors.contest_option_unknown(undefined, { pointer: '/optionKey' });
    const known = await lockParticipantOf(tx, ctx.shop.id, activityId, input.customerId);
    const participant = known ?? (await takePart(tx, ctx, whole, input)).participant;
    return write(tx, ctx, participant, input);
  });
}

/** From the lock on nobody else enters until this is committed; a result that is there then keeps out who came too late. */
async function write(tx: Tx, ctx: Ctx, participant: Participant, input: EntryInput): Promise<Entered> {
  const contest = await lockContest(tx, ctx.shop.id, participant.activityId);
  if (contest.state !== 'open') throw contestErrors.contest_closed('There is a result.');
  const known = await findEntryOf(tx, ctx.shop.id, participant.id);
  if (known?.optionKey === input.optionKey) return { entry: known, isNew: false };
  if (known) {
    const entry = await updateEntry(tx, known, { optionKey: input.optionKey, updatedAt: ctx.now });
    await appendEvents(tx, ctx, [entryEvent(ctx, contestEvents.changed, entry)]);
    return { entry, isNew: false };
  }
  const entry: ContestEntry = {
    shopId: ctx.shop.id,
    activityId: participant.activityId,
    number: contest.entries + 1,
    participantId: participant.id,
    customerId: participant.customerId,
    optionKey: input.optionKey,
    nonce: input.nonce ?? randomCode(NONCE_SYMBOLS),
    isInsider: await isInsider(tx, ctx, participant.customerId),
    isWinner: false,
    voidedAt: null,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  await updateContest(tx, contest, { entries: entry.number });
  await insertEntry(tx, entry);
  await appendEvents(tx, ctx, [entryEvent(ctx, contestEvents.given, entry)]);
  return { entry, isNew: true };
}
