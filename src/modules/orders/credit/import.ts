import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { daysAfter } from '../../../platform/days.ts';
import type { Violation } from '../../../platform/errors.ts';
import { sumOf } from '../../../platform/money.ts';
import { orderErrors } from '../errors.ts';
import { ordersSettings } from '../settings.ts';
import type { Order } from '../tables.ts';
import { countUsed, findCredit, insertDues } from './repository.ts';
import { openOnAccount, partsByTerms } from './rules.ts';
import type { DuePart, OrderDue } from './tables.ts';

/** A part of an order that was made elsewhere, as it was agreed on there. */
export interface ImportedDue {
  readonly part: DuePart;
  readonly amount: number;
  readonly dueAt: string;
}

const fault = (pointer: string, detail: string): Violation => ({
  in: 'body',
  pointer,
  code: 'import_inconsistent',
  detail,
});

/** Refuses parts that are not of an order on account of a customer, are named twice or do not sum to it. Refusal: import_inconsistent. */
export function refuseDues(order: Order, dues: readonly ImportedDue[] | undefined): void {
  if (dues === undefined) return;
  const sum = sumOf(dues.map(({ amount }) => BigInt(amount)));
  const violations = [
    ...(order.terms !== 'on_account' || order.customerId === null
      ? [fault('/dues', 'Only of an order on account of a customer something is due at a day.')]
      : []),
    ...dues.flatMap(({ part, dueAt }, index) => [
      ...(dues.findIndex((due) => due.part === part) < index
        ? [fault(`/dues/${index}/part`, 'The part is named twice.')]
        : []),
      ...(new Date(dueAt) < order.placedAt
        ? [fault(`/dues/${index}/dueAt`, 'is before the order was placed')]
        : []),
    ]),
    ...(sum === order.totalAmount
      ? []
      : [fault('/dues', `The parts sum to ${sum}, and the order to ${order.totalAmount}.`)]),
  ];
  if (violations.length > 0) throw orderErrors.import_inconsistent(undefined, { violations });
}

/**
 * Counts an order that was made elsewhere, whatever the limit is, and writes down when its parts are due: as it was agreed on there, or by
 * the terms of its customer. Without either it is due at no day. What is open is reminded of from now on.
 */
export async function takeImported(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  given: readonly ImportedDue[] | undefined,
): Promise<void> {
  if (order.terms !== 'on_account' || order.customerId === null) return;
  await countUsed(tx, order, ctx.now);
  if (order.status === 'cancelled' || order.totalAmount === 0n) return;
  const parts = given
    ? given.map(({ part, amount, dueAt }) => ({
        part,
        amount: BigInt(amount),
        dueAt: new Date(dueAt),
        netDays: 0,
      }))
    : await partsOf(tx, ctx, order, order.customerId);
  const { accountReminderDays: remindDays, accountGraceDays: graceDays } = ordersSettings.of(ctx.shop);
  const isOpen = openOnAccount(order) > 0n;
  const dues = parts.map((part): OrderDue => {
    const { dueAt } = part;
    const remindAt = dueAt && daysAfter(ctx.shop.timezone, dueAt, -remindDays);
    return {
      ...part,
      shopId: ctx.shop.id,
      orderId: order.id,
      remindDays,
      graceDays,
      nextAt: isOpen && remindAt ? (remindAt > ctx.now ? remindAt : ctx.now) : null,
      remindedAt: null,
      overdueAt: null,
    };
  });
  if (dues.length > 0) await insertDues(tx, dues);
}

async function partsOf(tx: Tx, ctx: Ctx, order: Order, customerId: string) {
  const credit = await findCredit(tx, ctx.shop.id, customerId);
  if (!credit?.isAgreed) return [];
  const from = credit.netFrom === 'placed' ? order.placedAt : order.deliveredAt;
  return partsByTerms(order.totalAmount, credit.depositShareBps).map(({ part, amount }) => ({
    part,
    amount,
    netDays: credit.netDays,
    dueAt: part === 'deposit' ? order.placedAt : from && daysAfter(ctx.shop.timezone, from, credit.netDays),
  }));
}
