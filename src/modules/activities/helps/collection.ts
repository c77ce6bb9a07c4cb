import type { Ctx } from '../../../platform/context.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { isRunning } from '../open-rules.ts';
import { getParticipant } from '../participants/repository.ts';
import { getActivity, type WholeActivity } from '../repository.ts';
import type { Participant } from '../tables.ts';

/** A collection as helpers see it. */
export interface Collection {
  readonly whole: WholeActivity;
  readonly participant: Participant;
  readonly isOpen: boolean;
}

/** What somebody who was sent a collection may know of it: nothing about whose it is. Refusal: not_found. */
export async function readCollection({ db, shop, now }: Ctx, participantId: string): Promise<Collection> {
  const participant = await getParticipant(db, shop.id, participantId);
  const whole = await getActivity(db, shop.id, participant.activityId);
  if (whole.row.type !== 'likes' || participant.absorbedAt) throw platformErrors.not_found();
  const { closesAt } = participant;
  return { whole, participant, isOpen: isRunning(whole.row, now) && (closesAt === null || closesAt > now) };
}
