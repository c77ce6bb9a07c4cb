import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { inTransaction } from '../db/transaction.ts';
import { after } from '../time.ts';
import { disableLocked } from './disable.ts';
import { findLockedEndpoint } from './repository.ts';
import { delayAfterAttempt, isFailingTooLong, judge, readRetryAfter, type Verdict } from './rules.ts';
import type { Outcome } from './send.ts';
import { deliveryStates } from './states.ts';
import {
  type WebhookDeliveryRow,
  type WebhookEndpointRow,
  webhookAttempts,
  webhookDeliveries,
  webhookEndpoints,
} from './tables.ts';

/** An attempt that was made. */
export interface Attempt extends Outcome {
  readonly startedAt: Date;
  readonly durationMs: number;
}

interface Target {
  readonly endpointId: string;
  readonly deliveryId: string;
  /** The endpoint was failing when the attempt began. */
  readonly isFailing: boolean;
}

/** Writes down an attempt and what follows from it: done, again later, over, or the endpoint disabled. */
export async function recordAttempt(ctx: Ctx, target: Target, attempt: Attempt): Promise<void> {
  const now = ctx.clock.now();
  const here = { ...ctx, realNow: now };
  const verdict = judge(attempt.statusCode);
  await inTransaction(here, async (tx) => {
    // The endpoint before its deliveries. A success on an endpoint in good health changes nothing about it.
    const endpoint =
      verdict === 'succeeded' && !target.isFailing
        ? undefined
        : await findLockedEndpoint(tx, ctx.shop.id, target.endpointId);
    await writeAttempt(tx, here, target.deliveryId, attempt, verdict);
    if (endpoint) await judgeEndpoint(tx, here, endpoint, verdict);
  });
}

async function writeAttempt(
  tx: Tx,
  ctx: Ctx,
  deliveryId: string,
  attempt: Attempt,
  verdict: Verdict,
): Promise<void> {
  const here = and(eq(webhookDeliveries.shopId, ctx.shop.id), eq(webhookDeliveries.id, deliveryId));
  const [delivery] = await tx.select().from(webhookDeliveries).where(here).for('no key update');
  // Purged while its attempt hung: there is nobody to tell.
  if (!delivery) return;
  const number = delivery.attemptCount + 1;
  await tx.insert(webhookAttempts).values({
    shopId: ctx.shop.id,
    deliveryId,
    number,
    startedAt: attempt.startedAt,
    durationMs: attempt.durationMs,
    statusCode: attempt.statusCode,
    errorCode: attempt.errorCode,
    excerpt: attempt.excerpt,
  });
  await tx
    .update(webhookDeliveries)
    .set({ attemptCount: number, ...decideNext(ctx, delivery, attempt, verdict) })
    .where(here);
}

/** What becomes of a delivery. One that was cancelled meanwhile stays so, unless it arrived. */
function decideNext(
  ctx: Ctx,
  delivery: WebhookDeliveryRow,
  attempt: Attempt,
  verdict: Verdict,
): Partial<WebhookDeliveryRow> {
  if (verdict === 'succeeded') {
    if (!deliveryStates.canMove(delivery.state, 'succeeded')) return {};
    return { state: 'succeeded', nextAttemptAt: null, finishedAt: ctx.realNow };
  }
  if (delivery.state !== 'pending') return {};
  const step = delivery.step + 1;
  const asked = readRetryAfter(attempt.statusCode, attempt.retryAfter, ctx.realNow);
  const delay = verdict === 'gone' ? undefined : delayAfterAttempt(step, Math.random(), asked);
  if (delay === undefined) return { step, state: 'failed', nextAttemptAt: null, finishedAt: ctx.realNow };
  return { step, nextAttemptAt: after(ctx.realNow, delay) };
}

/** The endpoint answered 410, or does nothing but fail for days: nothing more is sent to it. */
async function judgeEndpoint(
  tx: Tx,
  ctx: Ctx,
  endpoint: WebhookEndpointRow,
  verdict: Verdict,
): Promise<void> {
  if (endpoint.state !== 'enabled') return;
  if (verdict === 'gone') return void (await disableLocked(tx, ctx, endpoint, 'gone'));
  if (verdict === 'failed' && isFailingTooLong(endpoint.failingSince, ctx.realNow))
    return void (await disableLocked(tx, ctx, endpoint, 'failing'));
  const failingSince = verdict === 'succeeded' ? null : (endpoint.failingSince ?? ctx.realNow);
  if (failingSince === endpoint.failingSince) return;
  // Not a change that If-Match is about: the version stays.
  await tx
    .update(webhookEndpoints)
    .set({ failingSince })
    .where(and(eq(webhookEndpoints.shopId, endpoint.shopId), eq(webhookEndpoints.id, endpoint.id)));
}
