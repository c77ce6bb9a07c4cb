import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { type Problem, platformErrors } from '../../platform/errors.ts';
import { checkVersion } from '../../platform/versions.ts';
import { catalogueErrors } from './errors.ts';
import { lockProductsByExternalId } from './repository.ts';
import { findRepeated, problemOfAll, type WholeProduct } from './rules.ts';
import type { ProductRow } from './tables.ts';
import { type Draft, draftProducts, type Want, writeDrafts } from './write.ts';

/** What became of one product: written as `row`, or refused. */
export type Outcome =
  | { readonly row: ProductRow; readonly created: boolean; readonly problem?: never }
  | { readonly row?: never; readonly created?: never; readonly problem: Problem };

// A product that is neither to be read nor to be added is being added by somebody else; the next round sees it.
const MAX_ROUNDS = 3;

/**
 * Adds the product of this external id, or replaces what the input names. Refusals: those of updateProduct, and
 * validation_failed when the input names another external id.
 */
export async function upsertProductByExternalId(
  ctx: Ctx,
  externalId: string,
  product: WholeProduct,
): Promise<{ row: ProductRow; created: boolean }> {
  const { fields } = product;
  if (fields.externalId !== undefined && fields.externalId !== externalId) {
    const detail = 'must be the externalId of the path';
    const violation = { in: 'body', pointer: '/externalId', code: 'not_allowed', detail } as const;
    throw platformErrors.validation_failed(undefined, { violations: [violation] });
  }
  return inTransaction(ctx, async (tx) => {
    const check = (current: ProductRow | undefined) => {
      if (current) checkVersion(ctx, current);
      else if (ctx.expectedVersion !== undefined)
        throw platformErrors.version_mismatch('There is no such product yet.');
    };
    const items = [{ ...product, fields: { ...fields, externalId } }];
    const [outcome] = await upsertProducts(tx, ctx, items, { check });
    if (!outcome?.row) throw outcome?.problem ?? platformErrors.version_conflict();
    return outcome;
  });
}

/** A product with the external id that it is known by. */
export interface Upsert extends WholeProduct {
  readonly fields: WholeProduct['fields'] & { readonly externalId: string };
}

/**
 * Adds or changes up to 1,000 products by external id. `atomic` refuses all with bulk_refused when one cannot be
 * written; `perItem` writes the others. An external id that comes again is refused: duplicate_external_id.
 */
export async function bulkUpsertProducts(
  ctx: Ctx,
  mode: 'atomic' | 'perItem',
  items: readonly Upsert[],
): Promise<{ mode: 'atomic' | 'perItem'; outcomes: Outcome[] }> {
  return inTransaction(ctx, async (tx) => {
    const outcomes = await upsertProducts(tx, ctx, items, { atomic: mode === 'atomic' });
    return { mode, outcomes };
  });
}

interface Options {
  readonly atomic?: boolean;
  /** Refuses a product as it was found, before anything is written. */
  readonly check?: (current: ProductRow | undefined) => void;
}

/** Adds or changes products by external id, in a handful of statements however many they are. */
async function upsertProducts(
  tx: Tx,
  ctx: Ctx,
  items: readonly Upsert[],
  options: Options,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const repeated = findRepeated(items.map(({ fields }) => fields.externalId));
  for (const i of repeated) outcomes[i] = { problem: duplicate() };
  let waiting = items.flatMap((_, i) => (repeated.has(i) ? [] : [i]));
  for (let round = 1; waiting.length > 0; round += 1) {
    if (round > MAX_ROUNDS) throw platformErrors.version_conflict();
    const drafts = await draftRound(
      tx,
      ctx,
      waiting.flatMap((i) => items[i] ?? []),
      options,
    );
    drafts.forEach(({ next, current, problem }, n) => {
      outcomes[waiting[n] ?? -1] = problem ? { problem } : { row: next, created: current === undefined };
    });
    if (options.atomic) refuseAll(outcomes);
    const conflicts = new Set(
      await writeDrafts(
        tx,
        ctx,
        drafts.filter(({ problem }) => !problem),
      ),
    );
    waiting = waiting.filter((_, n) => conflicts.has(drafts[n] as Draft));
  }
  return outcomes;
}

async function draftRound(tx: Tx, ctx: Ctx, items: readonly Upsert[], { check }: Options): Promise<Draft[]> {
  const externalIds = items.map(({ fields }) => fields.externalId);
  const known = await lockProductsByExternalId(tx, ctx.shop.id, externalIds);
  const byExternalId = new Map(known.map((row) => [row.externalId, row]));
  const wants = items.map(({ fields, onHandQuantity }): Want => {
    const current = byExternalId.get(fields.externalId);
    check?.(current);
    return { current, input: fields, onHandQuantity };
  });
  return draftProducts(tx, ctx, wants);
}

const duplicate = () => catalogueErrors.duplicate_external_id(undefined, { pointer: '/externalId' });

function refuseAll(outcomes: readonly Outcome[]): void {
  const problems = outcomes.flatMap(({ problem }, index) => (problem ? [{ index, problem }] : []));
  if (problems.length > 0) throw problemOfAll(problems);
}
