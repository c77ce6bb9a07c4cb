import { eq, sql } from 'drizzle-orm';
import { platformErrors } from '../errors.ts';
import type { Reader } from '../db/client.ts';
import { prepared } from '../db/prepared.ts';
import { type ShopRow, shops } from './tables.ts';

/** The tenant that a call belongs to, as its row stands. */
export type Shop = ShopRow;

export const COUNTRY_PROFILES = ['CN', 'EU', 'US', 'OTHER'] as const;

const selectShop = prepared('select_shop', (db) =>
  db
    .select()
    .from(shops)
    .where(eq(shops.id, sql.placeholder('id'))),
);

export const findShop = async (on: Reader, id: string): Promise<Shop | undefined> =>
  (await selectShop(on, { id }))[0];

/** The shop, or `not_found`. */
export async function getShop(on: Reader, id: string): Promise<Shop> {
  const shop = await findShop(on, id);
  if (!shop) throw platformErrors.not_found();
  return shop;
}
