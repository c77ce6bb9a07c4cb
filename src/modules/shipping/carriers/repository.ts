import { and, asc, desc, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { onConflict } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../../../platform/http/pagination.ts';
import { carrierErrors } from './errors.ts';
import type { CarrierStatus } from './states.ts';
import {
  type Carrier,
  type CarrierMethod,
  type CarrierPriceList,
  carrierMethods,
  carrierPriceLists,
  carriers,
} from './tables.ts';

const p = sql.placeholder;

/** A carrier with its methods. */
export interface WholeCarrier {
  readonly carrier: Carrier;
  readonly methods: readonly CarrierMethod[];
}

const selectCarrier = prepared('select_carrier', (db) =>
  db
    .select()
    .from(carriers)
    .where(and(eq(carriers.shopId, p('shopId')), eq(carriers.id, p('id')))),
);

export const findCarrier = async (on: Reader, shopId: string, id: string): Promise<Carrier | undefined> =>
  (await selectCarrier(on, { shopId, id }))[0];

/** The carrier, or `not_found`. */
export async function getCarrierRow(on: Reader, shopId: string, id: string): Promise<Carrier> {
  const carrier = await findCarrier(on, shopId, id);
  if (!carrier) throw platformErrors.not_found();
  return carrier;
}

/** The same, locked against other changes. */
export async function lockCarrier(tx: Tx, shopId: string, id: string): Promise<Carrier> {
  const [carrier] = await tx
    .select()
    .from(carriers)
    .where(and(eq(carriers.shopId, shopId), eq(carriers.id, id)))
    .for('no key update');
  if (!carrier) throw platformErrors.not_found();
  return carrier;
}

/** By carriers_external_id_key. */
export async function findCarrierByExternalId(
  on: Reader,
  shopId: string,
  externalId: string,
): Promise<Carrier | undefined> {
  const [carrier] = await on
    .select()
    .from(carriers)
    .where(and(eq(carriers.shopId, shopId), eq(carriers.externalId, externalId)));
  return carrier;
}

/** The methods of carriers, in the order of their codes. By carrier_methods_code_key. */
export const listMethodsOf = (
  on: Reader,
  shopId: string,
  carrierIds: readonly string[],
): Promise<CarrierMethod[]> =>
  on
    .select()
    .from(carrierMethods)
    .where(and(eq(carrierMethods.shopId, shopId), inArray(carrierMethods.carrierId, [...carrierIds])))
    .orderBy(carrierMethods.carrierId, carrierMethods.code);

/** Along the primary key, or carriers_status_idx. */
const keyset = createKeyset({
  name: 'carriers',
  table: carriers,
  filters: { status: (value) => eq(carriers.status, value) },
  sorts: { id: { columns: [carriers.id], direction: 'asc' } },
});

export const listCarrierRows = (
  on: Reader,
  shopId: string,
  query: { readonly limit: number; readonly cursor?: string; readonly status?: CarrierStatus },
): Promise<Page<Carrier>> =>
  keyset(on, { shopId, page: query, sort: 'id', filters: { status: query.status } });

/** What the other carriers on trial get together; the shop's turn is held. By carriers_status_idx. */
export async function sumTrialShares(tx: Tx, shopId: string, without: string): Promise<number> {
  const [row] = await tx
    .select({ sum: sql<number>`coalesce(sum(${carriers.trialShareBps}), 0)::int` })
    .from(carriers)
    .where(and(eq(carriers.shopId, shopId), eq(carriers.status, 'trial'), ne(carriers.id, without)));
  return row?.sum ?? 0;
}

const taken = () => carrierErrors.carrier_external_id_taken(undefined, { pointer: '/externalId' });

export const insertCarrier = async (tx: Tx, row: Carrier): Promise<void> =>
  void (await onConflict(tx.insert(carriers).values(row), 'carriers_external_id_key', taken));

/** Changes a locked carrier; its version rises. */
export async function updateCarrierRow(
  tx: Tx,
  current: Carrier,
  changes: Partial<Carrier>,
): Promise<Carrier> {
  const update = tx
    .update(carriers)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(carriers.shopId, current.shopId),
        eq(carriers.id, current.id),
        eq(carriers.version, current.version),
      ),
    )
    .returning();
  const [row] = await onConflict(update.execute(), 'carriers_external_id_key', taken);
  if (!row) throw platformErrors.version_conflict();
  return row;
}

