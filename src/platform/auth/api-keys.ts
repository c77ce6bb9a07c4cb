import { and, desc, eq } from 'drizzle-orm';
import { recordAudit } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import { platformErrors, type Violation } from '../errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../http/pagination.ts';
import { newId } from '../ids.ts';
import { shopErrors } from '../shops/errors.ts';
import { hashKey, makeApiKey } from './credentials.ts';
import { type ApiKeyRow, apiKeys } from './tables.ts';

interface ApiKeyInput {
  readonly kind: 'secret' | 'publishable';
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt?: Date | null;
}

/** Makes a key and stores its hash. The key itself is in the answer and nowhere else. */
export async function createApiKeyRow(
  tx: Tx,
  ctx: Ctx,
  input: ApiKeyInput,
): Promise<{ row: ApiKeyRow; key: string }> {
  const key = makeApiKey(input.kind, ctx.shop.mode, ctx.shop.id);
  const row: ApiKeyRow = {
    shopId: ctx.shop.id,
    id: newId(),
    kind: input.kind,
    name: input.name,
    hash: hashKey(key),
    hint: `${key.slice(0, 8)}…${key.slice(-4)}`,
    scopes: [...input.scopes],
    expiresAt: input.expiresAt ?? null,
    revokedAt: null,
    createdAt: ctx.realNow,
  };
  await tx.insert(apiKeys).values(row);
  return { row, key };
}

/**
 * Creates an API key. A publishable key has no scopes: what it may call is fixed. A secret one gets none that its maker lacks,
 * else a key that may make keys could do everything. Refusals: insufficient_scope, key_already_expired.
 */
export async function createApiKey(ctx: Ctx, input: ApiKeyInput): Promise<{ row: ApiKeyRow; key: string }> {
  if (input.expiresAt && input.expiresAt <= ctx.realNow)
    throw shopErrors.key_already_expired(undefined, { pointer: '/expiresAt' });
  return inTransaction(ctx, async (tx) => {
    if (input.kind === 'secret' && ctx.actor.kind === 'api_key') await checkScopes(tx, ctx, input.scopes);
    const created = await createApiKeyRow(
      tx,
      ctx,
      input.kind === 'secret' ? input : { ...input, scopes: [] },
    );
    const details = { kind: input.kind, scopes: created.row.scopes };
    await recordAudit(tx, ctx, {
      action: 'createApiKey',
      subjectType: 'api_key',
      subjectId: created.row.id,
      details,
    });
    return created;
  });
}

async function checkScopes(tx: Tx, ctx: Ctx, scopes: readonly string[]): Promise<void> {
  const [maker] = await tx
    .select({ scopes: apiKeys.scopes })
    .from(apiKeys)
    .where(and(eq(apiKeys.shopId, ctx.shop.id), eq(apiKeys.id, ctx.actor.id)));
  const held = new Set<string>(maker?.scopes ?? []);
  const violations = scopes.flatMap((scope, index): Violation[] =>
    held.has(scope)
      ? []
      : [
          {
            in: 'body',
            pointer: `/scopes/${index}`,
            code: 'insufficient_scope',
            detail: `${scope} is not yours to give`,
          },
        ],
  );
  if (violations.length > 0)
    throw platformErrors.insufficient_scope('A key gives no scopes that it does not have.', { violations });
}

/** The keys of the shop, newest first, also those that are revoked. */
export async function listApiKeys(
  ctx: Ctx,
  query: { limit: number; cursor?: string },
): Promise<Page<ApiKeyRow>> {
  const after = afterKey([apiKeys.id], readCursor('api-keys', query), 'desc');
  const rows = await ctx.db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.shopId, ctx.shop.id), after))
    .orderBy(desc(apiKeys.id))
    .limit(query.limit + 1);
  return toPage('api-keys', query, rows, (row) => [row.id]);
}

/** Revokes a key at once and for good. Revoking it again changes nothing. */
export async function revokeApiKey(ctx: Ctx, id: string): Promise<ApiKeyRow> {
  return inTransaction(ctx, async (tx) => {
    const here = and(eq(apiKeys.shopId, ctx.shop.id), eq(apiKeys.id, id));
    const [key] = await tx.select().from(apiKeys).where(here).for('no key update');
    if (!key) throw platformErrors.not_found();
    if (key.revokedAt) return key;
    await tx.update(apiKeys).set({ revokedAt: ctx.realNow }).where(here);
    forgetCredentials(tx, ctx);
    await recordAudit(tx, ctx, { action: 'revokeApiKey', subjectType: 'api_key', subjectId: id });
    return { ...key, revokedAt: ctx.realNow };
  });
}

/** This process forgets the shop's credentials before the change is answered; the others are told by the database. */
export const forgetCredentials = (tx: Tx, ctx: Ctx): void =>
  afterCommit(tx, () => ctx.known?.forget(ctx.shop.id));
