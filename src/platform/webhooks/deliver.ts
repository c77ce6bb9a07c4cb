import { type Ctx, type Deps, systemContext } from '../context.ts';
import { preparedSql } from '../db/prepared.ts';
import { inTransaction } from '../db/transaction.ts';
import { createSealing } from '../sealing.ts';
import { getShop } from '../shops/shop.ts';
import { after } from '../time.ts';
import { cancelPending } from './disable.ts';
import { type Attempt, recordAttempt } from './outcomes.ts';
import { type Lane, wakeLaneAt, wakeLanes } from './repository.ts';
import { type SealedSecrets, secretsOf } from './secrets.ts';
import { createSender, type Sender, sendWebhook, withoutAnswer } from './send.ts';
import { signWebhook } from './signature.ts';
import type { WebhookEndpointRow } from './tables.ts';

// A job ends after so many deliveries or so much time, so that other endpoints get their turn.
const DELIVERIES_PER_JOB = 25;
const JOB_MS = 5_000;
// The clock of this process and that of the database are not the same: what is due in a moment is due.
const EARLY_MS = 1_000;

interface NextDelivery {
  readonly id: string;
  readonly next_attempt_at: Date;
  readonly event_id: string;
  readonly type: string;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly data: Record<string, unknown>;
  readonly occurred_at: Date;
  readonly recorded_at: Date;
}

// Along webhook_deliveries_due_idx.
const findNext = preparedSql<NextDelivery>(
  'find_next_webhook_delivery',
  `select d.id, d.next_attempt_at, o.id as event_id, o.type, o.subject_type, o.subject_id, o.data, o.occurred_at,
     o.recorded_at
   from webhook_deliveries d join outbox o on o.shop_id = d.shop_id and o.id = d.event_id
   where d.shop_id = $1 and d.endpoint_id = $2 and d.lane = $3 and d.next_attempt_at is not null
   order by d.next_attempt_at, d.id limit 1`,
);

interface Endpoint extends SealedSecrets {
  readonly url: string;
  readonly state: WebhookEndpointRow['state'];
  readonly failing_since: Date | null;
}

const readEndpoint = preparedSql<Endpoint>(
  'read_webhook_endpoint',
  `select url, state, failing_since, secret, previous_secret, previous_secret_expires_at
   from webhook_endpoints where shop_id = $1 and id = $2`,
);

/**
 * Sends what is due in one lane of an endpoint, one after the other, and writes down each answer. A worker that dies in
 * between has written nothing of that attempt, so that it is made again: at least once.
 */
export async function deliverLane(
  deps: Deps,
  lane: Lane,
  sender: Sender = createSender(deps.config),
): Promise<void> {
  const endAt = after(deps.clock.now(), JOB_MS);
  const key = [lane.shopId, lane.endpointId];
  for (let sent = 0; ; sent += 1) {
    const ctx = systemContext(deps, await getShop(deps.db, lane.shopId), 'webhooks');
    const [endpoint] = await readEndpoint(deps.db, key);
    const [next] = await findNext(deps.db, [...key, lane.lane]);
    if (!next) return;
    if (endpoint?.state !== 'enabled') {
      await inTransaction(ctx, (tx) => cancelPending(tx, ctx, lane.endpointId));
      return;
    }
    const isFailing = endpoint.failing_since !== null;
    if (next.next_attempt_at > after(ctx.realNow, EARLY_MS)) {
      await inTransaction(ctx, (tx) => wakeLaneAt(tx, lane, next.next_attempt_at));
      return;
    }
    // A failing endpoint gets one attempt per job, and the next after everybody else's.
    if (sent >= DELIVERIES_PER_JOB || ctx.realNow >= endAt || (sent > 0 && isFailing)) {
      await inTransaction(ctx, (tx) => wakeLanes(tx, [lane], isFailing));
      return;
    }
    const attempt = await attemptDelivery(ctx, sender, { ...endpoint, id: lane.endpointId }, next);
    await recordAttempt(ctx, { endpointId: lane.endpointId, deliveryId: next.id, isFailing }, attempt);
  }
}

async function attemptDelivery(
  ctx: Ctx,
  sender: Sender,
  endpoint: Endpoint & { readonly id: string },
  event: NextDelivery,
): Promise<Attempt> {
  const body = JSON.stringify(presentEvent(event));
  const startedAt = ctx.clock.now();
  const secrets = openSecrets(ctx, endpoint, startedAt);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Makegood-Webhooks/1',
    ...signWebhook(secrets ?? [], event.event_id, startedAt, body),
  };
  const outcome = secrets
    ? await sendWebhook(sender, endpoint.url, headers, body)
    : withoutAnswer('secret_unreadable');
  const durationMs = Math.max(0, ctx.clock.now().getTime() - startedAt.getTime());
  return { ...outcome, startedAt, durationMs };
}

// A secret sealed under another TOKEN_SECRET: the endpoint needs a new one. Until then its deliveries fail like any.
function openSecrets(ctx: Ctx, endpoint: Endpoint & { readonly id: string }, now: Date) {
  try {
    return secretsOf(createSealing(ctx.config), ctx.shop.id, endpoint.id, endpoint, now);
  } catch (error) {
    ctx.log.error(
      { err: error, endpointId: endpoint.id },
      'the secret of a webhook endpoint is not readable',
    );
    return undefined;
  }
}

/** The event as the change feed has it, with the `timestamp` of Standard Webhooks: the real time, in test shops too. */
const presentEvent = (event: NextDelivery) => ({
  id: event.event_id,
  type: event.type,
  timestamp: event.recorded_at.toISOString(),
  subjectType: event.subject_type,
  subjectId: event.subject_id,
  occurredAt: event.occurred_at.toISOString(),
  data: event.data,
});
