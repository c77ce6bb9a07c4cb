import type { Static, TObject } from '@sinclair/typebox';
import type { Ctx } from '../context.ts';
import { newId } from '../ids.ts';
import type { OutboxRow } from './tables.ts';

/** A kind of event: what it is about and what it tells. A leaf: any module may import any event. */
export interface EventDefinition<T extends TObject = TObject> {
  /** `<noun>.<what happened>`, for example `order.placed`. */
  readonly type: string;
  readonly subjectType: string;
  readonly description: string;
  readonly data: T;
}

/** Defines an event; the subject's type is the part of `type` before the dot. */
export function defineEvent<T extends TObject>(
  type: string,
  description: string,
  data: T,
): EventDefinition<T> {
  const subjectType = type.split('.')[0];
  if (!subjectType || subjectType === type) throw new Error(`event ${type} is not <noun>.<what happened>`);
  return { type, subjectType, description, data };
}

export type NewEvent = Omit<OutboxRow, 'position' | 'recordedAt'>;

/** The outbox row of an event; write it with `appendEvents` or inside a larger statement. */
export function eventRow<T extends TObject>(
  ctx: Ctx,
  definition: EventDefinition<T>,
  subjectId: string,
  data: Static<T>,
  occurredAt: Date = ctx.now,
): NewEvent {
  return {
    shopId: ctx.shop.id,
    id: newId(),
    type: definition.type,
    subjectType: definition.subjectType,
    subjectId,
    data: data,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    occurredAt,
  };
}
