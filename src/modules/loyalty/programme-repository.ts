import { and, desc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { prepared } from '../../platform/db/prepared.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import {
  type LoyaltyProgramme,
  loyaltyProgrammes,
  type LoyaltyProgrammeVersion,
  loyaltyProgrammeVersions,
} from './tables.ts';

const p = sql.placeholder;
const ofShop = eq(loyaltyProgrammes.shopId, p('shopId'));
const select = prepared('select_loyalty_programme', (db) =>
  db.select().from(loyaltyProgrammes).where(ofShop),
);
const lock = prepared('lock_loyalty_programme', (db) =>
  db.select().from(loyaltyProgrammes).where(ofShop).for('no key update'),
);

export const findProgramme = async (on: Reader, shopId: string): Promise<LoyaltyProgramme | undefined> =>
  (await select(on, { shopId }))[0];
export const lockProgramme = async (tx: Tx, shopId: string): Promise<LoyaltyProgramme | undefined> =>
  (await lock(tx, { shopId }))[0];

const selectVersion = prepared('select_loyalty_programme_version', (db) =>
  db
    .select()
    .from(loyaltyProgrammeVersions)
    .where(
      and(eq(loyaltyProgrammeVersions.shopId, p('shopId')), eq(loyaltyProgrammeVersions.number, p('number'))),
    ),
);

/** What the programme said in a version that something was given under. */
export async function getProgrammeVersion(
  on: Reader,
  shopId: string,
  number: number,
): Promise<LoyaltyProgrammeVersion> {
  const [found] = await selectVersion(on, { shopId, number });
  if (!found) throw new Error(`there is no version ${number} of the loyalty programme`);
  return found;
}

/** Sets the first one up. False where somebody else did so at the same moment. */
export const insertProgramme = async (tx: Tx, row: LoyaltyProgramme): Promise<boolean> =>
  (
    await tx
      .insert(loyaltyProgrammes)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: loyaltyProgrammes.shopId })
  ).length > 0;

/** Changes the locked programme, one version further. */
export const updateProgramme = async (
  tx: Tx,
  { shopId, rule, version, updatedAt }: LoyaltyProgramme,
): Promise<void> =>
  void (await tx
    .update(loyaltyProgrammes)
    .set({ rule, version, updatedAt })
    .where(and(eq(loyaltyProgrammes.shopId, shopId), eq(loyaltyProgrammes.version, version - 1))));

export const insertProgrammeVersion = async (tx: Tx, row: LoyaltyProgrammeVersion): Promise<void> =>
  void (await tx.insert(loyaltyProgrammeVersions).values(row));

/** What the programme said, newest first. By the primary key. */
export async function listProgrammeVersionRows(
  on: Reader,
  shopId: string,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<LoyaltyProgrammeVersion>> {
  const list = 'loyalty-programme-versions';
  const columns = [loyaltyProgrammeVersions.number] as const;
  const rows = await on
    .select()
    .from(loyaltyProgrammeVersions)
    .where(
      and(eq(loyaltyProgrammeVersions.shopId, shopId), afterKey(columns, readCursor(list, query), 'desc')),
    )
    .orderBy(desc(loyaltyProgrammeVersions.number))
    .limit(query.limit + 1);
  return toPage(list, query, rows, (row) => [row.number]);
}
