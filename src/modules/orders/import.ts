import { createHash } from 'node:crypto';
import { HOUR_MS } from '../../platform/time.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { Problem, type Violation } from '../../platform/errors.ts';
import { eventRow } from '../../platform/events/define.ts';
import { wakeAfterCommit } from '../../platform/events/outbox.ts';
import { canonicalJson } from '../../platform/http/canonical.ts';
import { newId } from '../../platform/ids.ts';
import { sumOf } from '../../platform/money.ts';
import { reserveStock, takeStock } from '../catalogue/stock.ts';
import { post } from '../ledger/post.ts';
import { recordPastPayment } from '../payments/attempts.ts';
import { type ImportedDue, refuseDues, takeImported } from './credit/import.ts';
import { orderErrors } from './errors.ts';
import { orderEvents } from './events.ts';
import { decideStanding, findDateFault, type ImportDates, type ImportStanding } from './import-rules.ts';
import { resolveImport, type ResolvedImport } from './import-lookup.ts';
import { findParcelFault, writeImportedParcel } from './import-parcel.ts';
import { makeAdjustments, makeLines, NO_CAMPAIGNS, NO_CHANGES } from './new-order.ts';
import { earnOrderPoints } from './points.ts';
import { placedTransfer, postOrderChange } from './postings.ts';
import { findByExternalId, insertOrder, loadWhole, NumberTaken, type OrderWhole } from './repository.ts';
import { priceBasket } from './rules.ts';
import { ordersSettings } from './settings.ts';
import type { PaymentTerms } from './states.ts';
import { summaryWithLines } from './summary.ts';
import type { Address, Order, OrderAdjustment, OrderLine } from './tables.ts';
import { type TimelineKind, timelineRow } from './timeline.ts';

export interface ImportInput {
  readonly externalId: string;
  readonly number: string;
  readonly channel: string;
  readonly customerId?: string | null;
  readonly customerExternalId?: string;
  readonly terms: PaymentTerms;
  readonly lines: readonly ImportLine[];
  readonly dues?: readonly ImportedDue[];
  readonly freightAmount: number;
  readonly freightTaxRateBps: number;
  readonly shippingAddress?: Address | null;
  readonly metadata?: Record<string, string>;
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly carrierId?: string;
  readonly method?: string;
  readonly promisedOn?: string;
  readonly carrierCostAmount?: number;
  readonly placedAt: string;
  readonly paidAt?: string | null;
  readonly shippedAt?: string | null;
  readonly deliveredAt?: string | null;
  readonly completedAt?: string | null;
  readonly cancelledAt?: string | null;
}

interface ImportLine {
  readonly productId?: string;
  readonly productExternalId?: string;
  readonly quantity: number;
  /** What was charged per unit before adjustments, in minor units. */
  readonly unitAmount: number;
  readonly taxRateBps?: number;
  readonly adjustments?: readonly { readonly reason: string; readonly amount: number }[];
}

const dateOrNull = (text: string | null | undefined) => (text == null ? null : new Date(text));

const datesOf = (input: ImportInput): ImportDates => ({
  placedAt: new Date(input.placedAt),
  paidAt: dateOrNull(input.paidAt),
  shippedAt: dateOrNull(input.shippedAt),
  deliveredAt: dateOrNull(input.deliveredAt),
  completedAt: dateOrNull(input.completedAt),
  cancelledAt: dateOrNull(input.cancelledAt),
});

/**
 * Takes in an order that was made elsewhere, with its own number, prices and dates; from then on it is like any other.
 * The same import again changes nothing. Refusals: import_conflict, import_inconsistent, product_not_available,
 * customer_not_found, out_of_stock, number_taken, and those of registerParcels.
 */
