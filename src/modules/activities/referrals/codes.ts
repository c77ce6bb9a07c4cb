import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { randomCode } from '../../../platform/ids.ts';
import { activityErrors } from '../errors.ts';
import { requireRunning } from '../open.ts';
import { isRunning } from '../open-rules.ts';
import { getParticipant, lockParticipant } from '../participants/repository.ts';
import { getActivity, holdActivity, type WholeActivity } from '../repository.ts';
import type { Participant } from '../tables.ts';
import { checkLimits, keepNew, newReferral } from './claim.ts';
import { findCode, findCodeOf, insertCode } from './claim-repository.ts';
import { referralEvent } from './events.ts';
import { findInvitation } from './repository.ts';
import type { Referral } from './tables.ts';

/** 60 bits: nobody guesses one. */
const CODE_SYMBOLS = 12;

/** What is passed on. */
export interface ReferralCode {
  readonly code: string;
  /** The page of the shop that it leads to; null where the activity names none. */
  readonly link: string | null;
}

/** A code with the link that it stands in. */
export const linkedCode = ({ rule }: WholeActivity, code: string): ReferralCode => {
  const template = rule.format.type === 'referral' ? rule.format.linkTemplate : null;
  return { code, link: template === null ? null : template.replaceAll('{code}', code) };
};

/** Building block: gives somebody who joins the code that they pass on. */
export const makeCode = (tx: Tx, ctx: Ctx, participant: Participant): Promise<void> =>
  insertCode(tx, ctx.shop.id, randomCode(CODE_SYMBOLS), participant);

/** The code of a participant; a customer reads their own. Refusals: not_found, activity_other_type. */
export async function readReferralCode(
  { db, shop, customerId }: Ctx,
  participantId: string,
): Promise<ReferralCode> {
  const { activityId } = await getParticipant(db, shop.id, participantId, customerId);
  const whole = await getActivity(db, shop.id, activityId);
  const code = await findCodeOf(db, shop.id, participantId);
  if (code === undefined) throw activityErrors.activity_other_type();
  return linkedCode(whole, code);
}

/** A personal invitation with the link that is passed on. */
export interface Invitation {
  readonly referral: Referral;
  readonly whole: WholeActivity;
}

/**
 * Makes a personal invitation, which one friend can claim. Refusals: not_found, activity_other_type, activity_not_running,
 * referral_limit_reached, referral_day_limit_reached.
 */
export function inviteFriend(ctx: Ctx, participantId: string): Promise<Invitation> {
  return inTransaction(ctx, async (tx) => {
    const { activityId } = await getParticipant(tx, ctx.shop.id, participantId, ctx.customerId);
    const whole = await holdActivity(tx, ctx.shop.id, activityId);
    if (whole.row.type !== 'referral') throw activityErrors.activity_other_type();
    requireRunning(whole, ctx.now);
    const owner = await lockParticipant(tx, ctx.shop.id, participantId);
    await checkLimits(tx, ctx, { whole, owner, invitation: undefined });
    const code = randomCode(CODE_SYMBOLS);
    const referral = await keepNew(tx, { ...newReferral(ctx, owner), code });
    await appendEvents(tx, ctx, [referralEvent(ctx, referral)]);
    return { referral, whole };
  });
}

/** What somebody who was sent a code may know: to what it leads, and nothing about whose it is. */
export interface CodeOffer {
  readonly whole: WholeActivity;
  readonly code: string;
  readonly isOpen: boolean;
}

/** Refusal: not_found. */
export async function readCodeOffer({ db, shop, now }: Ctx, code: string): Promise<CodeOffer> {
  const invitation = await findInvitation(db, shop.id, code);
  const found = invitation ?? (await findCode(db, shop.id, code));
  if (!found) throw platformErrors.not_found();
  const whole = await getActivity(db, shop.id, found.activityId);
  const isFree = invitation === undefined || invitation.state === 'invited';
  return { whole, code, isOpen: isFree && isRunning(whole.row, now) };
}
