import { and, eq, sql } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import type { Reader, Tx } from '../db/client.ts';
import { preparedSql } from '../db/prepared.ts';
import { recordsJson } from '../db/records.ts';
import { platformErrors } from '../errors.ts';
import { newId } from '../ids.ts';
import { enqueueAll } from '../jobs/queue.ts';
import { laneOf } from './rules.ts';
import {
  type WebhookDeliveryRow,
  type WebhookEndpointRow,
  webhookDeliveries,
  webhookEndpoints,
} from './tables.ts';

export const DELIVER_TASK = 'webhooks.deliver';

/** What one job works through. */
export interface Lane {
  readonly shopId: string;
  readonly endpointId: string;
  readonly lane: number;
}

const endpointIs = (shopId: string, id: string) =>
  and(eq(webhookEndpoints.shopId, shopId), eq(webhookEndpoints.id, id));

/** The endpoint, or `not_found`. */
export async function getEndpointRow(on: Reader, shopId: string, id: string): Promise<WebhookEndpointRow> {
  const [row] = await on.select().from(webhookEndpoints).where(endpointIs(shopId, id));
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Locks an endpoint, always before its deliveries; undefined when it was deleted. */
export async function findLockedEndpoint(
  tx: Tx,
  shopId: string,
  id: string,
): Promise<WebhookEndpointRow | undefined> {
  const [row] = await tx.select().from(webhookEndpoints).where(endpointIs(shopId, id)).for('no key update');
  return row;
}

export async function updateEndpoint(
  tx: Tx,
  current: WebhookEndpointRow,
  changes: Partial<WebhookEndpointRow>,
  now: Date,
): Promise<WebhookEndpointRow> {
  const [row] = await tx
    .update(webhookEndpoints)
    .set({ ...changes, version: current.version + 1, updatedAt: now })
    .where(endpointIs(current.shopId, current.id))
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

/** Where a shop's feed ends now. */
export async function readFeedHead(on: Reader, shopId: string): Promise<bigint> {
  const { rows } = await on.execute<{ position: string }>(
    sql`select position from feed_heads where shop_id = ${shopId}`,
  );
  return BigInt(rows[0]?.position ?? 0);
}

/** An event for an endpoint. */
export interface NewDelivery {
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly subjectId: string;
  readonly replayNumber: number;
}

const insertRows = preparedSql(
  'insert_webhook_deliveries',
  `insert into webhook_deliveries select * from jsonb_populate_recordset(null::webhook_deliveries, $1::jsonb)`,
);

/** Sets events on their way. The caller holds a lock on the endpoints, so that none is disabled meanwhile. */
export async function insertDeliveries(
  tx: Tx,
  ctx: Ctx,
  deliveries: readonly NewDelivery[],
): Promise<WebhookDeliveryRow[]> {
  const rows = deliveries.map(
    ({ subjectId, ...delivery }): WebhookDeliveryRow => ({
      ...delivery,
      shopId: ctx.shop.id,
      id: newId(),
      lane: laneOf(subjectId),
      state: 'pending',
      attemptCount: 0,
      step: 0,
      nextAttemptAt: ctx.realNow,
      finishedAt: null,
      createdAt: ctx.realNow,
    }),
  );
  if (rows.length === 0) return rows;
  await insertRows(tx, [recordsJson(webhookDeliveries, rows)]);
  await wakeLanes(tx, rows);
  return rows;
}

const keyOf = ({ endpointId, lane }: Lane) => `webhook:${endpointId}:${lane}`;

/**
 * Enqueues the job of each lane, at most one for each. A lane is a queue of its own: its deliveries go one after the other,
 * and one endpoint never takes more workers than it has lanes. `isFailing`: after everybody else's.
 */
export async function wakeLanes(tx: Tx, lanes: readonly Lane[], isFailing = false): Promise<void> {
  const byKey = new Map(lanes.map((lane) => [keyOf(lane), lane]));
  // Sorted, so that two who wake the same lanes wait for each other instead of locking each other out.
  const sorted = [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1));
  await enqueueAll(
    tx,
    sorted.map(([key, { shopId, endpointId, lane }]) => ({
      task: DELIVER_TASK,
      payload: { shopId, endpointId, lane },
      key,
      queue: key,
      ...(isFailing ? { priority: 10 } : {}),
    })),
  );
}

/** Enqueues a lane's job for later, under another key: being woken in between does not wait for it. */
export const wakeLaneAt = (tx: Tx, { shopId, endpointId, lane }: Lane, runAt: Date): Promise<void> =>
  enqueueAll(tx, [
    {
      task: DELIVER_TASK,
      payload: { shopId, endpointId, lane },
      key: `${keyOf({ shopId, endpointId, lane })}:later`,
      queue: keyOf({ shopId, endpointId, lane }),
      runAt,
    },
  ]);
