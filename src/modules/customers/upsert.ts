import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { type Problem, platformErrors } from '../../platform/errors.ts';
import { checkVersion } from '../../platform/versions.ts';
import { catalogueErrors } from '../catalogue/errors.ts';
import { findRepeated, problemOfAll } from '../catalogue/rules.ts';
import { viewOf } from './customers.ts';
import { loadWholes } from './parts-repository.ts';
import { lockCustomerRowsByExternalId } from './repository.ts';
import type { CustomerView, CustomerWhole, NewCustomerInput } from './rules.ts';
import { type Draft, draftCustomer, writeDrafts } from './write.ts';

/** What became of one customer: written as `whole`, or refused. */
type Outcome =
  | { readonly whole: CustomerWhole; readonly created: boolean; readonly problem?: never }
  | { readonly whole?: never; readonly created?: never; readonly problem: Problem };

/** What became of each customer, in their order. */
export interface BulkOutcome {
  readonly mode: 'atomic' | 'perItem';
  readonly outcomes: readonly Outcome[];
}

/** A customer with the external id that it is known by. */
export type Upsert = NewCustomerInput & { readonly externalId: string };

// A customer that is neither to be read nor to be added is being added by somebody else; the next round sees it.
const MAX_ROUNDS = 3;

/**
 * Adds the customer of this external id, or replaces what the input names. Refusals: those of updateCustomer, and
 * validation_failed when the input names another external id.
 */
export async function upsertCustomerByExternalId(
  ctx: Ctx,
  externalId: string,
  input: NewCustomerInput,
): Promise<{ view: CustomerView; created: boolean }> {
  if (input.externalId !== undefined && input.externalId !== externalId) {
    const detail = 'must be the externalId of the path';
    const violation = { in: 'body', pointer: '/externalId', code: 'not_allowed', detail } as const;
    throw platformErrors.validation_failed(undefined, { violations: [violation] });
  }
  return inTransaction(ctx, async (tx) => {
    const check = (current: CustomerWhole | undefined) =>
      checkVersion(ctx, current?.customer ?? { version: 0 });
    const [outcome] = await upsertCustomers(tx, ctx, [{ ...input, externalId }], { check });
    if (!outcome?.whole) throw outcome?.problem ?? platformErrors.version_conflict();
    return { view: await viewOf(tx, outcome.whole), created: outcome.created };
  });
}

/**
 * Adds or changes up to 1,000 customers by external id. `atomic` refuses all with bulk_refused when one cannot be
 * written; `perItem` writes the others. An external id that comes again is refused: duplicate_external_id.
 */
export async function bulkUpsertCustomers(
  ctx: Ctx,
  mode: 'atomic' | 'perItem',
  items: readonly Upsert[],
): Promise<BulkOutcome> {
  return inTransaction(ctx, async (tx) => ({
    mode,
    outcomes: await upsertCustomers(tx, ctx, items, { atomic: mode === 'atomic' }),
  }));
}

interface Options {
  readonly atomic?: boolean;
  /** Refuses a customer as it was found, before anything is written. */
  readonly check?: (current: CustomerWhole | undefined) => void;
}

/** Adds or changes customers by external id, in a handful of statements however many they are. */
async function upsertCustomers(
  tx: Tx,
  ctx: Ctx,
  items: readonly Upsert[],
  options: Options,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const repeated = findRepeated(items.map(({ externalId }) => externalId));
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
      outcomes[waiting[n] ?? -1] = problem ? { problem } : { whole: next, created: current === undefined };
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
  const rows = await lockCustomerRowsByExternalId(
    tx,
    ctx.shop.id,
    items.map(({ externalId }) => externalId),
  );
  const wholes = await loadWholes(tx, ctx.shop.id, rows);
  const byExternalId = new Map(wholes.map((whole) => [whole.customer.externalId, whole]));
  return items.map((input) => {
    const current = byExternalId.get(input.externalId);
    check?.(current);
    return draftCustomer(ctx, { current, input });
  });
}

const duplicate = () => catalogueErrors.duplicate_external_id(undefined, { pointer: '/externalId' });

function refuseAll(outcomes: readonly Outcome[]): void {
  const problems = outcomes.flatMap(({ problem }, index) => (problem ? [{ index, problem }] : []));
  if (problems.length > 0) throw problemOfAll(problems);
}
