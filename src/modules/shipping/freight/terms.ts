import { putBounded } from '../../../platform/bounded-map.ts';
import type { Reader } from '../../../platform/db/client.ts';
import { type Guard, whenStale } from '../../../platform/db/guards.ts';
import { findTemplateTerms, type TemplateTerms } from './repository.ts';
import type { ResolvedTemplate, Tariff } from './rules.ts';

/** The templates that a basket's products name, as they were read. */
export interface FreightTerms {
  readonly defaultId: string | null;
  readonly byId: ReadonlyMap<string, TemplateTerms>;
}

const MOST_REMEMBERED = 2_000;
// By shop and template; under the shop alone, its default.
const remembered = new Map<string, TemplateTerms>();
const defaults = new Map<string, string | null>();
const nameOf = (shopId: string, id: string): string => `${shopId}/${id}`;

/** What products may name: templates, or none for the default one. */
type Named = readonly (string | null)[];

/**
 * What this process last read of these templates; undefined unless it remembers all of them. They may have changed since: a
 * price by them counts only when the statement that carries it out holds `requireFreight`.
 */
export function recallFreight(shopId: string, named: Named): FreightTerms | undefined {
  const defaultId = defaults.get(shopId);
  if (defaultId === undefined) return undefined;
  const byId = new Map<string, TemplateTerms>();
  for (const name of new Set(named)) {
    for (let id = name ?? defaultId; id !== null && !byId.has(id); ) {
      const known = remembered.get(nameOf(shopId, id));
      if (!known) return undefined;
      byId.set(id, known);
      id = known.fallbackId;
    }
  }
  return { defaultId, byId };
}

/** Reads templates for pricing and remembers them. */
export async function readFreight(on: Reader, shopId: string, named: Named): Promise<FreightTerms> {
  const ids = [...new Set(named)].filter((id) => id !== null);
  const rows = await findTemplateTerms(on, shopId, ids);
  const defaultId = rows.find(({ isDefault }) => isDefault)?.id ?? null;
  putBounded(defaults, MOST_REMEMBERED, shopId, defaultId);
  for (const row of rows) putBounded(remembered, MOST_REMEMBERED, nameOf(shopId, row.id), row);
  return { defaultId, byId: new Map(rows.map((row) => [row.id, row])) };
}

/** The template that a product has, with what it falls back on; undefined where nothing is charged. */
export function resolveTemplate(
  { defaultId, byId }: FreightTerms,
  named: string | null,
): ResolvedTemplate | undefined {
  const template = byId.get(named ?? defaultId ?? '');
  if (!template) return undefined;
  const tariffs: [Tariff, ...Tariff[]] = [template];
  for (let next = template.fallbackId; next !== null; ) {
    const fallback = byId.get(next);
    if (!fallback) break;
    tariffs.push(fallback);
    next = fallback.fallbackId;
  }
  return { id: template.id, name: template.name, tariffs };
}

/** Makes sure that the templates are as they were read, as part of one statement. */
export function requireFreight(shopId: string, { defaultId, byId }: FreightTerms): Guard {
  const templates = [...byId.values()];
  const part = {
    name: 'freight',
    // By the primary key, and freight_templates_default_key.
    check: `select refuse('freight_changed', '') where
        (select id from freight_templates where shop_id = $1 and is_default) is distinct from $4::uuid
        or exists (select 1 from unnest($2::uuid[], $3::int[]) as read (id, version) where not exists
          (select 1 from freight_templates t where t.shop_id = $1 and t.id = read.id and t.version = read.version))`,
    values: [shopId, templates.map(({ id }) => id), templates.map(({ version }) => version), defaultId],
  };
  const forget = () => {
    defaults.delete(shopId);
    for (const id of byId.keys()) remembered.delete(nameOf(shopId, id));
  };
  return { part, toError: whenStale('freight_changed', forget) };
}
