import { and, desc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { isUniqueViolation } from '../../../platform/db/constraints.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../../../platform/http/pagination.ts';
import { shippingErrors } from '../errors.ts';
import type { FreightRule } from './rules.ts';
import { type FreightTemplate, freightTemplates as templates } from './tables.ts';

/** The template, or `not_found`. */
export async function getTemplate(on: Reader, shopId: string, id: string): Promise<FreightTemplate> {
  const [found] = await on
    .select()
    .from(templates)
    .where(and(eq(templates.shopId, shopId), eq(templates.id, id)));
  if (!found) throw platformErrors.not_found();
  return found;
}

/** Templates, newest first, also archived ones. Along the primary key. */
export async function listTemplateRows(
  on: Reader,
  shopId: string,
  query: { limit: number; cursor?: string },
): Promise<Page<FreightTemplate>> {
  const rows = await on
    .select()
    .from(templates)
    .where(
      and(
        eq(templates.shopId, shopId),
        afterKey([templates.id], readCursor('freight-templates', query), 'desc'),
      ),
    )
    .orderBy(desc(templates.id))
    .limit(query.limit + 1);
  return toPage('freight-templates', query, rows, ({ id }) => [id]);
}

/**
 * Makes the changes of a shop's templates wait for each other: which one is the default, and which falls back on which, are
 * decided over several rows. Products that name a template hold it with a weaker lock and do not wait for this.
 */
export const lockTemplates = async (tx: Tx, shopId: string): Promise<void> =>
  void (await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`freight:${shopId}`}, 0))`));

/** Locks a template against products that begin to name it. */
export async function lockTemplate(tx: Tx, shopId: string, id: string): Promise<FreightTemplate> {
  const [found] = await tx
    .select()
    .from(templates)
    .where(and(eq(templates.shopId, shopId), eq(templates.id, id)))
    .for('update');
  if (!found) throw platformErrors.not_found();
  return found;
}

export async function insertTemplate(tx: Tx, row: FreightTemplate): Promise<void> {
  await tx.insert(templates).values(row).catch(throwNameTaken);
}

/** Changes a locked template; its version rises. */
export async function updateTemplateRow(
  tx: Tx,
  current: FreightTemplate,
  changes: Partial<FreightTemplate>,
): Promise<FreightTemplate> {
  const [row] = await tx
    .update(templates)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(templates.shopId, current.shopId),
        eq(templates.id, current.id),
        eq(templates.version, current.version),
      ),
    )
    .returning()
    .catch(throwNameTaken);
  if (!row) throw platformErrors.version_conflict();
  return row;
}

function throwNameTaken(error: unknown): never {
  throw isUniqueViolation(error, 'freight_templates_name_key')
    ? shippingErrors.freight_template_name_taken(undefined, { pointer: '/name' })
    : error;
}

// Along freight_templates_default_key.
const dropDefault = preparedSql(
  'drop_default_freight_template',
  `update freight_templates set is_default = false, version = version + 1, updated_at = $3
   where shop_id = $1 and is_default and id <> $2`,
);

/** No other template is the default any longer. */
export const clearDefault = async (tx: Tx, shopId: string, id: string, now: Date): Promise<void> =>
  void (await dropDefault(tx, [shopId, id, now]));

// Along freight_templates_fallback_idx.
const selectFalling = preparedSql<{ id: string }>(
  'select_falling_freight_templates',
  `select id from freight_templates where shop_id = $1 and fallback_id = $2 and archived_at is null limit 1`,
);

/** Whether another template falls back on it. */
export const isFallback = async (on: Reader, shopId: string, id: string): Promise<boolean> =>
  (await selectFalling(on, [shopId, id])).length > 0;

/** What pricing needs of a template. */
export interface TemplateTerms {
  readonly id: string;
  readonly name: string;
  readonly rule: FreightRule;
  readonly fallbackId: string | null;
  readonly isDefault: boolean;
  readonly version: number;
}

// By the primary key and freight_templates_default_key, and from each template to those that it falls back on; union, not union
// all, would end a circle if there were one.
const selectTerms = preparedSql<{
  id: string;
  name: string;
  rule: FreightRule;
  fallback_id: string | null;
  is_default: boolean;
  version: number;
}>(
  'select_freight_terms',
  `with recursive chain as (
     select id, fallback_id from freight_templates where shop_id = $1 and id = any($2::uuid[])
     union
     select id, fallback_id from freight_templates where shop_id = $1 and is_default
     union
     select t.id, t.fallback_id from chain c join freight_templates t on t.shop_id = $1 and t.id = c.fallback_id
   )
   select t.id, t.name, t.rule, t.fallback_id, t.is_default, t.version
   from (select distinct id from chain) c join freight_templates t on t.shop_id = $1 and t.id = c.id`,
);

/** These templates, the default one, and all that they fall back on. */
export async function findTemplateTerms(
  on: Reader,
  shopId: string,
  ids: readonly string[],
): Promise<TemplateTerms[]> {
  const rows = await selectTerms(on, [shopId, ids]);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    rule: row.rule,
    fallbackId: row.fallback_id,
    isDefault: row.is_default,
    version: row.version,
  }));
}

// By the primary key, in the order of the ids. A key share lock: who archives the template waits, and nobody else.
const holdMany = preparedSql<{ id: string; archived: boolean }>(
  'hold_freight_templates',
  `select id, archived_at is not null as archived from freight_templates
   where shop_id = $1 and id = any($2::uuid[]) order by id for key share`,
);

/** Of these templates, those that a product may name; they are not archived until the transaction ends. */
export const holdUsable = async (
  tx: Tx,
  shopId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> =>
  new Set((await holdMany(tx, [shopId, ids])).filter(({ archived }) => !archived).map(({ id }) => id));
