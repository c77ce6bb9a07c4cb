import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import type { Part } from '../../../platform/db/parts.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { afterKey, type Page, readCursor, toPage } from '../../../platform/http/pagination.ts';
import { type Order, orders } from '../tables.ts';
import { openOnAccount } from './rules.ts';
import { type CustomerCredit, customerCredits, type OrderDue, orderDues } from './tables.ts';

// A customer whose terms are not agreed has a row without them. What is used is added where it stands: two orders that each fit under
// the limit, and not together, wait for each other here, and the second one finds what the first has used.
const TAKE_ANY = `insert into customer_credits (shop_id, customer_id, is_agreed, deposit_share_bps, net_days, net_from,
      used_amount, created_at, updated_at)
    values ($1::uuid, $2::uuid, false, 0, 0, 'placed', $3::bigint, $4::timestamptz, $4::timestamptz)
    on conflict (shop_id, customer_id) do update set used_amount = customer_credits.used_amount + excluded.used_amount
    where customer_credits.credit_limit_amount is null
      or customer_credits.used_amount + excluded.used_amount <= customer_credits.credit_limit_amount`;
const TAKE_AGREED = `update customer_credits set used_amount = used_amount + $3::bigint
    where shop_id = $1::uuid and customer_id = $2::uuid and is_agreed and $4::timestamptz is not null
      and (credit_limit_amount is null or used_amount + $3::bigint <= credit_limit_amount)`;
const TERMS = 'is_agreed, deposit_share_bps, net_days, net_from';
/** Days later in the shop's time zone, at the same time of the day: the same as daysAfter. */
const daysLater = (at: string, days: string, zone: string): string =>
  `((${at} at time zone ${zone}) + make_interval(days => ${days})) at time zone ${zone}`;
// Half a cent is rounded away from zero: 25 % of 0.50 are 0.13.
const DUES = `new_dues as (
    insert into order_dues (shop_id, order_id, part, amount, net_days, remind_days, grace_days, due_at, next_at)
    select $1, $5::uuid, d.part, d.amount, t.net_days, $6::int, $7::int, d.due_at,
      case when d.part = 'deposit' then ${daysLater('d.due_at', '$7::int', '$8::text')}
        else greatest($4, ${daysLater('d.due_at', '-$6::int', '$8::text')}) end
    from (select *, ($3 * deposit_share_bps + 5000) / 10000 as deposit from credit_taken where is_agreed) t
      cross join lateral (values ('deposit', t.deposit, $4),
        ('rest', $3 - t.deposit, case when t.net_from = 'placed' then ${daysLater('$4', 't.net_days', '$8::text')} end)
      ) d (part, amount, due_at)
    where d.amount > 0
  )`;

/** When what is due is reminded of, and when it is overdue. */
export interface DueTiming {
  readonly remindDays: number;
  readonly graceDays: number;
  /** Days are those of this zone. */
  readonly timezone: string;
}

/**
 * Takes what an order on account comes to from the credit of its customer, and writes down when it is due, as part of the statement that
 * places it; fails with `credit_refused`. A customer who orders needs agreed terms.
 */
export function creditPart(order: Order, timing: DueTiming, byCustomer: boolean): Part {
  return {
    name: byCustomer ? 'own_credit' : 'credit',
    ctes: `credit_taken as (${byCustomer ? TAKE_AGREED : TAKE_ANY} returning ${TERMS}), ${DUES}`,
    check: `select refuse('credit_refused', '') where not exists (select 1 from credit_taken)`,
    values: [
      order.shopId,
      order.customerId,
      String(order.totalAmount),
      order.placedAt,
      order.id,
      timing.remindDays,
      timing.graceDays,
      timing.timezone,
    ],
  };
}

const addUsed = preparedSql(
  'add_used_credit',
  `insert into customer_credits (shop_id, customer_id, is_agreed, deposit_share_bps, net_days, net_from, used_amount,
     created_at, updated_at)
   values ($1, $2, false, 0, 0, 'placed', $3, $4, $4)
   on conflict (shop_id, customer_id) do update set used_amount = customer_credits.used_amount + excluded.used_amount`,
);

/** Counts what is open of an order on account, whatever the limit is. */
export const countUsed = async (tx: Tx, order: Order, at: Date): Promise<void> =>
  void (await addUsed(tx, [order.shopId, order.customerId, String(openOnAccount(order)), at]));

