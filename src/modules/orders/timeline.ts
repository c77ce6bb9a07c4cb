import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { newId } from '../../platform/ids.ts';
import { orderTimeline, type TimelineEntry } from './tables.ts';

export const TIMELINE_KINDS = [
  'placed',
  'imported',
  'price_lowered',
  'reminded',
  'payment_started',
  'payment_succeeded',
  'payment_failed',
  'paid',
  'payment_overdue',
  'written_off',
  'write_off_lifted',
  'refunded',
  'settled',
  'settlement_offered',
  'settlement_countered',
  'settlement_accepted',
  'settlement_declined',
  'settlement_expired',
  'settlement_cancelled',
  'edited',
  'edit_dropped',
  'shipped',
  'delivered',
  'delivery_corrected',
  'delivery_undone',
  'delivery_disputed',
  'parcel_lost',
  'parcel_damaged',
  'parcel_returned',
  'completed',
  'cancelled',
  'lapsed',
  'note_changed',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

interface EntryInput {
  readonly kind: TimelineKind;
  readonly isPublic?: boolean;
  readonly details?: Record<string, unknown>;
  readonly occurredAt?: Date;
}

/** One thing that happened to an order, as its row. Details hold what a customer may read when it is public. */
export const timelineRow = (ctx: Ctx, orderId: string, entry: EntryInput): TimelineEntry => ({
  shopId: ctx.shop.id,
  orderId,
  id: newId(),
  kind: entry.kind,
  actorKind: ctx.actor.kind,
  actorId: ctx.actor.id,
  isPublic: entry.isPublic ?? true,
  details: entry.details ?? {},
  occurredAt: entry.occurredAt ?? ctx.now,
});

const insertEntries = preparedSql(
  'insert_timeline',
  `insert into order_timeline (shop_id, order_id, id, kind, actor_kind, actor_id, is_public, details, occurred_at)
   select shop_id, order_id, id, kind, actor_kind, actor_id, is_public, details,
     greatest(occurred_at, (select max(before.occurred_at) from order_timeline before
       where before.shop_id = entry.shop_id and before.order_id = entry.order_id))
   from jsonb_populate_recordset(null::order_timeline, $1::jsonb) entry`,
);

/**
 * Writes what happened, in the transaction in which it happens, under the order's lock. A request that had to wait for
 * the lock began before what it waited for: its entries still come after it.
 */
export async function addTimeline(
  tx: Tx,
  ctx: Ctx,
  orderId: string,
  ...entries: readonly Omit<EntryInput, 'occurredAt'>[]
): Promise<void> {
  const rows = entries.map((entry) => timelineRow(ctx, orderId, entry));
  await sendAlong(tx, insertEntries(tx, [recordsJson(orderTimeline, rows)]));
}

// Column by column, like everything that is written for very many orders at once.
const insertMany = preparedSql(
  'insert_timelines',
  `insert into order_timeline (shop_id, order_id, id, kind, actor_kind, actor_id, is_public, details, occurred_at)
   select $1::uuid, entry.order_id, entry.id, $2, $3, $4, $5::boolean, entry.details,
     greatest($6::timestamptz, (select max(before.occurred_at) from order_timeline before
       where before.shop_id = $1 and before.order_id = entry.order_id))
   from unnest($7::uuid[], $8::uuid[], $9::jsonb[]) as entry (order_id, id, details)`,
);

/** Writes one thing that happened to many orders at the same moment, each under its lock. */
export async function addTimelines(
  tx: Tx,
  ctx: Ctx,
  kind: TimelineKind,
  entries: readonly { readonly orderId: string; readonly details: Record<string, unknown> }[],
): Promise<void> {
  const { shop, actor, now } = ctx;
  const ids = entries.map(({ orderId }) => orderId);
  const details = entries.map((entry) => JSON.stringify(entry.details));
  const common = [shop.id, kind, actor.kind, actor.id, true, now];
  await sendAlong(tx, insertMany(tx, [...common, ids, ids.map(() => newId()), details]));
}
