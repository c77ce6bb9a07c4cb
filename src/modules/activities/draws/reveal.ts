import type { Subscriber } from '../../../platform/events/dispatcher.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { activityEvents } from '../events.ts';
import { getActivity } from '../repository.ts';
import { revealedEvent } from './events.ts';
import { getDraw, revealSeed } from './repository.ts';
import { openSeed } from './seed.ts';

/** When a draw is over its seed is known. Chances that are left go with it. */
export const revealSubscriber: Subscriber = {
  name: 'activities.draws',
  events: [activityEvents.ended],
  async handle(tx, ctx, { subject_id: activityId }) {
    const { row } = await getActivity(tx, ctx.shop.id, activityId);
    if (row.type !== 'draw') return;
    const draw = await getDraw(tx, ctx.shop.id, activityId);
    const seed = openSeed(ctx, activityId, draw.sealedSeed);
    if (!(await revealSeed(tx, draw, seed, ctx.now))) return;
    await appendEvents(tx, ctx, [revealedEvent(ctx, await getDraw(tx, ctx.shop.id, activityId))]);
  },
};