export const insertDues = rowInsert('insert_order_dues', orderDues);

const moveUsed = preparedSql(
  'move_used_credit',
  'update customer_credits set used_amount = used_amount + $3 where shop_id = $1 and customer_id = $2',
);
const startNet = preparedSql(
  'start_order_due',
  `update order_dues set due_at = ${daysLater('$3::timestamptz', 'net_days', 's.timezone')},
     next_at = greatest($3, ${daysLater('$3::timestamptz', 'net_days - remind_days', 's.timezone')})
   from shops s where s.id = $1 and shop_id = $1 and order_id = $2 and due_at is null`,
);

/**
 * Follows every change of a locked order: what is open of it is used of its customer's credit, so what is paid, cancelled or credited is
 * given back in the same transaction, exactly once. The order's row is locked before that of the credit, everywhere.
 */
export async function followOrder(tx: Tx, before: Order, after: Order): Promise<void> {
  if (before.terms !== 'on_account' || before.customerId === null) return;
  const moved = openOnAccount(after) - openOnAccount(before);
  if (moved !== 0n) await moveUsed(tx, [after.shopId, after.customerId, String(moved)]);
  if (after.deliveredAt && !before.deliveredAt)
    await startNet(tx, [after.shopId, after.id, after.deliveredAt]);
}

const ofCustomer = (shopId: string, customerId: string) =>
  and(eq(customerCredits.shopId, shopId), eq(customerCredits.customerId, customerId));

/** What a customer owes and on which terms; undefined before the first of both. */
export async function findCredit(
  on: Reader,
  shopId: string,
  customerId: string,
): Promise<CustomerCredit | undefined> {
  const [row] = await on.select().from(customerCredits).where(ofCustomer(shopId, customerId));
  return row;
}

/** The same, locked against other changes. */
export async function lockCredit(
  tx: Tx,
  shopId: string,
  customerId: string,
): Promise<CustomerCredit | undefined> {
  const [row] = await tx
    .select()
    .from(customerCredits)
    .where(ofCustomer(shopId, customerId))
    .for('no key update');
  return row;
}

/** Writes terms. What is used stays as it is, also when the first order comes at this moment. */
export async function writeTerms(tx: Tx, row: CustomerCredit): Promise<CustomerCredit> {
  const { isAgreed, depositShareBps, netDays, netFrom, creditLimitAmount, updatedAt } = row;
  const [written] = await tx
    .insert(customerCredits)
    .values(row)
    .onConflictDoUpdate({
      target: [customerCredits.shopId, customerCredits.customerId],
      set: {
        isAgreed,
        depositShareBps,
        netDays,
        netFrom,
        creditLimitAmount,
        updatedAt,
        version: sql`${customerCredits.version} + 1`,
      },
    })
    .returning();
  if (!written) throw new Error('terms were not written');
  return written;
}

const merge = preparedSql<{ customer_id: string }>(
  'merge_customer_credits',
  `with gone as (delete from customer_credits where shop_id = $1 and customer_id = $2 returning *)
   insert into customer_credits as kept (shop_id, customer_id, is_agreed, deposit_share_bps, net_days, net_from,
     credit_limit_amount, used_amount, created_at, updated_at)
   select shop_id, $3, is_agreed, deposit_share_bps, net_days, net_from, credit_limit_amount, used_amount, created_at, $4
   from gone
   on conflict (shop_id, customer_id) do update set used_amount = kept.used_amount + excluded.used_amount,
     is_agreed = kept.is_agreed or excluded.is_agreed, version = kept.version + 1, updated_at = $4,
     deposit_share_bps = case when kept.is_agreed then kept.deposit_share_bps else excluded.deposit_share_bps end,
     net_days = case when kept.is_agreed then kept.net_days else excluded.net_days end,
     net_from = case when kept.is_agreed then kept.net_from else excluded.net_from end,
     credit_limit_amount = case when kept.is_agreed then kept.credit_limit_amount else excluded.credit_limit_amount end
   returning customer_id`,
);

/** What a duplicate owes is owed by the customer that stays, on their terms where they have some. Returns how many rows moved. */
export const mergeCredits = async (
  tx: Tx,
  shopId: string,
  from: string,
  to: string,
  at: Date,
): Promise<number> => (await merge(tx, [shopId, from, to, at])).length;

