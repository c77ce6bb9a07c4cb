import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { Violation } from '../../../platform/errors.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { findSellables } from '../../catalogue/sellables.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { orderErrors } from '../errors.ts';
import { orderEvents } from '../events.ts';
import {
  getLogoRequest,
  insertLogoRequest,
  listItems,
  listLogoRequests,
  lockLogoRequest,
  type LogoRequestQuery,
  updateLogoRequest,
  type WholeLogoRequest,
} from './repository.ts';
import { type LogoRequestState, logoRequestStates } from './states.ts';
import type { LogoFile, LogoRequest } from './tables.ts';

export type { WholeLogoRequest } from './repository.ts';

export interface LogoRequestInput {
  readonly customerId?: string;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly files?: readonly LogoFile[];
  readonly note?: string | null;
}

/**
 * Asks for goods with a logo; a customer asks for themselves. Refusals: product_not_available, logo_request_inconsistent,
 * not_for_customers, customer_not_found, customer_merged, customer_erased.
 */
export async function createLogoRequest(ctx: Ctx, input: LogoRequestInput): Promise<WholeLogoRequest> {
  const customerId = ctx.customerId ?? input.customerId;
  if (customerId === undefined)
    throw orderErrors.logo_request_inconsistent('It must say whose request it is.', {
      pointer: '/customerId',
    });
  if (ctx.customerId !== undefined && input.customerId !== undefined && input.customerId !== ctx.customerId)
    throw orderErrors.not_for_customers(undefined, { pointer: '/customerId' });
  return inTransaction(ctx, async (tx) => {
    await holdCustomer(tx, ctx.shop.id, customerId);
    await refuseItems(tx, ctx, input.items);
    const request: LogoRequest = {
      shopId: ctx.shop.id,
      id: newId(),
      customerId,
      state: 'requested',
      note: input.note ?? null,
      files: [...(input.files ?? [])],
      unitAmount: null,
      setupAmount: null,
      leadTimeDays: null,
      isSetupCharged: false,
      reason: null,
      quotedAt: null,
      acceptedAt: null,
      startedAt: null,
      endedAt: null,
      version: 1,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    };
    const items = input.items.map((item) => ({
      ...item,
      shopId: ctx.shop.id,
      requestId: request.id,
      orderedQuantity: 0,
    }));
    const whole = { request, items };
    await insertLogoRequest(tx, whole);
    await tell(tx, ctx, request);
    return whole;
  });
}

async function refuseItems(tx: Tx, ctx: Ctx, items: LogoRequestInput['items']): Promise<void> {
  const ids = items.map(({ productId }) => productId);
  const found = await findSellables(tx, ctx.shop.id, [...new Set(ids)]);
  const onSale = new Set(found.filter(({ status }) => status === 'active').map(({ id }) => id));
  const missing = ids.flatMap((id, index): Violation[] => {
    const detail = `The product ${id} does not exist or is not for sale.`;
    return onSale.has(id)
      ? []
      : [{ in: 'body', pointer: `/items/${index}/productId`, code: 'product_not_available', detail }];
  });
  if (missing.length > 0) throw orderErrors.product_not_available(undefined, { violations: missing });
  const twice = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (twice >= 0)
    throw orderErrors.logo_request_inconsistent('The product is named twice.', {
      pointer: `/items/${twice}/productId`,
    });
}

/** A request, for a customer only their own; else `not_found`. */
export const readLogoRequest = (ctx: Ctx, id: string): Promise<WholeLogoRequest> =>
  getLogoRequest(ctx.db, ctx.shop.id, id, ctx.customerId);

/** Requests, newest first; for a customer only their own. */
export async function readLogoRequests(ctx: Ctx, query: LogoRequestQuery): Promise<Page<WholeLogoRequest>> {
  const { rows, nextCursor } = await listLogoRequests(ctx.db, ctx.shop.id, query, ctx.customerId);
  const items = await listItems(
    ctx.db,
    ctx.shop.id,
    rows.map(({ id }) => id),
  );
  const itemsOf = (id: string) => items.filter(({ requestId }) => requestId === id);
  return { rows: rows.map((request) => ({ request, items: itemsOf(request.id) })), nextCursor };
}

export interface LogoQuote {
  readonly unitAmount: number;
  readonly setupAmount: number;
  readonly leadTimeDays: number;
}

/** Says what it costs and how long it takes; again, as long as it is not accepted. Refusal: logo_request_not_open. */
export const quoteLogoRequest = (ctx: Ctx, id: string, quote: LogoQuote): Promise<WholeLogoRequest> =>
  move(ctx, id, 'quoted', {
    unitAmount: BigInt(quote.unitAmount),
    setupAmount: BigInt(quote.setupAmount),
    leadTimeDays: quote.leadTimeDays,
    quotedAt: ctx.now,
  });

/** The customer agrees to what was quoted. Refusal: logo_request_not_open. */
export const acceptLogoRequest = (ctx: Ctx, id: string): Promise<WholeLogoRequest> =>
  move(ctx, id, 'accepted', { acceptedAt: ctx.now });

/** The goods are being made. Refusal: logo_request_not_open. */
export const startLogoRequest = (ctx: Ctx, id: string): Promise<WholeLogoRequest> =>
  move(ctx, id, 'in_production', { startedAt: ctx.now });

/** The goods are made. Refusal: logo_request_not_open. */
export const finishLogoRequest = (ctx: Ctx, id: string): Promise<WholeLogoRequest> =>
  move(ctx, id, 'done', { endedAt: ctx.now });

/** Either side says no, before anything is agreed. Refusal: logo_request_not_open. */
export const declineLogoRequest = (
  ctx: Ctx,
  id: string,
  { reason }: { reason?: string },
): Promise<WholeLogoRequest> => move(ctx, id, 'declined', { endedAt: ctx.now, reason: reason ?? null });

/**
 * It is called off; what is being made, only by the shop, and what is ordered by nobody: the order is cancelled first.
 * Refusals: logo_request_not_open, logo_request_ordered.
 */
export const cancelLogoRequest = (
  ctx: Ctx,
  id: string,
  { reason }: { reason?: string },
): Promise<WholeLogoRequest> => move(ctx, id, 'cancelled', { endedAt: ctx.now, reason: reason ?? null });

async function move(
  ctx: Ctx,
  id: string,
  to: LogoRequestState,
  changes: Partial<LogoRequest>,
): Promise<WholeLogoRequest> {
  return inTransaction(ctx, async (tx) => {
    const { request, items } = await lockLogoRequest(tx, ctx.shop.id, id, ctx.customerId);
    checkVersion(ctx, request);
    const { state } = request;
    // A quote that is not accepted yet may be replaced by another one.
    const isRequoted = to === 'quoted' && state === 'quoted';
    const isTheirs = ctx.customerId === undefined || state !== 'in_production';
    if (!isRequoted && (!logoRequestStates.canMove(state, to) || !isTheirs))
      throw orderErrors.logo_request_not_open(`The request is ${state}.`);
    if (to === 'cancelled' && items.some(({ orderedQuantity }) => orderedQuantity > 0))
      throw orderErrors.logo_request_ordered();
    const updated = await updateLogoRequest(tx, request, { ...changes, state: to }, ctx.now);
    await tell(tx, ctx, updated);
    return { request: updated, items };
  });
}

const tell = (tx: Tx, ctx: Ctx, { id, customerId, state, leadTimeDays }: LogoRequest): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, orderEvents.logoRequestChanged, id, { customerId, state, leadTimeDays }),
  ]);
