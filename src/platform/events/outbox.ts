import type { Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { preparedSql } from '../db/prepared.ts';
import { afterCommit, sendAlong } from '../db/transaction.ts';
import type { NewEvent } from './define.ts';

const insertEvents = preparedSql(
  'insert_events',
  `insert into outbox (shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at)
   select shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at
   from jsonb_to_recordset($1::jsonb) as e (shop_id uuid, id uuid, type text, subject_type text, subject_id uuid,
     data jsonb, actor_kind text, actor_id text, occurred_at timestamptz)`,
);

/** Writes events in the caller's transaction; the dispatcher is woken once it is committed. */
export async function appendEvents(tx: Tx, ctx: Ctx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sendAlong(tx, insertEvents(tx, [eventsJson(events)]));
  wakeAfterCommit(tx, ctx);
}

/** Events as one JSON value, for statements that write them together with something else. */
export const eventsJson = (events: readonly NewEvent[]): string =>
  JSON.stringify(
    events.map((event) => ({
      shop_id: event.shopId,
      id: event.id,
      type: event.type,
      subject_type: event.subjectType,
      subject_id: event.subjectId,
      data: event.data,
      actor_kind: event.actorKind,
      actor_id: event.actorId,
      occurred_at: event.occurredAt,
    })),
  );

/** Wakes this process's dispatcher after commit; other processes find the rows when they look. */
export const wakeAfterCommit = (tx: Tx, ctx: Ctx): void => afterCommit(tx, ctx.wakeDispatcher);
