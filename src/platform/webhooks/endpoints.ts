import { and, count, desc, eq } from 'drizzle-orm';
import { recordAudit } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { inTransaction } from '../db/transaction.ts';
import { platformErrors } from '../errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../http/pagination.ts';
import { newId } from '../ids.ts';
import { createSealing } from '../sealing.ts';
import { lockShop } from '../shops/manage.ts';
import { after, HOUR_MS } from '../time.ts';
import { checkVersion } from '../versions.ts';
import { findUrlFault } from './addresses.ts';
import { cancelPending, disableLocked } from './disable.ts';
import { webhookErrors } from './errors.ts';
import { findLockedEndpoint, getEndpointRow, readFeedHead, updateEndpoint } from './repository.ts';
import { bindingOf } from './secrets.ts';
import { makeWebhookSecret } from './signature.ts';
import { type WebhookEndpointRow, webhookEndpoints } from './tables.ts';

const MAX_ENDPOINTS = 50;
const MAX_METADATA = 50;

interface EndpointInput {
  readonly url: string;
  readonly description?: string | null;
  readonly types: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

interface EndpointChanges {
  readonly url?: string;
  readonly description?: string | null;
  readonly types?: readonly string[];
  readonly metadata?: Readonly<Record<string, string | null>>;
}

/** An endpoint with its secret: only where the secret is new. */
export interface EndpointWithSecret {
  readonly row: WebhookEndpointRow;
  readonly secret: string;
}

/**
 * Makes an endpoint, which gets the events from now on. `knownTypes`: every type that can be asked for. Refusals:
 * webhook_url_refused, unknown_event_type, too_many_webhook_endpoints.
 */
export async function createWebhookEndpoint(
  ctx: Ctx,
  knownTypes: ReadonlySet<string>,
  input: EndpointInput,
): Promise<EndpointWithSecret> {
  checkUrl(ctx, input.url);
  checkTypes(knownTypes, input.types);
  const [id, secret] = [newId(), makeWebhookSecret()];
  return inTransaction(ctx, async (tx) => {
    // Two who make the last one at once wait here for each other.
    await lockShop(tx, ctx.shop.id);
    await checkCount(tx, ctx);
    const row: WebhookEndpointRow = {
      shopId: ctx.shop.id,
      id,
      url: new URL(input.url).href,
      description: input.description ?? null,
      types: [...input.types],
      state: 'enabled',
      disabledReason: null,
      disabledAt: null,
      failingSince: null,
      secret: createSealing(ctx.config).seal(secret, bindingOf(ctx.shop.id, id)),
      previousSecret: null,
      previousSecretExpiresAt: null,
      startPosition: await readFeedHead(tx, ctx.shop.id),
      metadata: { ...input.metadata },
      version: 1,
      createdAt: ctx.realNow,
      updatedAt: ctx.realNow,
    };
    await tx.insert(webhookEndpoints).values(row);
    await audit(tx, ctx, 'createWebhookEndpoint', id, { types: row.types });
    return { row, secret };
  });
}

/** The endpoints of the shop, newest first. */
export async function listWebhookEndpoints(
  ctx: Ctx,
  query: { limit: number; cursor?: string },
): Promise<Page<WebhookEndpointRow>> {
  const cursor = afterKey([webhookEndpoints.id], readCursor('webhook-endpoints', query), 'desc');
  const rows = await ctx.db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.shopId, ctx.shop.id), cursor))
    .orderBy(desc(webhookEndpoints.id))
    .limit(query.limit + 1);
  return toPage('webhook-endpoints', query, rows, (row) => [row.id]);
}

export const getWebhookEndpoint = (ctx: Ctx, id: string): Promise<WebhookEndpointRow> =>
  getEndpointRow(ctx.db, ctx.shop.id, id);

/** Changes an endpoint as JSON merge patch. Refusals: webhook_url_refused, unknown_event_type. */
export async function updateWebhookEndpoint(
  ctx: Ctx,
  knownTypes: ReadonlySet<string>,
  id: string,
  changes: EndpointChanges,
): Promise<WebhookEndpointRow> {
  if (changes.url !== undefined) checkUrl(ctx, changes.url);
  return inTransaction(ctx, async (tx) => {
    const current = await lockEndpoint(tx, ctx, id);
    // A type that is retired one day stays where it was asked for before.
    checkTypes(new Set([...knownTypes, ...current.types]), changes.types ?? []);
    const updated = await updateEndpoint(tx, current, mergeChanges(current, changes), ctx.realNow);
    await audit(tx, ctx, 'updateWebhookEndpoint', id, { changedFields: Object.keys(changes) });
    return updated;
  });
}