export async function importOrder(
  ctx: Ctx,
  input: ImportInput,
): Promise<{ whole: OrderWhole; created: boolean }> {
  const dates = datesOf(input);
  const fault = findDateFault(dates, input.terms, ctx.now) ?? findParcelFault(input, dates);
  if (fault) throw fault;
  const importHash = createHash('sha256').update(canonicalJson(input)).digest('hex');
  const run = () => takeIn(ctx, input, dates, importHash);
  // The same import at the same moment took the external id or the number first: now it is there to be found.
  return run().catch((error: unknown) => (isTaken(error) ? run() : Promise.reject(error as Error)));
}

const isTaken = (error: unknown): boolean =>
  error instanceof Problem &&
  [orderErrors.number_taken, orderErrors.external_id_taken].some(
    ({ code }) => code === error.definition.code,
  );

function takeIn(ctx: Ctx, input: ImportInput, dates: ImportDates, importHash: string) {
  return inTransaction(ctx, async (tx) => {
    const existing = await findByExternalId(tx, ctx.shop.id, input.externalId);
    if (existing) {
      if (existing.importHash !== importHash)
        throw orderErrors.import_conflict(undefined, { pointer: '/externalId' });
      return { whole: await loadWhole(tx, existing), created: false };
    }
    const resolved = await resolveImport(tx, ctx, input);
    const made = makeImported(ctx, input, resolved, dates, importHash);
    refuseDues(made.order, input.dues);
    await moveStock(tx, ctx, made.order, made.lines);
    await insertOrder(tx, {
      ...made,
      entries: entriesOf(ctx, made.order),
      events: [importedEvent(ctx, made)],
    }).catch(numberTaken);
    await takeImported(tx, ctx, made.order, input.dues);
    await post(tx, ctx, placedTransfer(made.order));
    if (dates.paidAt && !dates.cancelledAt && made.order.totalAmount > 0n)
      await takePastPayment(tx, ctx, made.order, dates.paidAt);
    if (made.order.paymentState === 'paid' && made.order.status !== 'cancelled')
      await earnOrderPoints(tx, ctx, made.order, made.lines);
    if (dates.shippedAt) await writeImportedParcel(tx, ctx, made.order, made.lines, input);
    wakeAfterCommit(tx, ctx);
    return { whole: await loadWhole(tx, made.order), created: true };
  });
}

async function takePastPayment(tx: Tx, ctx: Ctx, order: Order, paidAt: Date): Promise<void> {
  const payment = { amount: order.totalAmount, reference: order.number, succeededAt: paidAt };
  const paymentId = await recordPastPayment(tx, ctx, {
    subjectType: 'order',
    subjectId: order.id,
    orderId: order.id,
    ...payment,
  });
  const change = { kind: 'payment_applied', subject: paymentId, effectiveAt: paidAt };
  await postOrderChange(tx, ctx, change, { ...order, paidAmount: 0n }, order);
}

// The number comes from outside: there is no other one to try.
const numberTaken = (error: unknown): never => {
  if (error instanceof NumberTaken) throw orderErrors.number_taken(undefined, { pointer: '/number' });
  throw error;
};

interface Imported {
  readonly order: Order;
  readonly lines: OrderLine[];
  readonly adjustments: OrderAdjustment[];
}

function makeImported(
  ctx: Ctx,
  input: ImportInput,
  resolved: ResolvedImport,
  dates: ImportDates,
  importHash: string,
): Imported {
  const settings = ordersSettings.of(ctx.shop);
  refuseOverAdjusted(resolved);
  const basket = priceBasket(resolved.lines, {
    taxRateBps: input.freightTaxRateBps,
    amountFor: () => BigInt(input.freightAmount),
  });
  const standing = decideStanding(
    dates,
    {
      terms: input.terms,
      lapseMs: (settings.lapseHours + settings.lapseGraceHours) * HOUR_MS,
      autoCompleteDays: settings.autoCompleteDays,
      totalAmount: basket.totalAmount,
    },
    ctx.now,
  );
  const order = {
    ...importedOrder(ctx, input, dates, standing),
    ...amountsOf(basket),
    customerId: resolved.customerId,
    importHash,
  };
  if (standing.paymentState === 'paid') order.paidAmount = order.totalAmount;
  // What the goods cost when they were sold is not known, and neither is the ladder that they were sold by.
  const lines = makeLines(order, basket.lines).map((line) => ({
    ...line,
    costUnitAmount: null,
    priceBreaks: [],
  }));
  return { order, lines, adjustments: makeAdjustments(order, basket.lines, lines) };
}

