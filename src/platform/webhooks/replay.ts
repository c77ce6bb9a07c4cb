import type { Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { preparedSql } from '../db/prepared.ts';
import { inTransaction } from '../db/transaction.ts';
import { platformErrors, type Violation } from '../errors.ts';
import { webhookErrors } from './errors.ts';
import { findLockedEndpoint, insertDeliveries } from './repository.ts';
import type { WebhookEndpointRow } from './tables.ts';

/** Events that one call sets on their way. */
const MAX_EVENTS = 1_000;

interface ReplayInput {
  readonly eventIds?: readonly string[];
  readonly fromAt?: string;
  readonly toAt?: string;
  readonly types?: readonly string[];
  /** The answer's `continueAfter` of the call before. */
  readonly after?: string;
}

interface Replay {
  readonly enqueuedCount: number;
  /** Where the next call continues; null when everything was taken. */
  readonly continueAfter: string | null;
}

interface Match {
  readonly id: string;
  readonly position: bigint;
  readonly type: string;
  readonly subject_id: string;
  readonly replays: number;
}

// How often the event was sent to the endpoint already, along webhook_deliveries_event_key.
const REPLAYS = `(select coalesce(max(d.replay_number) + 1, 0) from webhook_deliveries d
  where d.shop_id = o.shop_id and d.endpoint_id = $2 and d.event_id = o.id)::int as replays`;

const findByIds = preparedSql<Match>(
  'find_events_to_replay_by_id',
  `select o.id, o.position, o.type, o.subject_id, ${REPLAYS} from outbox o
   where o.shop_id = $1 and o.id = any($3) and o.type <> 'webhook.test' order by o.position`,
);

// By outbox_recorded_idx, which is small enough to cost a write nothing, then in the order of the feed.
const findByTime = preparedSql<Match>(
  'find_events_to_replay_by_time',
  `select o.id, o.position, o.type, o.subject_id, ${REPLAYS} from outbox o
   where o.shop_id = $1 and o.recorded_at >= $3 and o.recorded_at < $4 and o.position > $5
     and o.type <> 'webhook.test' and ($6::text[] = '{}' or o.type = any($6))
   order by o.position limit ${MAX_EVENTS + 1}`,
);

/**
 * Sends committed events to an endpoint once more, by their ids or by the real time at which they were recorded. Refusals:
 * not_found, validation_failed, unknown_event, webhook_endpoint_disabled.
 */
export async function replayWebhooks(ctx: Ctx, endpointId: string, input: ReplayInput): Promise<Replay> {
  checkChoice(input);
  return inTransaction(ctx, async (tx) => {
    // Two replays at once wait here for each other, so that their deliveries are told apart.
    const endpoint = await findLockedEndpoint(tx, ctx.shop.id, endpointId);
    if (!endpoint) throw platformErrors.not_found();
    if (endpoint.state !== 'enabled') throw webhookErrors.webhook_endpoint_disabled();
    const found =
      input.eventIds === undefined
        ? await findTimed(tx, ctx, endpoint, input)
        : await findNamed(tx, ctx, endpointId, input.eventIds);
    const taken = found.slice(0, MAX_EVENTS);
    await insertDeliveries(
      tx,
      ctx,
      taken.map((event) => ({
        endpointId,
        eventId: event.id,
        eventType: event.type,
        subjectId: event.subject_id,
        replayNumber: Math.max(1, event.replays),
      })),
    );
    const last = taken.at(-1);
    const isAll = found.length <= MAX_EVENTS || last === undefined;
    return { enqueuedCount: taken.length, continueAfter: isAll ? null : `c${last.position}` };
  });
}

const findTimed = (tx: Tx, ctx: Ctx, endpoint: WebhookEndpointRow, input: ReplayInput): Promise<Match[]> =>
  findByTime(tx, [
    ctx.shop.id,
    endpoint.id,
    new Date(input.fromAt ?? 0),
    input.toAt === undefined ? ctx.realNow : new Date(input.toAt),
    input.after === undefined ? 0n : BigInt(input.after.slice(1)),
    input.types?.length ? input.types : endpoint.types,
  ]);

async function findNamed(
  tx: Tx,
  ctx: Ctx,
  endpointId: string,
  eventIds: readonly string[],
): Promise<Match[]> {
  const found = await findByIds(tx, [ctx.shop.id, endpointId, eventIds]);
  const known = new Set(found.map(({ id }) => id));
  const violations = eventIds.flatMap((id, index): Violation[] =>
    known.has(id.toLowerCase())
      ? []
      : [{ in: 'body', pointer: `/eventIds/${index}`, code: 'unknown_event', detail: `${id} is none` }],
  );
  if (violations.length > 0) throw webhookErrors.unknown_event(undefined, { violations });
  return found;
}

function checkChoice({ eventIds, fromAt, toAt, types, after }: ReplayInput): void {
  const timed = [fromAt, toAt, types, after].some((value) => value !== undefined);
  if (eventIds === undefined && fromAt === undefined)
    throw refuse('', 'either eventIds or fromAt must be given');
  if (eventIds !== undefined && timed) throw refuse('/eventIds', 'stands alone');
  if (fromAt !== undefined && toAt !== undefined && new Date(fromAt) >= new Date(toAt))
    throw refuse('/toAt', 'must be after fromAt');
}

const refuse = (pointer: string, detail: string) =>
  platformErrors.validation_failed(undefined, {
    violations: [{ in: 'body', pointer, code: 'one_of', detail }],
  });
