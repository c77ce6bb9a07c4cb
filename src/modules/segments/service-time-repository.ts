import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { rowInsert } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { type ServiceTime, serviceTimes } from './tables.ts';

const p = sql.placeholder;
const insertStatement = rowInsert('insert_service_times', serviceTimes);

export const insertServiceTime = (tx: Tx, row: ServiceTime): Promise<void> =>
  sendAlong(tx, insertStatement(tx, [row]));

const lockStatement = prepared('lock_service_time', (db) =>
  db
    .select()
    .from(serviceTimes)
    .where(and(eq(serviceTimes.shopId, p('shopId')), eq(serviceTimes.id, p('id'))))
    .for('no key update'),
);

/** An entry, locked against being voided twice, or `not_found`. */
export async function lockServiceTime(tx: Tx, shopId: string, id: string): Promise<ServiceTime> {
  const [row] = await lockStatement(tx, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

const voidStatement = preparedSql(
  'void_service_time',
  'update service_times set voided_at = $3 where shop_id = $1 and id = $2 and voided_at is null',
);

export const voidServiceTimeRow = async (tx: Tx, shopId: string, id: string, now: Date): Promise<void> =>
  void (await voidStatement(tx, [shopId, id, now]));

/** Newest work first: by service_times_worked_idx, of a customer by service_times_customer_idx. */
const keyset = createKeyset({
  name: 'service_times',
  table: serviceTimes,
  filters: {
    customerId: (value) => eq(serviceTimes.customerId, value),
    workedFrom: (value) => gte(serviceTimes.workedAt, value),
    workedTo: (value) => lt(serviceTimes.workedAt, value),
  },
  sorts: { '-workedAt': { columns: [serviceTimes.workedAt, serviceTimes.id], direction: 'desc' } },
});

export interface ServiceTimeQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly customerId?: string;
  readonly workedFrom?: string;
  readonly workedTo?: string;
}

/** Service time, also voided. */
export function listServiceTimeRows(
  on: Reader,
  shopId: string,
  query: ServiceTimeQuery,
): Promise<Page<ServiceTime>> {
  const { customerId, workedFrom, workedTo } = query;
  return keyset(on, {
    shopId,
    page: query,
    sort: '-workedAt',
    filters: { customerId, workedFrom, workedTo },
  });
}

/** All service time of a customer, oldest first. By service_times_customer_idx. */
export const listServiceTimesOf = (on: Reader, shopId: string, customerId: string): Promise<ServiceTime[]> =>
  on
    .select()
    .from(serviceTimes)
    .where(and(eq(serviceTimes.shopId, shopId), eq(serviceTimes.customerId, customerId)))
    .orderBy(asc(serviceTimes.workedAt), asc(serviceTimes.id));