const endTerms = preparedSql(
  'end_payment_terms',
  `update customer_credits set is_agreed = false, deposit_share_bps = 0, net_days = 0, net_from = 'placed',
     credit_limit_amount = null, version = version + 1, updated_at = $3
   where shop_id = $1 and customer_id = $2 and is_agreed`,
);

/** Ends what was agreed with a customer. What they owe stays. */
export const endAgreement = async (tx: Tx, shopId: string, customerId: string, at: Date): Promise<void> =>
  void (await endTerms(tx, [shopId, customerId, at]));

/** When the parts of orders are due. Along the primary key. */
export const listDues = (on: Reader, shopId: string, orderIds: readonly string[]): Promise<OrderDue[]> =>
  orderIds.length === 0
    ? Promise.resolve([])
    : on
        .select()
        .from(orderDues)
        .where(and(eq(orderDues.shopId, shopId), inArray(orderDues.orderId, [...orderIds])))
        .orderBy(asc(orderDues.orderId), asc(orderDues.part));

/** What has to be looked at by now, the longest waiting first. Along order_dues_next_idx. */
export const listDueNow = (on: Reader, shopId: string, now: Date, limit: number): Promise<OrderDue[]> =>
  on
    .select()
    .from(orderDues)
    .where(and(eq(orderDues.shopId, shopId), lte(orderDues.nextAt, now)))
    .orderBy(orderDues.nextAt)
    .limit(limit);

/** Writes what was done about a part of a locked order. */
export const updateDue = async (
  tx: Tx,
  { shopId, orderId, part }: OrderDue,
  changes: Partial<OrderDue>,
): Promise<void> =>
  void (await tx
    .update(orderDues)
    .set(changes)
    .where(and(eq(orderDues.shopId, shopId), eq(orderDues.orderId, orderId), eq(orderDues.part, part))));

// The same sum as amountDue.
const open = sql`${orders.totalAmount} + ${orders.chargedAmount} - ${orders.settledRefundAmount} - ${orders.creditedAmount}
  - ${orders.paidAmount} + ${orders.refundedAmount} - ${orders.writtenOffAmount} > 0`;

/** A customer's orders on account of which something is open, the oldest first. Along orders_on_account_idx. */
export async function listOpenOrders(
  on: Reader,
  shopId: string,
  customerId: string,
  query: { limit: number; cursor?: string },
): Promise<Page<Order>> {
  const columns = [orders.placedAt, orders.id] as const;
  // A cursor belongs to the list of its customer.
  const page = { ...query, customerId };
  const rows = await on
    .select()
    .from(orders)
    .where(
      and(
        eq(orders.shopId, shopId),
        eq(orders.customerId, customerId),
        // As the index has it.
        sql`${orders.terms} = 'on_account' and ${orders.status} <> 'cancelled'`,
        open,
        afterKey(columns, readCursor('open-orders', page), 'asc'),
      ),
    )
    .orderBy(...columns.map((column) => asc(column)))
    .limit(query.limit + 1);
  return toPage('open-orders', page, rows, ({ placedAt, id }) => [placedAt.toISOString(), id]);
}

const overdue = preparedSql<{ amount: bigint }>(
  'sum_overdue',
  // Of the orders on account of one customer, by orders_on_account_idx; the deposit is what is open beyond the rest.
  `select coalesce(sum(case when d.part = 'rest' then least(o.open, d.amount) else greatest(0, o.open - o.rest) end), 0)::bigint as amount
   from (select o.shop_id, o.id, greatest(0, total_amount + charged_amount - settled_refund_amount - credited_amount
           - paid_amount + refunded_amount - written_off_amount) as open,
         coalesce((select r.amount from order_dues r where r.shop_id = o.shop_id and r.order_id = o.id and r.part = 'rest'), 0) as rest
       from orders o where o.shop_id = $1 and o.customer_id = $2 and o.terms = 'on_account' and o.status <> 'cancelled') o
     join order_dues d on d.shop_id = o.shop_id and d.order_id = o.id join shops s on s.id = o.shop_id
   where ${daysLater('d.due_at', 'd.grace_days', 's.timezone')} <= $3`,
);

/** What a customer should have paid by now. */
export const sumOverdue = async (
  on: Reader,
  shopId: string,
  customerId: string,
  now: Date,
): Promise<bigint> => (await overdue(on, [shopId, customerId, now]))[0]?.amount ?? 0n;
