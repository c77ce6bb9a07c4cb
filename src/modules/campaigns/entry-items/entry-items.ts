import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { findSellables } from '../../catalogue/sellables.ts';
import { changeCampaigns } from '../load.ts';
import { mergeMetadata } from '../metadata.ts';
import { entryItemErrors } from './errors.ts';
import { entryItemEndedEvent, entryItemEvent, entryItemEvents } from './events.ts';
import {
  changeBudget,
  type EntryItemQuery,
  getEntryItem,
  insertEntryItem,
  listEntryItemRows,
  lockEntryItem,
  updateEntryItemRow,
  type WholeEntryItem,
} from './repository.ts';
import type { EntryItemRow } from './tables.ts';

interface Changeable {
  readonly minimumMarginBps?: number;
  readonly reason?: string;
  readonly budgetAmount?: number;
  readonly startsAt?: string | null;
  readonly endsAt?: string | null;
}
export interface EntryItemInput extends Changeable {
  readonly productId: string;
  readonly minimumMarginBps: number;
  readonly reason: string;
  readonly budgetAmount: number;
  readonly metadata?: Readonly<Record<string, string>>;
}
export interface EntryItemChanges extends Changeable {
  readonly metadata?: Readonly<Record<string, string | null>>;
}

/**
 * Marks a product as an entry item. Refusals: entry_item_product_not_found, entry_item_product_marked, entry_item_times_contradictory,
 * entry_item_end_passed.
 */
export function createEntryItem(ctx: Ctx, input: EntryItemInput): Promise<WholeEntryItem> {
  const made = newEntryItem(ctx, input);
  refuseTimes(ctx, made.row);
  return inTransaction(ctx, async (tx) => {
    const [product] = await findSellables(tx, ctx.shop.id, [input.productId]);
    if (!product) throw entryItemErrors.entry_item_product_not_found(undefined, { pointer: '/productId' });
    await insertEntryItem(tx, made);
    await changeCampaigns(tx, ctx.shop.id);
    await appendEvents(tx, ctx, [entryItemEvent(ctx, entryItemEvents.created, made)]);
    await audit(tx, ctx, 'create', made);
    return made;
  });
}

function newEntryItem(ctx: Ctx, input: EntryItemInput): WholeEntryItem {
  const times = timesOf(input);
  return {
    row: {
      shopId: ctx.shop.id,
      id: newId(),
      productId: input.productId,
      state: 'active',
      minimumMarginBps: input.minimumMarginBps,
      reason: input.reason,
      startsAt: null,
      endsAt: null,
      ...times,
      endedAt: null,
      endReason: null,
      dueAt: times.endsAt ?? null,
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
      metadata: { ...input.metadata },
      version: 1,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    },
    budgetAmount: BigInt(input.budgetAmount),
    spentAmount: 0n,
  };
}

// As columns; what is not named stays as it is.
function timesOf({ startsAt, endsAt }: Changeable): Partial<Pick<EntryItemRow, 'startsAt' | 'endsAt'>> {
  return {
    ...(startsAt !== undefined && { startsAt: startsAt === null ? null : new Date(startsAt) }),
    ...(endsAt !== undefined && { endsAt: endsAt === null ? null : new Date(endsAt) }),
  };
}

function refuseTimes(ctx: Ctx, { startsAt, endsAt }: Pick<EntryItemRow, 'startsAt' | 'endsAt'>): void {
  if (endsAt === null) return;
  if (startsAt !== null && endsAt <= startsAt)
    throw entryItemErrors.entry_item_times_contradictory(undefined, { pointer: '/endsAt' });
  if (endsAt <= ctx.now) throw entryItemErrors.entry_item_end_passed(undefined, { pointer: '/endsAt' });
}

/**
 * Changes the mark of an entry item, which new prices go by. Its budget does not fall below what orders have lost. Refusals: not_found,
 * version_mismatch, entry_item_ended, entry_item_times_contradictory, entry_item_end_passed, entry_item_budget_below_spent,
 * campaign_too_much_metadata.
 */
