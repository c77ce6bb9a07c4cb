import { and, eq, sql } from 'drizzle-orm';
import { recordAudit } from '../audit/audit.ts';
import { createApiKeyRow, forgetCredentials } from '../auth/api-keys.ts';
import { SCOPES } from '../auth/permissions.ts';
import type { Ctx, Deps } from '../context.ts';
import type { Db, Tx } from '../db/client.ts';
import { inTransaction } from '../db/transaction.ts';
import { platformErrors } from '../errors.ts';
import { newId } from '../ids.ts';
import { checkVersion } from '../versions.ts';
import { systemContext } from '../context.ts';
import { shopErrors } from './errors.ts';
import type { Shop } from './shop.ts';
import { shops } from './tables.ts';

export interface ShopInput {
  readonly name: string;
  readonly currency: string;
  readonly timezone: string;
  readonly countryProfile?: Shop['countryProfile'];
  readonly mode?: Shop['mode'];
  /** Milliseconds that the test clock stands apart from the real time. */
  readonly clockOffsetMs?: bigint;
}

/** Creates a shop with one secret key of every scope and one publishable key. The keys are never shown again. */
export async function createShop(
  deps: Deps,
  input: ShopInput,
): Promise<{ shop: Shop; secretKey: string; publishableKey: string }> {
  const now = deps.clock.now();
  const shop: Shop = {
    id: newId(),
    name: input.name,
    currency: checkCurrency(input.currency),
    timezone: checkTimezone(input.timezone),
    countryProfile: input.countryProfile ?? 'OTHER',
    mode: input.mode ?? 'live',
    clockOffsetMs: input.clockOffsetMs ?? 0n,
    settings: {},
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const ctx = systemContext(deps, shop, 'shops');
  return inTransaction(ctx, async (tx) => {
    await tx.insert(shops).values(shop);
    const secret = await createApiKeyRow(tx, ctx, {
      kind: 'secret',
      name: 'First secret key',
      scopes: [...SCOPES],
    });
    const publishable = await createApiKeyRow(tx, ctx, {
      kind: 'publishable',
      name: 'Shop front end',
      scopes: [],
    });
    return { shop, secretKey: secret.key, publishableKey: publishable.key };
  });
}

interface ShopChanges {
  readonly name?: string;
  readonly timezone?: string;
  readonly countryProfile?: string;
  readonly settings?: object;
}

/** Changes the shop as JSON merge patch. Refuses an unknown time zone and a stale If-Match. */
export async function updateShop(ctx: Ctx, changes: ShopChanges): Promise<Shop> {
  if (changes.timezone !== undefined) checkTimezone(changes.timezone);
  return inTransaction(ctx, async (tx) => {
    const current = await lockShop(tx, ctx.shop.id);
    checkVersion(ctx, current);
    const { settings, ...fields } = changes;
    const merged = { ...current.settings };
    for (const [name, block] of Object.entries(settings ?? {}))
      merged[name] = { ...merged[name], ...(block as object) };
    const updated = await writeShop(tx, ctx, current, {
      ...fields,
      settings: merged,
      updatedAt: ctx.realNow,
    });
    await recordAudit(tx, ctx, {
      action: 'updateShop',
      subjectType: 'shop',
      subjectId: current.id,
      details: { ...changes },
    });
    return updated;
  });
}

/** Locks the shop's row. Only settings and the test clock are changed under it, never anything hot. */
export async function lockShop(tx: Tx, shopId: string): Promise<Shop> {
  const [shop] = await tx.select().from(shops).where(eq(shops.id, shopId)).for('no key update');
  if (!shop) throw platformErrors.not_found();
  return shop;
}

/** Writes a locked shop. */
export async function writeShop(tx: Tx, ctx: Ctx, current: Shop, changes: Partial<Shop>): Promise<Shop> {
  const [updated] = await tx
    .update(shops)
    .set({ ...changes, version: sql`${shops.version} + 1` })
    .where(and(eq(shops.id, current.id), eq(shops.version, current.version)))
    .returning();
  if (!updated) throw platformErrors.version_conflict();
  forgetCredentials(tx, ctx);
  return updated;
}

/** Every shop, oldest first: for the command line, which acts on behalf of the operator. */
export const listShops = (db: Db): Promise<Shop[]> => db.select().from(shops).orderBy(shops.id);

function checkTimezone(timezone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone && timezone;
  } catch {
    throw shopErrors.unknown_timezone(undefined, { pointer: '/timezone' });
  }
}

function checkCurrency(currency: string): string {
  if (!/^[A-Z]{3}$/.test(currency)) throw new Error(`${currency} is not an ISO 4217 code`);
  return currency;
}
