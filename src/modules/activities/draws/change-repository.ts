import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { type DrawChange, drawChanges } from './tables.ts';

const one = (shopId: string, id: string) => and(eq(drawChanges.shopId, shopId), eq(drawChanges.id, id));

export const insertChange = async (tx: Tx, row: DrawChange): Promise<void> =>
  void (await tx.insert(drawChanges).values(row));

export async function getChange(on: Reader, shopId: string, id: string): Promise<DrawChange> {
  const [row] = await on.select().from(drawChanges).where(one(shopId, id));
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Decides a change that waits, one version further. Undefined: it is decided already. */
export async function decideChangeRow(
  tx: Tx,
  { shopId, id, version }: DrawChange,
  changes: Partial<DrawChange>,
): Promise<DrawChange | undefined> {
  const [row] = await tx
    .update(drawChanges)
    .set({ ...changes, version: version + 1 })
    .where(and(one(shopId, id), eq(drawChanges.state, 'requested')))
    .returning();
  return row;
}

const keyset = createKeyset({
  name: 'draw_changes',
  table: drawChanges,
  filters: { activityId: (value) => sql`${drawChanges.activityId} = ${value}` },
  // By draw_changes_activity_idx.
  sorts: { '-id': { columns: [drawChanges.id], direction: 'desc' } },
});

/** The changes of a draw, newest first. */
export const listChangeRows = (
  on: Reader,
  shopId: string,
  activityId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<DrawChange>> => keyset(on, { shopId, page, sort: '-id', filters: { activityId } });
