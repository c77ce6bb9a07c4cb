import { putBounded } from '../../../platform/bounded-map.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { type Guard, whenStale } from '../../../platform/db/guards.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { afterTaking, type LogoMove, type LogoTerms } from './line-rules.ts';
import type { LogoRequestState } from './states.ts';

const MOST_REMEMBERED = 2_000;
const remembered = new Map<string, LogoTerms>();
const nameOf = (shopId: string, id: string): string => `${shopId}/${id}`;

interface TermsRow extends Record<string, unknown> {
  id: string;
  customer_id: string;
  state: LogoRequestState;
  unit_amount: string | null;
  setup_amount: string | null;
  lead_time_days: number | null;
  is_setup_charged: boolean;
  goods: { productId: string; quantity: number; orderedQuantity: number }[];
}

// By the primary keys. In the order of their ids, like everything that locks more than one.
const SELECT = `select r.id, r.customer_id, r.state, r.unit_amount, r.setup_amount, r.lead_time_days, r.is_setup_charged,
    (select jsonb_agg(jsonb_build_object('productId', i.product_id, 'quantity', i.quantity, 'orderedQuantity', i.ordered_quantity))
     from logo_request_items i where i.shop_id = r.shop_id and i.request_id = r.id) as goods
  from logo_requests r where r.shop_id = $1 and r.id = any($2::uuid[]) order by r.id`;
const select = preparedSql<TermsRow>('select_logo_terms', SELECT);
const selectForUpdate = preparedSql<TermsRow>('lock_logo_terms', `${SELECT} for no key update of r`);

const termsOf = (row: TermsRow): LogoTerms => ({
  id: row.id,
  customerId: row.customer_id,
  state: row.state,
  unitAmount: row.unit_amount === null ? null : BigInt(row.unit_amount),
  setupAmount: row.setup_amount === null ? null : BigInt(row.setup_amount),
  leadTimeDays: row.lead_time_days,
  isSetupCharged: row.is_setup_charged,
  goods: row.goods,
});

/** What this process last knew of these requests; undefined unless it remembers all of them. See recallTerms. */
export function recallLogos(shopId: string, ids: readonly string[]): LogoTerms[] | undefined {
  const known = ids.flatMap((id) => remembered.get(nameOf(shopId, id)) ?? []);
  return known.length === ids.length ? known : undefined;
}

const remember = (shopId: string, requests: readonly LogoTerms[]): void => {
  for (const request of requests)
    putBounded(remembered, MOST_REMEMBERED, nameOf(shopId, request.id), request);
};

/** What was agreed on by these requests, and remembers it. What the shop does not have is left out. */
export async function readLogos(on: Reader, shopId: string, ids: readonly string[]): Promise<LogoTerms[]> {
  if (ids.length === 0) return [];
  const requests = (await select(on, [shopId, ids])).map(termsOf);
  remember(shopId, requests);
  return requests;
}

/** The same under their locks: two that order by a request come one after the other. */
export const lockLogos = async (tx: Tx, shopId: string, ids: readonly string[]): Promise<LogoTerms[]> =>
  ids.length === 0 ? [] : (await selectForUpdate(tx, [shopId, [...ids].toSorted()])).map(termsOf);

// $2 to $5: the requests, of whom and with tools that were paid or not, as they were read, and whether these are paid with this; $6 to
// $8: the pieces. What was agreed on does not change any more, so orders that come at the same moment need not be of the same version.
const TAKEN = `logo_locked as (
    select r.id from logo_requests r where r.shop_id = $1 and r.id = any($2::uuid[]) order by r.id for no key update
  ), logos_taken as (
    update logo_requests r set is_setup_charged = r.is_setup_charged or w.has_setup, version = r.version + 1,
      updated_at = greatest(r.updated_at, $9::timestamptz)
    from unnest($2::uuid[], $3::uuid[], $4::bool[], $5::bool[]) as w (id, customer_id, was_charged, has_setup)
      join logo_locked k on k.id = w.id
    where r.shop_id = $1 and r.id = w.id and r.customer_id = w.customer_id and r.is_setup_charged = w.was_charged
      and r.state in ('accepted', 'in_production') returning r.id
  ), logo_goods_taken as (
    update logo_request_items i set ordered_quantity = i.ordered_quantity + w.quantity
    from unnest($6::uuid[], $7::uuid[], $8::int[]) as w (request_id, product_id, quantity)
      join logos_taken k on k.id = w.request_id
    where i.shop_id = $1 and i.request_id = w.request_id and i.product_id = w.product_id
      and i.ordered_quantity + w.quantity <= i.quantity returning 1
  )`;
