import { and, desc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { rowInsert, rowUpdate } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import { type Payment, type PaymentEvent, type Refund, paymentEvents, payments, refunds } from './tables.ts';

const p = sql.placeholder;

const selectPayment = prepared('select_payment', (db) =>
  db
    .select()
    .from(payments)
    .where(and(eq(payments.shopId, p('shopId')), eq(payments.id, p('id')))),
);

export const findPayment = async (on: Reader, shopId: string, id: string): Promise<Payment | undefined> =>
  (await selectPayment(on, { shopId, id }))[0];

/** The payment, or `not_found`. */
export async function getPayment(on: Reader, shopId: string, id: string): Promise<Payment> {
  const payment = await findPayment(on, shopId, id);
  if (!payment) throw platformErrors.not_found();
  return payment;
}

// By payments_attempt_key.
const selectBySubject = prepared('select_payments_of_subject', (db) =>
  db
    .select()
    .from(payments)
    .where(
      and(
        eq(payments.shopId, p('shopId')),
        eq(payments.subjectType, p('subjectType')),
        eq(payments.subjectId, p('subjectId')),
      ),
    )
    .orderBy(desc(payments.attemptNumber)),
);

/** The attempts for a subject, newest first. */
export const listPaymentsOf = (
  on: Reader,
  shopId: string,
  subjectType: string,
  subjectId: string,
): Promise<Payment[]> => selectBySubject(on, { shopId, subjectType, subjectId });

// By payments_order_idx.
const selectByOrder = prepared('select_payments_of_order', (db) =>
  db
    .select()
    .from(payments)
    .where(and(eq(payments.shopId, p('shopId')), eq(payments.orderId, p('orderId'))))
    .orderBy(desc(payments.id)),
);

/** The attempts to pay the price of an order, also of its settlements, newest first. */
export const listPaymentsOfOrder = (on: Reader, shopId: string, orderId: string): Promise<Payment[]> =>
  selectByOrder(on, { shopId, orderId });

const insertPayments = rowInsert('insert_payments', payments);
const updatePayments = rowUpdate('update_payments', payments);

export const insertPayment = (tx: Tx, payment: Payment): Promise<void> =>
  sendAlong(tx, insertPayments(tx, [payment]));

/** Changes a payment that is as it was read; `version_conflict` when it moved meanwhile. */
export async function updatePayment(tx: Tx, payment: Payment, changes: Partial<Payment>): Promise<Payment> {
  const changed = { ...payment, ...changes, version: payment.version + 1 };
  const written = await updatePayments(tx, [changed]);
  if (written.length === 0) throw platformErrors.version_conflict();
  return changed;
}

// By payments_attempt_key.
const closeOpen = preparedSql<{ id: string }>(
  'close_open_payments',
  `update payments set state = 'cancelled', version = version + 1
   where shop_id = $1 and subject_type = $2 and subject_id = $3 and state in ('created', 'processing')
   returning id`,
);

/** Cancels what is open for a subject, under its lock; tells which. */
export const closeOpenPayments = async (
  tx: Tx,
  shopId: string,
  subjectType: string,
  subjectId: string,
): Promise<string[]> => (await closeOpen(tx, [shopId, subjectType, subjectId])).map(({ id }) => id);

// By payments_order_idx.
const closeOpenOfOrder = preparedSql<{ id: string }>(
  'close_open_payments_of_order',
  `update payments set state = 'cancelled', version = version + 1
   where shop_id = $1 and order_id = $2 and state in ('created', 'processing') returning id`,
);

/** Cancels what is open for an order and its settlements, under its lock; tells which. */
export const closeOpenPaymentsOfOrder = async (tx: Tx, shopId: string, orderId: string): Promise<string[]> =>
  (await closeOpenOfOrder(tx, [shopId, orderId])).map(({ id }) => id);

const insertEvents = rowInsert('insert_payment_events', paymentEvents, 'on conflict do nothing returning id');

/** Writes down a provider's statement; false when the same statement was there. */
export const insertPaymentEvent = async (tx: Tx, event: PaymentEvent): Promise<boolean> =>
  (await insertEvents(tx, [event])).length > 0;

/** What the providers said about a payment, oldest first. By payment_events_payment_idx. */
export const listEventsOf = (on: Reader, shopId: string, paymentId: string): Promise<PaymentEvent[]> =>
  on
    .select()
    .from(paymentEvents)
    .where(and(eq(paymentEvents.shopId, shopId), eq(paymentEvents.paymentId, paymentId)))
    .orderBy(paymentEvents.id);

/** Takes a part of a payment for a refund: one guarded update, so that two refunds never take the same cent. */
export async function takeRefundable(tx: Tx, payment: Payment, amount: bigint): Promise<boolean> {
  const taken = await tx
    .update(payments)
    .set({
      refundedAmount: sql`${payments.refundedAmount} + ${amount}`,
      version: sql`${payments.version} + 1`,
    })
    .where(
      and(
        eq(payments.shopId, payment.shopId),
        eq(payments.id, payment.id),
        eq(payments.state, 'succeeded'),
        sql`${payments.refundedAmount} + ${amount} <= ${payments.amount}`,
      ),
    )
    .returning({ id: payments.id });
  return taken.length > 0;
}

export async function insertRefund(tx: Tx, refund: Refund): Promise<void> {
  await tx.insert(refunds).values(refund);
}

export async function findRefund(on: Reader, shopId: string, id: string): Promise<Refund | undefined> {
  const [refund] = await on
    .select()
    .from(refunds)
    .where(and(eq(refunds.shopId, shopId), eq(refunds.id, id)));
  return refund;
}

/** The refund, or `not_found`. */
export async function getRefund(on: Reader, shopId: string, id: string): Promise<Refund> {
  const refund = await findRefund(on, shopId, id);
  if (!refund) throw platformErrors.not_found();
  return refund;
}

export async function updateRefund(tx: Tx, refund: Refund, changes: Partial<Refund>): Promise<Refund> {
  const [updated] = await tx
    .update(refunds)
    .set({ ...changes, version: refund.version + 1 })
    .where(
      and(eq(refunds.shopId, refund.shopId), eq(refunds.id, refund.id), eq(refunds.version, refund.version)),
    )
    .returning();
  if (!updated) throw platformErrors.version_conflict();
  return updated;
}

interface ListQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** Payments of the shop, newest first. By payments_created_at_idx. */
export async function listPayments(on: Reader, shopId: string, query: ListQuery): Promise<Page<Payment>> {
  const columns = [payments.createdAt, payments.id] as const;
  const rows = await on
    .select()
    .from(payments)
    .where(and(eq(payments.shopId, shopId), afterKey(columns, readCursor('payments', query), 'desc')))
    .orderBy(desc(payments.createdAt), desc(payments.id))
    .limit(query.limit + 1);
  return toPage('payments', query, rows, (row) => [row.createdAt.toISOString(), row.id]);
}

export interface RefundFilter extends ListQuery {
  readonly orderId?: string;
  readonly state?: Refund['state'];
}

/** Newest first: of an order by refunds_order_idx, in a state by refunds_state_idx, else along the primary key. */
const refundKeyset = createKeyset({
  name: 'refunds',
  table: refunds,
  filters: {
    orderId: (value) => eq(refunds.orderId, value),
    state: (value) => eq(refunds.state, value),
  },
  sorts: { '-id': { columns: [refunds.id], direction: 'desc' } },
});

/** Refunds of the shop. */
export function listRefunds(on: Reader, shopId: string, filter: RefundFilter): Promise<Page<Refund>> {
  const { limit: _limit, cursor: _cursor, ...filters } = filter;
  return refundKeyset(on, { shopId, page: filter, sort: '-id', filters });
}

const dueStatements = (table: 'payments' | 'refunds') => ({
  // In the order of the index, which is also the order of the locks. By payments_reconcile_due_idx or refunds_reconcile_due_idx.
  find: preparedSql<{ id: string; reconciles: number }>(
    `lock_due_${table}`,
    `select id, reconciles from ${table} where shop_id = $1 and reconcile_due_at <= $2
     order by reconcile_due_at, id limit $3 for no key update`,
  ),
  // Written without the lock of the subject: who read the row before must not write the old time back.
  postpone: preparedSql(
    `postpone_due_${table}`,
    `update ${table} t set reconcile_due_at = d.due, reconciles = t.reconciles + 1, version = t.version + 1
     from unnest($2::uuid[], $3::timestamptz[]) as d (id, due) where t.shop_id = $1 and t.id = d.id`,
  ),
});
const due = { payments: dueStatements('payments'), refunds: dueStatements('refunds') };

/** Takes what a provider is to be asked about now, and sets when it is asked again. */
export async function takeDue(
  tx: Tx,
  table: 'payments' | 'refunds',
  shopId: string,
  now: Date,
  limit: number,
  nextAt: (now: Date, count: number) => Date,
): Promise<string[]> {
  const found = await due[table].find(tx, [shopId, now, limit]);
  const ids = found.map(({ id }) => id);
  if (ids.length > 0)
    await due[table].postpone(tx, [shopId, ids, found.map((row) => nextAt(now, row.reconciles + 1))]);
  return ids;
}