export function updateEntryItem(
  ctx: Ctx,
  id: string,
  { metadata, budgetAmount, ...changes }: EntryItemChanges,
): Promise<WholeEntryItem> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockEntryItem(tx, ctx.shop.id, id);
    checkVersion(ctx, current.row);
    if (current.row.state === 'ended') throw entryItemErrors.entry_item_ended();
    const { minimumMarginBps, reason } = changes;
    const times = timesOf(changes);
    const isOfTimes = Object.keys(times).length > 0;
    if (isOfTimes) refuseTimes(ctx, { ...current.row, ...times });
    const row = await updateEntryItemRow(tx, current.row, {
      ...(minimumMarginBps !== undefined && { minimumMarginBps }),
      ...(reason !== undefined && { reason }),
      ...times,
      ...(times.endsAt !== undefined && { dueAt: times.endsAt }),
      metadata: mergeMetadata(current.row.metadata, metadata),
      updatedAt: ctx.now,
    });
    const changed = { ...current, row, ...(await budgetOf(tx, row, budgetAmount)) };
    await changeCampaigns(tx, ctx.shop.id);
    await appendEvents(tx, ctx, [entryItemEvent(ctx, entryItemEvents.updated, changed)]);
    await audit(tx, ctx, 'update', changed);
    return changed;
  });
}

async function budgetOf(tx: Tx, { shopId, id }: EntryItemRow, wanted: number | undefined) {
  if (wanted === undefined) return {};
  const budgetAmount = BigInt(wanted);
  const spentAmount = await changeBudget(tx, shopId, id, budgetAmount);
  if (spentAmount === undefined)
    throw entryItemErrors.entry_item_budget_below_spent(undefined, { pointer: '/budgetAmount' });
  return { budgetAmount, spentAmount };
}

/**
 * Ends a mark before its time, and says why. Orders, and quotes that hold its price, keep it. Done again, it changes nothing. Refusals:
 * not_found, version_mismatch.
 */
export function endEntryItem(ctx: Ctx, id: string, reason: string): Promise<WholeEntryItem> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockEntryItem(tx, ctx.shop.id, id);
    checkVersion(ctx, current.row);
    return current.row.state === 'ended' ? current : end(tx, ctx, current, ctx.now, reason);
  });
}

/** Ends a mark whose time is over, when it still is. */
export function endPassedEntryItem(ctx: Ctx, id: string): Promise<void> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockEntryItem(tx, ctx.shop.id, id);
    const { dueAt } = current.row;
    if (dueAt !== null && dueAt <= ctx.now) await end(tx, ctx, current, dueAt, null);
  });
}

async function end(tx: Tx, ctx: Ctx, current: WholeEntryItem, endedAt: Date, endReason: string | null) {
  const row = await updateEntryItemRow(tx, current.row, {
    state: 'ended',
    endedAt,
    endReason,
    dueAt: null,
    updatedAt: ctx.now,
  });
  const ended = { ...current, row };
  await changeCampaigns(tx, ctx.shop.id);
  await appendEvents(tx, ctx, [entryItemEndedEvent(ctx, ended)]);
  if (endReason !== null) await audit(tx, ctx, 'end', ended);
  return ended;
}

const audit = (tx: Tx, ctx: Ctx, name: string, { row, budgetAmount }: WholeEntryItem) =>
  recordAudit(tx, ctx, {
    action: `entry_item.${name}`,
    subjectType: 'entry_item',
    subjectId: row.id,
    details: {
      productId: row.productId,
      minimumMarginBps: row.minimumMarginBps,
      budgetAmount: Number(budgetAmount),
      reason: row.endReason ?? row.reason,
    },
  });

/** An entry item. Refusal: not_found. */
export const readEntryItem = ({ db, shop }: Ctx, id: string): Promise<WholeEntryItem> =>
  getEntryItem(db, shop.id, id);

/** Entry items, newest first. */
export const listEntryItems = ({ db, shop }: Ctx, query: EntryItemQuery): Promise<Page<WholeEntryItem>> =>
  listEntryItemRows(db, shop.id, query);