function refuseOverAdjusted({ lines }: ResolvedImport): void {
  const over = lines.flatMap((line, index): Violation[] => {
    const discount = sumOf(line.adjustments.map((adjustment) => adjustment.amount));
    if (discount <= line.listUnitAmount * BigInt(line.quantity)) return [];
    const detail = 'The adjustments are more than the line.';
    return [{ in: 'body', pointer: `/lines/${index}/adjustments`, code: 'import_inconsistent', detail }];
  });
  if (over.length > 0) throw orderErrors.import_inconsistent(undefined, { violations: over });
}

const amountsOf = (basket: ReturnType<typeof priceBasket>) => ({
  linesAmount: basket.linesAmount,
  discountAmount: basket.discountAmount,
  freightAmount: basket.freightAmount,
  freightParts: [],
  freightTaxAmount: basket.freightTaxAmount,
  taxAmount: basket.taxAmount,
  totalAmount: basket.totalAmount,
});

function importedOrder(ctx: Ctx, input: ImportInput, dates: ImportDates, standing: ImportStanding) {
  return {
    ...dates,
    ...standing,
    shopId: ctx.shop.id,
    id: newId(),
    number: input.number,
    externalId: input.externalId,
    channel: input.channel,
    origin: 'imported' as const,
    terms: input.terms,
    currency: ctx.shop.currency,
    freightTaxRateBps: input.freightTaxRateBps,
    paidAmount: 0n,
    refundedAmount: 0n,
    ...NO_CHANGES,
    ...NO_CAMPAIGNS,
    dispatchOn: null,
    arrivalEarliestOn: null,
    arrivalLatestOn: null,
    deliveryMethod: null,
    shippingAddress: input.shippingAddress ?? null,
    senderAddress: null,
    staffNote: null,
    metadata: input.metadata ?? {},
    cancelReason: dates.cancelledAt ? ('shop' as const) : null,
    reminderDueAt: null,
    remindersSent: 0,
    version: 1,
    updatedAt: ctx.now,
  };
}

/** Shipped goods have left the house; what is still open is reserved like any order's. */
async function moveStock(tx: Tx, ctx: Ctx, order: Order, lines: readonly OrderLine[]): Promise<void> {
  if (order.status === 'cancelled') return;
  const move = order.shippedAt ? takeStock : reserveStock;
  const moved = await move(tx, ctx.shop.id, lines);
  const index = lines.findIndex((line) => moved.failed.includes(line.productId));
  if (index >= 0) throw orderErrors.out_of_stock(undefined, { pointer: `/lines/${index}/quantity` });
}

function entriesOf(ctx: Ctx, order: Order) {
  const moments: [TimelineKind, Date | null][] = [
    ['placed', order.placedAt],
    ['paid', order.paidAt],
    ['shipped', order.shippedAt],
    ['delivered', order.deliveredAt],
    ['completed', order.completedAt],
    ['cancelled', order.cancelledAt],
  ];
  const past = moments.flatMap(([kind, occurredAt]) =>
    occurredAt ? [timelineRow(ctx, order.id, { kind, occurredAt })] : [],
  );
  return [
    ...past,
    timelineRow(ctx, order.id, {
      kind: 'imported',
      isPublic: false,
      details: { externalId: order.externalId },
    }),
  ];
}

const importedEvent = (ctx: Ctx, { order, lines }: Imported) =>
  eventRow(ctx, orderEvents.imported, order.id, summaryWithLines(order, lines));
