import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { dayIn } from '../../../platform/days.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { activityErrors } from '../errors.ts';
import { requireRunning, requireShared } from '../open.ts';
import { countSource } from '../participants/count.ts';
import { fingerprintsOf, fingerprintsOfProfile, type Identifier } from '../participants/identifiers.ts';
import { listParticipantsWith } from '../participants/identifier-repository.ts';
import { getParticipant, lockParticipant } from '../participants/repository.ts';
import { holdActivity, type WholeActivity } from '../repository.ts';
import type { Participant } from '../tables.ts';
import { helpErrors } from './errors.ts';
import { helpEvent, helpEvents } from './events.ts';
import { closesRing, hasHelped, insertHelp, keepHelper, lockCollections, takeFromDay } from './repository.ts';
import type { Help } from './tables.ts';

export interface HelpInput {
  /** The helper, where that is a customer. */
  readonly helperCustomerId?: string;
  readonly identifiers?: readonly Identifier[];
  readonly channel: string;
}

/** A collection with who wants to help it. */
interface Visit {
  readonly whole: WholeActivity;
  readonly owner: Participant;
  readonly help: Help;
  readonly fingerprints: readonly string[];
  /** The customers that the helper is known to be, by their id or by identifiers. */
  readonly helperIds: readonly string[];
}

/**
 * Somebody likes a collection, once. Refusals: not_found, helper_unknown, those of customers at /helperCustomerId, activity_other_type,
 * activity_not_running, activity_channel_closed, activity_sharing_forbidden, participation_closed, help_own, help_repeated, help_in_ring,
 * help_limit_reached.
 */
export function giveHelp(ctx: Ctx, participantId: string, input: HelpInput): Promise<Help> {
  const { helperCustomerId, identifiers = [], channel } = input;
  return inTransaction(ctx, async (tx) => {
    const { activityId } = await getParticipant(tx, ctx.shop.id, participantId);
    if (helperCustomerId === undefined && identifiers.length === 0) throw helpErrors.helper_unknown();
    if (helperCustomerId !== undefined)
      await holdCustomer(tx, ctx.shop.id, helperCustomerId, '/helperCustomerId');
    const whole = await holdActivity(tx, ctx.shop.id, activityId);
    if (whole.rule.format.type !== 'likes') throw activityErrors.activity_other_type();
    requireRunning(whole, ctx.now);
    requireShared(ctx, whole, channel);
    const named =
      helperCustomerId === undefined
        ? []
        : [{ kind: 'other', value: `customer ${helperCustomerId}` } as const];
    const fingerprints = fingerprintsOf(ctx, activityId, [...identifiers, ...named]);
    const alike = await listParticipantsWith(tx, ctx.shop.id, activityId, fingerprints);
    const helperIds = [...new Set([helperCustomerId, ...alike.map((one) => one.customerId)])].filter(
      (one) => one !== undefined,
    );
    await lockCollections(tx, ctx.shop.id, { participantId, activityId, helperIds });
    const owner = await lockParticipant(tx, ctx.shop.id, participantId);
    const help: Help = {
      shopId: ctx.shop.id,
      id: newId(),
      activityId,
      participantId,
      helperCustomerId: helperCustomerId ?? null,
      channel,
      voidedAt: null,
      voidReason: null,
      createdAt: ctx.now,
    };
    const visit = { whole, owner, help, fingerprints, helperIds };
    await checkHelper(tx, ctx, visit);
    await takeHelp(tx, ctx, visit);
    return help;
  });
}

async function checkHelper(tx: Tx, ctx: Ctx, visit: Visit): Promise<void> {
  const { whole, owner, help, fingerprints, helperIds } = visit;
  if (owner.closesAt !== null && owner.closesAt <= ctx.now) throw activityErrors.participation_closed();
  const own = await fingerprintsOfProfile(tx, ctx, owner.activityId, owner.customerId);
  if (helperIds.includes(owner.customerId) || own.some((one) => fingerprints.includes(one)))
    throw helpErrors.help_own();
  if (helperIds.length === 0) return;
  if (await hasHelped(tx, ctx.shop.id, owner.id, helperIds)) throw helpErrors.help_repeated();
  const { format } = whole.rule;
  if (format.type !== 'likes') return;
  if (await closesRing(tx, help, { ownerId: owner.customerId, helperIds, size: format.ringSize }))
    throw helpErrors.help_in_ring();
}

async function takeHelp(tx: Tx, ctx: Ctx, { whole, owner, help, fingerprints }: Visit): Promise<void> {
  const { format } = whole.rule;
  if (format.type !== 'likes') return;
  await insertHelp(tx, help);
  if (!(await keepHelper(tx, help, fingerprints))) throw helpErrors.help_repeated();
  const day = dayIn(ctx.shop.timezone, ctx.now);
  if (!(await takeFromDay(tx, help, { day, fingerprints, limit: format.helpsPerDay })))
    throw helpErrors.help_limit_reached();
  await countSource(tx, ctx, whole, owner, { type: 'help', id: help.id, amount: 0n }, 1);
  await appendEvents(tx, ctx, [helpEvent(ctx, helpEvents.given, help)]);
}
