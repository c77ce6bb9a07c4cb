import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import { holdCustomer } from '../customers/standing.ts';
import { segmentErrors } from './errors.ts';
import {
  insertServiceTime,
  listServiceTimeRows,
  lockServiceTime,
  type ServiceTimeQuery,
  voidServiceTimeRow,
} from './service-time-repository.ts';
import type { ServiceTime } from './tables.ts';

export interface ServiceTimeInput {
  readonly customerId: string;
  readonly minutes: number;
  readonly kind: ServiceTime['kind'];
  /** Now, when absent. */
  readonly workedAt?: Date;
  readonly workedBy?: string | null;
  readonly subject?: { readonly type: string; readonly id: string } | null;
}

/**
 * Building block: writes down minutes that somebody spent on a customer. Refusals: customer_not_found, customer_merged,
 * customer_erased.
 */
export async function logServiceTime(tx: Tx, ctx: Ctx, input: ServiceTimeInput): Promise<ServiceTime> {
  await holdCustomer(tx, ctx.shop.id, input.customerId);
  const row: ServiceTime = {
    shopId: ctx.shop.id,
    id: newId(),
    customerId: input.customerId,
    minutes: input.minutes,
    kind: input.kind,
    workedAt: input.workedAt ?? ctx.now,
    workedBy: input.workedBy ?? null,
    subjectType: input.subject?.type ?? null,
    subjectId: input.subject?.id ?? null,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    voidedAt: null,
    createdAt: ctx.now,
  };
  await insertServiceTime(tx, row);
  return row;
}

/**
 * Writes down minutes that staff spent on a customer. Refusals: service_time_in_future, and those of logServiceTime.
 */
export async function recordServiceTime(
  ctx: Ctx,
  { workedAt, ...input }: Omit<ServiceTimeInput, 'workedAt'> & { readonly workedAt?: string },
): Promise<ServiceTime> {
  const at = workedAt === undefined ? ctx.now : new Date(workedAt.toUpperCase());
  if (at > ctx.now) throw segmentErrors.service_time_in_future(undefined, { pointer: '/workedAt' });
  return inTransaction(ctx, (tx) => logServiceTime(tx, ctx, { ...input, workedAt: at }));
}

/** Takes back what was written down by mistake: it counts no more. Again it changes nothing. Refusal: not_found. */
export async function voidServiceTime(ctx: Ctx, id: string): Promise<ServiceTime> {
  return inTransaction(ctx, async (tx) => {
    const row = await lockServiceTime(tx, ctx.shop.id, id);
    if (row.voidedAt) return row;
    await voidServiceTimeRow(tx, ctx.shop.id, id, ctx.now);
    return { ...row, voidedAt: ctx.now };
  });
}

/** Service time, newest work first; of a customer, or of all. */
export const listServiceTimes = (ctx: Ctx, query: ServiceTimeQuery): Promise<Page<ServiceTime>> =>
  listServiceTimeRows(ctx.db, ctx.shop.id, query);
