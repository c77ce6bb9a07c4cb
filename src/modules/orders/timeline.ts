import { sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
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
  'refunded',
  'shipped',
  'delivered',
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
  const newest = sql`(select max(${orderTimeline.occurredAt}) from ${orderTimeline}
    where ${orderTimeline.shopId} = ${ctx.shop.id} and ${orderTimeline.orderId} = ${orderId})`;
  const occurredAt = sql`greatest(${ctx.now.toISOString()}::timestamptz, ${newest})`;
  const rows = entries.map((entry) => ({ ...timelineRow(ctx, orderId, entry), occurredAt }));
  await tx.insert(orderTimeline).values(rows);
}
