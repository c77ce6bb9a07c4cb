import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { type EventDefinition, eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { loadRegions } from '../../../platform/regions.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { catalogueErrors } from '../../catalogue/errors.ts';
import { isTemplateNamed } from '../../catalogue/sellables.ts';
import { shippingErrors } from '../errors.ts';
import { freightTemplateEvents } from '../events.ts';
import {
  clearDefault,
  getTemplate,
  insertTemplate,
  isFallback,
  listTemplateRows,
  lockTemplate,
  lockTemplates,
  updateTemplateRow,
} from './repository.ts';
import type { FreightRule } from './rules.ts';
import type { FreightOrigin, FreightTemplate } from './tables.ts';
import { type CanonicalRegion, findTemplateFaults, withCanonicalRegions } from './template-rules.ts';

export interface TemplateInput extends FreightRule {
  readonly name: string;
  readonly origin: FreightOrigin | null;
  readonly fallbackId: string | null;
  readonly isDefault: boolean;
}

// A longer chain is a mistake sooner than a wish, and every order would have to follow it.
const MOST_FALLBACKS = 5;

/** Makes a freight template. Refusals: freight_template_inconsistent, _circular, _not_found, _name_taken. */
export async function createTemplate(ctx: Ctx, input: TemplateInput): Promise<FreightTemplate> {
  const { name, origin, fallbackId, isDefault, ...given } = input;
  const rule = await checkRule(given, origin);
  const row: FreightTemplate = {
    shopId: ctx.shop.id,
    id: newId(),
    name,
    origin,
    rule,
    fallbackId,
    isDefault,
    archivedAt: null,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  return inTransaction(ctx, async (tx) => {
    await lockTemplates(tx, ctx.shop.id);
    await checkFallback(tx, row);
    if (isDefault) await clearDefault(tx, ctx.shop.id, row.id, ctx.now);
    await insertTemplate(tx, row);
    await tell(tx, ctx, freightTemplateEvents.created, row);
    return row;
  });
}

/**
 * Changes a template for baskets from now on; orders keep what they were charged. Refusals: as createTemplate, and
 * freight_template_archived.
 */
export async function updateTemplate(
  ctx: Ctx,
  id: string,
  changes: Partial<TemplateInput>,
): Promise<FreightTemplate> {
  return inTransaction(ctx, async (tx) => {
    await lockTemplates(tx, ctx.shop.id);
    const current = await lockTemplate(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    if (current.archivedAt) throw shippingErrors.freight_template_archived();
    refuseOtherUnits(current, changes);
    const { name, origin, fallbackId, isDefault, ...given } = { ...inputOf(current), ...changes };
    const rule = await checkRule(given, origin);
    const next = { name, origin, rule, fallbackId, isDefault, updatedAt: ctx.now };
    await checkFallback(tx, { ...current, ...next });
    if (isDefault) await clearDefault(tx, ctx.shop.id, id, ctx.now);
    const row = await updateTemplateRow(tx, current, next);
    await tell(tx, ctx, freightTemplateEvents.updated, row);
    return row;
  });
}

/** A tariff of 6.00 for the first piece must not become one for the first gram because only the basis was changed. */
function refuseOtherUnits({ rule }: FreightTemplate, { chargedBy, zones }: Partial<TemplateInput>): void {
  if (chargedBy === undefined || chargedBy === rule.chargedBy || zones !== undefined) return;
  throw shippingErrors.freight_template_inconsistent(
    `The zones are told in units of ${rule.chargedBy}: tell them again with another basis.`,
    { pointer: '/chargedBy' },
  );
}

const inputOf = ({ name, origin, fallbackId, isDefault, rule }: FreightTemplate): TemplateInput => ({
  ...rule,
  name,
  origin,
  fallbackId,
  isDefault,
});

/** Ends the use of a template. Refusal: freight_template_in_use, while something would be charged by it. */
export async function archiveTemplate(ctx: Ctx, id: string): Promise<FreightTemplate> {
  return inTransaction(ctx, async (tx) => {
    await lockTemplates(tx, ctx.shop.id);
    const current = await lockTemplate(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    if (current.archivedAt) return current;
    const usedBy = await findUse(tx, current);
    if (usedBy) throw shippingErrors.freight_template_in_use(undefined, { extra: { usedBy } });
    const row = await updateTemplateRow(tx, current, { archivedAt: ctx.now, updatedAt: ctx.now });
    await tell(tx, ctx, freightTemplateEvents.archived, row);
    return row;
  });
}

async function findUse(tx: Tx, { shopId, id, isDefault }: FreightTemplate) {
  if (isDefault) return 'shop';
  if (await isFallback(tx, shopId, id)) return 'templates';
  return (await isTemplateNamed(tx, shopId, id)) ? 'products' : undefined;
}

/** A template, or `not_found`. */
export const readTemplate = (ctx: Ctx, id: string): Promise<FreightTemplate> =>
  getTemplate(ctx.db, ctx.shop.id, id);

/** Templates, newest first. */
export const readTemplates = (
  ctx: Ctx,
  query: { limit: number; cursor?: string },
): Promise<Page<FreightTemplate>> => listTemplateRows(ctx.db, ctx.shop.id, query);

/** The rule with one code for each of its regions; refuses what contradicts itself, all at once. */
async function checkRule(rule: FreightRule, origin: FreightOrigin | null): Promise<FreightRule> {
  const regions = await loadRegions();
  const canonical: CanonicalRegion = (code) => regions.find(code)?.code;
  const faults = findTemplateFaults(rule, canonical);
  if (origin && !regions.find(origin.country))
    faults.push({ pointer: '/origin/country', detail: `There is no country ${origin.country}.` });
  if (origin?.regionCode && regions.chainOf(origin.regionCode).at(-1) !== origin.country)
    faults.push({ pointer: '/origin/regionCode', detail: `${origin.country} has no such region.` });
  if (faults.length === 0) return withCanonicalRegions(rule, canonical);
  const code = 'freight_template_inconsistent';
  const violations = faults.map((fault) => ({ in: 'body' as const, code, ...fault }));
  throw shippingErrors.freight_template_inconsistent(undefined, { violations });
}

async function checkFallback(tx: Tx, template: FreightTemplate): Promise<void> {
  const pointer = '/fallbackId';
  let next = template.fallbackId;
  for (let depth = 1; next !== null; depth += 1) {
    if (next === template.id) throw shippingErrors.freight_template_circular(undefined, { pointer });
    if (depth > MOST_FALLBACKS)
      throw shippingErrors.freight_template_inconsistent(
        `A template falls back over ${MOST_FALLBACKS} others at most.`,
        { pointer },
      );
    const fallback = await getTemplate(tx, template.shopId, next).catch(() => undefined);
    if (!fallback || fallback.archivedAt)
      throw catalogueErrors.freight_template_not_found(undefined, { pointer });
    next = fallback.fallbackId;
  }
}

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof freightTemplateEvents.created.data>,
  { id, name, isDefault }: FreightTemplate,
): Promise<void> => appendEvents(tx, ctx, [eventRow(ctx, kind, id, { name, isDefault })]);
