import { and, asc, eq, isNotNull, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import type { GrantRequestState } from './states.ts';
import { type PointGrantRequest, pointGrantRequests } from './tables.ts';

const BATCH = 100;
const one = (shopId: string, id: string) =>
  and(eq(pointGrantRequests.shopId, shopId), eq(pointGrantRequests.id, id));

export const insertRequest = async (tx: Tx, row: PointGrantRequest): Promise<void> =>
  void (await tx.insert(pointGrantRequests).values(row));

/** A request, or `not_found`. */
export async function getRequest(on: Reader, shopId: string, id: string): Promise<PointGrantRequest> {
  const [row] = await on.select().from(pointGrantRequests).where(one(shopId, id));
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The same, locked: before the member. */
export async function lockRequest(tx: Tx, shopId: string, id: string): Promise<PointGrantRequest> {
  const [row] = await tx.select().from(pointGrantRequests).where(one(shopId, id)).for('no key update');
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Requests that lapse now, locked; who decides one at this moment has it. By point_grant_requests_due_idx. */
export const lockDueRequests = (tx: Tx, shopId: string, now: Date): Promise<PointGrantRequest[]> =>
  tx
    .select()
    .from(pointGrantRequests)
    .where(and(eq(pointGrantRequests.shopId, shopId), lte(pointGrantRequests.dueAt, now)))
    .orderBy(asc(pointGrantRequests.dueAt), asc(pointGrantRequests.id))
    .limit(BATCH)
    .for('no key update', { skipLocked: true });

/** Decides a locked request, one version further. */
export async function decideRequest(
  tx: Tx,
  { shopId, id, version }: PointGrantRequest,
  changes: Partial<PointGrantRequest>,
): Promise<PointGrantRequest> {
  const [row] = await tx
    .update(pointGrantRequests)
    .set({ ...changes, version: version + 1 })
    .where(and(one(shopId, id), eq(pointGrantRequests.state, 'requested')))
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

const keyset = createKeyset({
  name: 'point_grant_requests',
  table: pointGrantRequests,
  filters: {
    customerId: (value) => eq(pointGrantRequests.customerId, value),
    state: (value) => sql`${pointGrantRequests.state} = ${value}`,
  },
  // By the primary key, point_grant_requests_state_idx and point_grant_requests_customer_idx.
  sorts: { '-id': { columns: [pointGrantRequests.id], direction: 'desc' } },
});

export interface GrantRequestQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly customerId?: string;
  readonly state?: GrantRequestState;
}

/** Requests, newest first. */
export const listRequestRows = (
  on: Reader,
  shopId: string,
  query: GrantRequestQuery,
): Promise<Page<PointGrantRequest>> => {
  const { customerId, state } = query;
  return keyset(on, { shopId, page: query, sort: '-id', filters: { customerId, state } });
};

/** Gives the requests of a duplicate to the customer that stays. By point_grant_requests_customer_idx. */
export async function moveRequests(tx: Tx, shopId: string, from: string, to: string): Promise<number> {
  const moved = await tx
    .update(pointGrantRequests)
    .set({ customerId: to, version: sql`${pointGrantRequests.version} + 1` })
    .where(and(eq(pointGrantRequests.shopId, shopId), eq(pointGrantRequests.customerId, from)))
    .returning({ id: pointGrantRequests.id });
  return moved.length;
}

/** Removes what is personal from requests. By point_grant_requests_customer_idx. */
export const eraseRequestNotes = async (tx: Tx, shopId: string, customerId: string): Promise<void> =>
  void (await tx
    .update(pointGrantRequests)
    .set({ note: null, version: sql`${pointGrantRequests.version} + 1` })
    .where(
      and(
        eq(pointGrantRequests.shopId, shopId),
        eq(pointGrantRequests.customerId, customerId),
        isNotNull(pointGrantRequests.note),
      ),
    ));