/** A method of a carrier, locked, or `not_found`. */
export async function lockMethod(
  tx: Tx,
  shopId: string,
  carrierId: string,
  id: string,
): Promise<CarrierMethod> {
  const [method] = await tx
    .select()
    .from(carrierMethods)
    .where(
      and(
        eq(carrierMethods.shopId, shopId),
        eq(carrierMethods.id, id),
        eq(carrierMethods.carrierId, carrierId),
      ),
    )
    .for('no key update');
  if (!method) throw platformErrors.not_found();
  return method;
}

/** A method of a carrier, or `not_found`. */
export async function getMethodRow(
  on: Reader,
  shopId: string,
  carrierId: string,
  id: string,
): Promise<CarrierMethod> {
  const [method] = await on
    .select()
    .from(carrierMethods)
    .where(
      and(
        eq(carrierMethods.shopId, shopId),
        eq(carrierMethods.id, id),
        eq(carrierMethods.carrierId, carrierId),
      ),
    );
  if (!method) throw platformErrors.not_found();
  return method;
}

export const insertMethod = async (tx: Tx, row: CarrierMethod): Promise<void> =>
  void (await onConflict(tx.insert(carrierMethods).values(row), 'carrier_methods_code_key', () =>
    carrierErrors.method_code_taken(undefined, { pointer: '/code' }),
  ));

/** Changes a locked method; its version rises. */
export async function updateMethodRow(
  tx: Tx,
  current: CarrierMethod,
  changes: Partial<CarrierMethod>,
): Promise<CarrierMethod> {
  const [row] = await tx
    .update(carrierMethods)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(carrierMethods.shopId, current.shopId),
        eq(carrierMethods.id, current.id),
        eq(carrierMethods.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

/** All price lists of a method, oldest first. By carrier_price_lists_from_key. */
export const listAllPriceLists = (
  on: Reader,
  shopId: string,
  methodId: string,
): Promise<CarrierPriceList[]> =>
  on
    .select()
    .from(carrierPriceLists)
    .where(and(eq(carrierPriceLists.shopId, shopId), eq(carrierPriceLists.methodId, methodId)))
    .orderBy(asc(carrierPriceLists.validFrom));

/** Price lists of a method, those that begin last first. Along carrier_price_lists_from_key. */
export async function listPriceListRows(
  on: Reader,
  shopId: string,
  methodId: string,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CarrierPriceList>> {
  const { validFrom } = carrierPriceLists;
  const name = `price-lists of ${methodId}`;
  const rows = await on
    .select()
    .from(carrierPriceLists)
    .where(
      and(
        eq(carrierPriceLists.shopId, shopId),
        eq(carrierPriceLists.methodId, methodId),
        afterKey([validFrom], readCursor(name, query), 'desc'),
      ),
    )
    .orderBy(desc(validFrom))
    .limit(query.limit + 1);
  return toPage(name, query, rows, (row) => [row.validFrom.toISOString()]);
}

export const insertPriceList = async (tx: Tx, row: CarrierPriceList): Promise<void> =>
  void (await tx.insert(carrierPriceLists).values(row));

/** Ends a price list of a locked method. */
export async function endPriceListRow(tx: Tx, current: CarrierPriceList, validTo: Date): Promise<void> {
  await tx
    .update(carrierPriceLists)
    .set({ validTo })
    .where(and(eq(carrierPriceLists.shopId, current.shopId), eq(carrierPriceLists.id, current.id)));
}
