import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert, rowUpdate } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { LogoRequestState } from './states.ts';
import { type LogoRequest, type LogoRequestItem, logoRequestItems, logoRequests } from './tables.ts';

/** A request with the goods that it is about. */
export interface WholeLogoRequest {
  readonly request: LogoRequest;
  readonly items: readonly LogoRequestItem[];
}

const insertRequests = rowInsert('insert_logo_request', logoRequests);
const insertItems = rowInsert('insert_logo_request_items', logoRequestItems);
const writeRequests = rowUpdate('update_logo_requests', logoRequests);

export async function insertLogoRequest(tx: Tx, { request, items }: WholeLogoRequest): Promise<void> {
  await insertRequests(tx, [request]);
  await insertItems(tx, items);
}

/** Writes a locked request, one version further. */
export async function updateLogoRequest(
  tx: Tx,
  request: LogoRequest,
  changes: Partial<LogoRequest>,
  at: Date,
): Promise<LogoRequest> {
  const changed = { ...request, ...changes, version: request.version + 1, updatedAt: at };
  if ((await writeRequests(tx, [changed])).length === 0) throw platformErrors.version_conflict();
  return changed;
}

const withId = (shopId: string, id: string) => and(eq(logoRequests.shopId, shopId), eq(logoRequests.id, id));

/** The goods of requests, along the primary key. */
export const listItems = (on: Reader, shopId: string, ids: readonly string[]): Promise<LogoRequestItem[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : on
        .select()
        .from(logoRequestItems)
        .where(and(eq(logoRequestItems.shopId, shopId), inArray(logoRequestItems.requestId, [...ids])))
        .orderBy(asc(logoRequestItems.requestId), asc(logoRequestItems.productId));

async function whole(
  on: Reader,
  rows: LogoRequest[],
  customerId: string | undefined,
): Promise<WholeLogoRequest> {
  const [request] = rows;
  if (!request || (customerId !== undefined && request.customerId !== customerId))
    throw platformErrors.not_found();
  return { request, items: await listItems(on, request.shopId, [request.id]) };
}

/** A request, for a customer only their own; else `not_found`. */
export const getLogoRequest = async (
  on: Reader,
  shopId: string,
  id: string,
  customerId: string | undefined,
): Promise<WholeLogoRequest> =>
  whole(on, await on.select().from(logoRequests).where(withId(shopId, id)), customerId);

/** The same, locked: what both sides do at the same moment comes one after the other. */
export const lockLogoRequest = async (
  tx: Tx,
  shopId: string,
  id: string,
  customerId: string | undefined,
): Promise<WholeLogoRequest> =>
  whole(tx, await tx.select().from(logoRequests).where(withId(shopId, id)).for('no key update'), customerId);

export interface LogoRequestQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly customerId?: string;
  readonly state?: LogoRequestState;
}

/** Newest first along the primary key, logo_requests_customer_idx or logo_requests_state_idx. */
const keyset = createKeyset({
  name: 'logo-requests',
  table: logoRequests,
  filters: {
    customerId: (value) => eq(logoRequests.customerId, value),
    ownerId: (value) => eq(logoRequests.customerId, value),
    state: (value) => eq(logoRequests.state, value),
  },
  sorts: { '-id': { columns: [logoRequests.id], direction: 'desc' } },
});

/** A page of requests; with an owner, only theirs. */
export function listLogoRequests(
  on: Reader,
  shopId: string,
  query: LogoRequestQuery,
  ownerId: string | undefined,
): Promise<Page<LogoRequest>> {
  const { customerId, state } = query;
  return keyset(on, { shopId, page: query, sort: '-id', filters: { customerId, state, ownerId } });
}

/** All requests of a customer, oldest first. By logo_requests_customer_idx. */
export const listRequestsOf = (on: Reader, shopId: string, customerId: string): Promise<LogoRequest[]> =>
  on
    .select()
    .from(logoRequests)
    .where(and(eq(logoRequests.shopId, shopId), eq(logoRequests.customerId, customerId)))
    .orderBy(asc(logoRequests.id));

const move = preparedSql<{ id: string }>(
  'move_logo_requests',
  `update logo_requests set customer_id = $3, version = version + 1, updated_at = $4
   where shop_id = $1 and customer_id = $2 returning id`,
);

/** Gives the requests of a locked customer to another. Returns how many. */
export const moveLogoRequests = async (
  tx: Tx,
  shopId: string,
  from: string,
  to: string,
  at: Date,
): Promise<number> => (await move(tx, [shopId, from, to, at])).length;

const erase = preparedSql(
  'erase_logo_requests',
  `update logo_requests set note = null, files = '[]', version = version + 1, updated_at = $3
   where shop_id = $1 and customer_id = $2 and (note is not null or files <> '[]')`,
);

/** Removes what a customer said and sent. */
export const eraseLogoWords = async (tx: Tx, shopId: string, customerId: string, at: Date): Promise<void> =>
  void (await erase(tx, [shopId, customerId, at]));
