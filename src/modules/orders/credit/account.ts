import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { checkCustomer, holdKnownCustomer } from '../../customers/standing.ts';
import type { Order } from '../tables.ts';
import {
  endAgreement,
  findCredit,
  listDues,
  listOpenOrders,
  lockCredit,
  sumOverdue,
  writeTerms,
} from './repository.ts';
import { openOnAccount, openPartsOf } from './rules.ts';
import type { CustomerCredit, NetStart, OrderDue } from './tables.ts';

export interface TermsInput {
  readonly depositShareBps: number;
  readonly netDays: number;
  readonly netFrom: NetStart;
  readonly creditLimitAmount: number | null;
}

/** What a customer owes, and on which terms. */
export interface Account {
  readonly credit: CustomerCredit;
  /** What should have been paid by now. */
  readonly overdueAmount: bigint;
}

const emptyCredit = (ctx: Ctx, customerId: string): CustomerCredit => ({
  shopId: ctx.shop.id,
  customerId,
  isAgreed: false,
  depositShareBps: 0,
  netDays: 0,
  netFrom: 'placed',
  creditLimitAmount: null,
  usedAmount: 0n,
  version: 1,
  createdAt: ctx.now,
  updatedAt: ctx.now,
});

/** The customer who calls, or the one that the path names. Refusals: not_found, customer_merged. */
export async function readAccount(ctx: Ctx, customerId: string): Promise<Account> {
  await checkCustomer(ctx.db, ctx.shop.id, customerId);
  const [credit, overdueAmount] = await Promise.all([
    findCredit(ctx.db, ctx.shop.id, customerId),
    sumOverdue(ctx.db, ctx.shop.id, customerId, ctx.now),
  ]);
  return { credit: credit ?? emptyCredit(ctx, customerId), overdueAmount };
}

/** Agrees on terms with a customer, for orders from now on. Refusals: not_found, customer_merged, version_mismatch. */
export async function setPaymentTerms(ctx: Ctx, customerId: string, input: TermsInput): Promise<Account> {
  return inTransaction(ctx, async (tx) => {
    // An erasure or a merge of the customer comes before this or after it.
    const { isErased } = await holdKnownCustomer(tx, ctx.shop.id, customerId);
    if (isErased) throw platformErrors.not_found();
    const current = (await lockCredit(tx, ctx.shop.id, customerId)) ?? emptyCredit(ctx, customerId);
    checkVersion(ctx, current);
    const limit = input.creditLimitAmount;
    const credit = await writeTerms(tx, {
      ...current,
      ...input,
      creditLimitAmount: limit === null ? null : BigInt(limit),
      isAgreed: true,
      updatedAt: ctx.now,
    });
    const audit = { action: 'setPaymentTerms', subjectType: 'customer', subjectId: customerId };
    await recordAudit(tx, ctx, { ...audit, details: { ...input } });
    return { credit, overdueAmount: await sumOverdue(tx, ctx.shop.id, customerId, ctx.now) };
  });
}

/** Ends the terms of a customer: what they owe stays and is due as it was. Refusals: not_found, customer_merged, version_mismatch. */
export async function endPaymentTerms(ctx: Ctx, customerId: string): Promise<Account> {
  return inTransaction(ctx, async (tx) => {
    await holdKnownCustomer(tx, ctx.shop.id, customerId);
    const current = (await lockCredit(tx, ctx.shop.id, customerId)) ?? emptyCredit(ctx, customerId);
    checkVersion(ctx, current);
    const overdueAmount = await sumOverdue(tx, ctx.shop.id, customerId, ctx.now);
    // Where nothing was agreed, nothing ends.
    if (!current.isAgreed) return { credit: current, overdueAmount };
    await endAgreement(tx, ctx.shop.id, customerId, ctx.now);
    const audit = { action: 'endPaymentTerms', subjectType: 'customer', subjectId: customerId };
    await recordAudit(tx, ctx, audit);
    const ended = await findCredit(tx, ctx.shop.id, customerId);
    return { credit: ended ?? current, overdueAmount };
  });
}

/** An order of which something is open, with its parts. */
export interface OpenOrder {
  readonly order: Order;
  readonly openAmount: bigint;
  readonly dues: readonly (OrderDue & { readonly openAmount: bigint })[];
}

/** What is open of a customer's orders on account, the oldest first. Refusals: not_found, customer_merged. */
export async function readOpenOrders(
  ctx: Ctx,
  customerId: string,
  query: { limit: number; cursor?: string },
): Promise<Page<OpenOrder>> {
  await checkCustomer(ctx.db, ctx.shop.id, customerId);
  const { rows, nextCursor } = await listOpenOrders(ctx.db, ctx.shop.id, customerId, query);
  const dues = await listDues(
    ctx.db,
    ctx.shop.id,
    rows.map(({ id }) => id),
  );
  return { rows: rows.map((order) => openOrderOf(order, dues)), nextCursor };
}

const openOrderOf = (order: Order, dues: readonly OrderDue[]): OpenOrder => ({
  order,
  openAmount: openOnAccount(order),
  dues: openPartsOf(
    order,
    dues.filter(({ orderId }) => orderId === order.id),
  ),
});
