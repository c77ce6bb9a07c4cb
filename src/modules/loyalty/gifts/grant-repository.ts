import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { sendAlong } from '../../../platform/db/transaction.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { GiftGrantState } from './states.ts';
import { type GiftGrant, giftGrants } from './tables.ts';

const one = (shopId: string, id: string) => and(eq(giftGrants.shopId, shopId), eq(giftGrants.id, id));
const nextVersion = sql`${giftGrants.version} + 1`;

const insertGrants = rowInsert('insert_gift_grants', giftGrants);

export const insertGiftGrant = (tx: Tx, row: GiftGrant): Promise<void> =>
  sendAlong(tx, insertGrants(tx, [row]));

/** A grant, for a customer only their own; else `not_found`. */
export async function getGiftGrant(
  on: Reader,
  shopId: string,
  id: string,
  customerId?: string,
): Promise<GiftGrant> {
  const [row] = await on.select().from(giftGrants).where(one(shopId, id));
  if (!row || (customerId !== undefined && row.customerId !== customerId)) throw platformErrors.not_found();
  return row;
}

/** Keeps the hash of a new code; the one before counts no more. Undefined where the grant is not open. */
export async function writeClaimCode(
  tx: Tx,
  shopId: string,
  id: string,
  { claimCodeHash, updatedAt }: Pick<GiftGrant, 'claimCodeHash' | 'updatedAt'>,
): Promise<GiftGrant | undefined> {
  const [row] = await tx
    .update(giftGrants)
    .set({ claimCodeHash, updatedAt, version: nextVersion })
    .where(and(one(shopId, id), eq(giftGrants.state, 'open')))
    .returning();
  return row;
}

/** Hands over what a code is for, once: who shows it again finds nothing. By gift_grants_claim_code_key. */
export async function takeByCode(
  tx: Tx,
  shopId: string,
  claimCodeHash: string,
  handedOver: Pick<GiftGrant, 'handedOverAt' | 'handedOverBy' | 'updatedAt'>,
): Promise<GiftGrant | undefined> {
  const [row] = await tx
    .update(giftGrants)
    .set({ ...handedOver, state: 'handed_over', claimCodeHash: null, version: nextVersion })
    .where(
      and(
        eq(giftGrants.shopId, shopId),
        eq(giftGrants.claimCodeHash, claimCodeHash),
        eq(giftGrants.state, 'open'),
      ),
    )
    .returning();
  return row;
}

/** Fewer are owed, or none. Undefined where it is not open or not of so many. By gift_grants_source_key. */
export async function reduceGiftGrant(
  tx: Tx,
  shopId: string,
  { source, sourceKey }: Pick<GiftGrant, 'source' | 'sourceKey'>,
  quantity: number,
  updatedAt: Date,
): Promise<GiftGrant | undefined> {
  const left = sql`${giftGrants.quantity} - ${quantity}::int`;
  const [row] = await tx
    .update(giftGrants)
    .set({
      quantity: left,
      state: sql`case when ${left} = 0 then 'cancelled' else 'open' end`,
      claimCodeHash: sql`case when ${left} > 0 then ${giftGrants.claimCodeHash} end`,
      updatedAt,
      version: nextVersion,
    })
    .where(
      and(
        eq(giftGrants.shopId, shopId),
        eq(giftGrants.source, source),
        eq(giftGrants.sourceKey, sourceKey),
        eq(giftGrants.state, 'open'),
        sql`${giftGrants.quantity} >= ${quantity}::int`,
      ),
    )
    .returning();
  return row;
}

/** All grants of a customer, oldest first. By gift_grants_customer_idx. */
export const listGrantsOf = (on: Reader, shopId: string, customerId: string): Promise<GiftGrant[]> =>
  on
    .select()
    .from(giftGrants)
    .where(and(eq(giftGrants.shopId, shopId), eq(giftGrants.customerId, customerId)))
    .orderBy(giftGrants.id);

const keyset = createKeyset({
  name: 'gift-grants',
  table: giftGrants,
  filters: {
    customerId: (value) => eq(giftGrants.customerId, value),
    state: (value) => sql`${giftGrants.state} = ${value}`,
  },
  // By the primary key, gift_grants_state_idx and gift_grants_customer_idx.
  sorts: { '-id': { columns: [giftGrants.id], direction: 'desc' } },
});

export interface GiftGrantQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly customerId?: string;
  readonly state?: GiftGrantState;
}

/** Grants, newest first. */
export const listGiftGrantRows = (
  on: Reader,
  shopId: string,
  query: GiftGrantQuery,
): Promise<Page<GiftGrant>> => {
  const { customerId, state } = query;
  return keyset(on, { shopId, page: query, sort: '-id', filters: { customerId, state } });
};