const CHANGED = `(select count(*) from logos_taken) <> cardinality($2::uuid[])
  or (select count(*) from logo_goods_taken) <> cardinality($6::uuid[])`;

/** Pieces of one request and product are one: an update with two rows for one takes only one of them. */
function summed(moves: readonly LogoMove[]): LogoMove[] {
  const sums = new Map<string, LogoMove>();
  for (const move of moves) {
    const key = `${move.requestId}/${move.productId}`;
    const sum = sums.get(key);
    sums.set(key, {
      ...move,
      quantity: move.quantity + (sum?.quantity ?? 0),
      hasSetup: move.hasSetup || (sum?.hasSetup ?? false),
    });
  }
  return [...sums.values()];
}

const requestsIn = (moves: readonly LogoMove[]): string[] =>
  [...new Set(moves.map(({ requestId }) => requestId))].toSorted();

function takenValues(shopId: string, requests: readonly LogoTerms[], moves: readonly LogoMove[], at: Date) {
  const goods = summed(moves);
  const ids = requestsIn(moves);
  return [
    shopId,
    ids,
    ids.map((id) => requests.find((request) => request.id === id)?.customerId ?? null),
    ids.map((id) => requests.find((request) => request.id === id)?.isSetupCharged ?? false),
    ids.map((id) => moves.some(({ requestId, hasSetup }) => requestId === id && hasSetup)),
    goods.map(({ requestId }) => requestId),
    goods.map(({ productId }) => productId),
    goods.map(({ quantity }) => quantity),
    at,
  ];
}

/**
 * Takes pieces of requests that still are what was agreed on, as part of one statement; nothing where lines have no logo. `done`
 * remembers how they are then.
 */
export function requireLogos(
  shopId: string,
  requests: readonly LogoTerms[],
  moves: readonly LogoMove[],
  at: Date,
): { guard: Guard; done: () => void } | undefined {
  if (moves.length === 0) return undefined;
  const part = {
    name: 'logos',
    ctes: TAKEN,
    check: `select refuse('logos_changed', '') where ${CHANGED}`,
    values: takenValues(shopId, requests, moves, at),
  };
  const forget = () => {
    for (const id of requestsIn(moves)) remembered.delete(nameOf(shopId, id));
  };
  return {
    guard: { part, toError: whenStale('logos_changed', forget) },
    done: () => remember(shopId, afterTaking(requests, moves)),
  };
}

const take = preparedSql<{ changed: boolean }>('take_logos', `with ${TAKEN} select ${CHANGED} as changed`);

/** Takes pieces of locked requests. */
export async function takeLogos(
  tx: Tx,
  shopId: string,
  requests: readonly LogoTerms[],
  moves: readonly LogoMove[],
  at: Date,
): Promise<void> {
  if (moves.length === 0) return;
  const [row] = await take(tx, takenValues(shopId, requests, moves, at));
  if (row?.changed) throw new Error('a locked request for goods with a logo is not as it was read');
}

const free = preparedSql<{ id: string }>(
  'free_logos',
  `with locked as (
     select r.id from logo_requests r where r.shop_id = $1 and r.id = any($2::uuid[]) order by r.id for no key update
   ), freed as (
     update logo_request_items i set ordered_quantity = i.ordered_quantity - w.quantity
     from unnest($4::uuid[], $5::uuid[], $6::int[]) as w (request_id, product_id, quantity) join locked k on k.id = w.request_id
     where i.shop_id = $1 and i.request_id = w.request_id and i.product_id = w.product_id
   )
   update logo_requests r set is_setup_charged = r.is_setup_charged and not w.has_setup, version = r.version + 1,
     updated_at = greatest(r.updated_at, $7::timestamptz)
   from unnest($2::uuid[], $3::bool[]) as w (id, has_setup) join locked k on k.id = w.id
   where r.shop_id = $1 and r.id = w.id returning r.id`,
);

/** Gives pieces back to their requests: they can be ordered again. The order is locked before them, everywhere. */
export async function freeLogos(tx: Tx, shopId: string, moves: readonly LogoMove[], at: Date): Promise<void> {
  if (moves.length === 0) return;
  const [, ids, , , setups, ...goods] = takenValues(shopId, [], moves, at);
  await free(tx, [shopId, ids, setups, ...goods]);
}
