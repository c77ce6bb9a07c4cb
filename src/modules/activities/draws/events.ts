import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import { defineEvent, eventRow, type NewEvent } from '../../../platform/events/define.ts';
import { uuid } from '../../../platform/http/schema.ts';
import type { Draw, DrawChange, DrawTicket } from './tables.ts';

const changed = Type.Object({
  activityId: uuid('The draw.'),
  reason: Type.String({ description: 'Why.' }),
});

/** What happens in draws. The subject is the activity, of a change the change. */
export const drawEvents = {
  drawn: defineEvent(
    'draw.ticket_drawn',
    'A customer used a chance.',
    Type.Object({
      number: Type.Integer({ description: 'The ticket.' }),
      customerId: uuid('Who drew it.'),
      prizeKey: Type.String({ description: 'What it brought.' }),
    }),
  ),
  revealed: defineEvent(
    'draw.revealed',
    'A draw is over, and its seed is known: everybody can draw it again.',
    Type.Object({
      tickets: Type.Integer({ description: 'How many were drawn.' }),
      seed: Type.String({ description: 'The seed, in hex.' }),
    }),
  ),
};

/** What becomes of changes of draws that have begun. */
export const drawChangeEvents = {
  requested: defineEvent(
    'draw_change.requested',
    'Somebody wants a draw to be better for customers.',
    changed,
  ),
  approved: defineEvent(
    'draw_change.approved',
    'A second person agreed: the draw says so from now on.',
    changed,
  ),
  refused: defineEvent(
    'draw_change.refused',
    'A change of a draw was not agreed to, or taken back.',
    changed,
  ),
};

export const drawnEvent = (ctx: Ctx, { activityId, number, customerId, prizeKey }: DrawTicket): NewEvent =>
  eventRow(ctx, drawEvents.drawn, activityId, { number, customerId, prizeKey });

export const revealedEvent = (ctx: Ctx, { activityId, tickets, seed }: Draw): NewEvent =>
  eventRow(ctx, drawEvents.revealed, activityId, { tickets, seed: seed ?? '' });

export const drawChangeEvent = (ctx: Ctx, { id, state, activityId, reason }: DrawChange): NewEvent =>
  eventRow(ctx, drawChangeEvents[state], id, { activityId, reason });