/** Deletes an endpoint. What was on its way is cancelled; the log stays as long as any. */
export async function deleteWebhookEndpoint(ctx: Ctx, id: string): Promise<WebhookEndpointRow> {
  return inTransaction(ctx, async (tx) => {
    const endpoint = await lockEndpoint(tx, ctx, id);
    await cancelPending(tx, ctx, id);
    await tx
      .delete(webhookEndpoints)
      .where(and(eq(webhookEndpoints.shopId, ctx.shop.id), eq(webhookEndpoints.id, id)));
    await audit(tx, ctx, 'deleteWebhookEndpoint', id, {});
    return endpoint;
  });
}

/** Sends to an endpoint again what happens from now on. What it missed can be replayed. */
export async function enableWebhookEndpoint(ctx: Ctx, id: string): Promise<WebhookEndpointRow> {
  return inTransaction(ctx, async (tx) => {
    const endpoint = await lockEndpoint(tx, ctx, id);
    if (endpoint.state === 'enabled') return endpoint;
    const changes = {
      state: 'enabled',
      disabledReason: null,
      disabledAt: null,
      failingSince: null,
      startPosition: await readFeedHead(tx, ctx.shop.id),
    } as const;
    const enabled = await updateEndpoint(tx, endpoint, changes, ctx.realNow);
    await audit(tx, ctx, 'enableWebhookEndpoint', id, {});
    return enabled;
  });
}

/** Stops sending to an endpoint; what is on its way is cancelled. */
export async function disableWebhookEndpoint(ctx: Ctx, id: string): Promise<WebhookEndpointRow> {
  return inTransaction(ctx, async (tx) => {
    const endpoint = await lockEndpoint(tx, ctx, id);
    return endpoint.state === 'disabled' ? endpoint : disableLocked(tx, ctx, endpoint, 'staff');
  });
}

/** Gives an endpoint a new secret. The one before counts beside it for so many hours; any older one at once no more. */
export async function rotateWebhookSecret(
  ctx: Ctx,
  id: string,
  previousSecretHours: number,
): Promise<EndpointWithSecret> {
  const secret = makeWebhookSecret();
  return inTransaction(ctx, async (tx) => {
    const current = await lockEndpoint(tx, ctx, id);
    const keeps = previousSecretHours > 0;
    const changes = {
      secret: createSealing(ctx.config).seal(secret, bindingOf(ctx.shop.id, id)),
      previousSecret: keeps ? current.secret : null,
      previousSecretExpiresAt: keeps ? after(ctx.realNow, previousSecretHours * HOUR_MS) : null,
    };
    const row = await updateEndpoint(tx, current, changes, ctx.realNow);
    await audit(tx, ctx, 'rotateWebhookSecret', id, { previousSecretHours });
    return { row, secret };
  });
}

async function lockEndpoint(tx: Tx, ctx: Ctx, id: string): Promise<WebhookEndpointRow> {
  const endpoint = await findLockedEndpoint(tx, ctx.shop.id, id);
  if (!endpoint) throw platformErrors.not_found();
  checkVersion(ctx, endpoint);
  return endpoint;
}

// The address is not written down: the path of a webhook is often a secret of the receiver's.
const audit = (tx: Tx, ctx: Ctx, action: string, subjectId: string, details: Record<string, unknown>) =>
  recordAudit(tx, ctx, { action, subjectType: 'webhook_endpoint', subjectId, details });

function checkUrl(ctx: Ctx, url: string): void {
  const allowsPrivate = ctx.config.webhookPrivateAddresses;
  const fault = findUrlFault(url, { isLive: ctx.shop.mode === 'live', allowsPrivate });
  if (fault !== undefined) throw webhookErrors.webhook_url_refused(`The URL ${fault}.`, { pointer: '/url' });
}

function checkTypes(known: ReadonlySet<string>, types: readonly string[]): void {
  const violations = types.flatMap((type, index) =>
    known.has(type)
      ? []
      : [
          {
            in: 'body' as const,
            pointer: `/types/${index}`,
            code: 'unknown_event_type',
            detail: `${type} is none`,
          },
        ],
  );
  if (violations.length > 0) throw webhookErrors.unknown_event_type(undefined, { violations });
}

async function checkCount(tx: Tx, ctx: Ctx): Promise<void> {
  const [found] = await tx
    .select({ total: count() })
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.shopId, ctx.shop.id));
  if ((found?.total ?? 0) >= MAX_ENDPOINTS) throw webhookErrors.too_many_webhook_endpoints();
}

function mergeChanges(current: WebhookEndpointRow, changes: EndpointChanges): Partial<WebhookEndpointRow> {
  const metadata = Object.fromEntries(
    Object.entries({ ...current.metadata, ...changes.metadata }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    ),
  );
  if (Object.keys(metadata).length > MAX_METADATA) {
    const detail = 'holds 50 keys at most';
    throw platformErrors.validation_failed(undefined, {
      violations: [{ in: 'body', pointer: '/metadata', code: 'too_many', detail }],
    });
  }
  return {
    metadata,
    ...(changes.url === undefined ? {} : { url: new URL(changes.url).href }),
    ...(changes.description === undefined ? {} : { description: changes.description }),
    ...(changes.types === undefined ? {} : { types: [...changes.types] }),
  };
}
