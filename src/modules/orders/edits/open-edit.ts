import { isDeepStrictEqual } from 'node:util';
import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import type { Violation } from '../../../platform/errors.ts';
import { newId } from '../../../platform/ids.ts';
import { pointingInto } from '../../../platform/pointers.ts';
import { reserveStock } from '../../catalogue/stock.ts';
import type { Payment } from '../../payments/tables.ts';
import { orderErrors } from '../errors.ts';
import { logoMovesOf } from '../logo-requests/line-rules.ts';
import { lockLogos, readLogos, takeLogos } from '../logo-requests/take.ts';
import { logoOf } from '../new-order.ts';
import { listRefundable } from '../refunds.ts';
import type { OrderLines } from '../settle.ts';
import type { Address, Order } from '../tables.ts';
import { type EditGoods, placesOf, type PricedGoods, readGoods } from './goods.ts';
import { refuseOpenEdit } from './read.ts';
import { insertEdit, type WholeEdit } from './repository.ts';
import { type EditRequest, type PricedEdit, priceEdit, readEdit } from './rules.ts';

export interface EditInput extends EditRequest {
  readonly shippingAddress?: Address;
}

export type EditPreview = PricedEdit<EditGoods, Payment> & Pick<PricedGoods, 'requests'>;

/**
 * What an edit would do to an order's goods and money. Writes nothing. Refusals: order_not_editable, order_in_edit, edit_not_possible,
 * amount_too_large, and those of placing goods: see readGoods.
 */
export async function previewEdit(
  on: Reader,
  ctx: Ctx,
  { order, lines }: OrderLines,
  input: EditInput,
  requestsOf = (ids: readonly string[]) => readLogos(on, ctx.shop.id, ids),
): Promise<EditPreview> {
  if (order.status !== 'paid' || order.paymentState === 'partial')
    throw orderErrors.order_not_editable(`The order is ${order.status} and ${order.paymentState}.`);
  await refuseOpenEdit(on, ctx.shop.id, order.id);
  const { wish, faults } = readEdit(lines, input, changesAddress(order, input));
  if (faults.length > 0) {
    const violations = faults.map((fault): Violation => ({ in: 'body', ...fault }));
    throw orderErrors.edit_not_possible(undefined, { violations });
  }
  const shippingAddress = input.shippingAddress ?? order.shippingAddress;
  const [{ goods, requests }, payments] = await Promise.all([
    readGoods(on, ctx, { order, lines }, wish, { shippingAddress, requestsOf }),
    listRefundable(on, ctx, order.id),
  ]);
  return pointingInto(placesOf(goods), async () => {
    const priced = priceEdit(order, lines, wish.units, goods, payments);
    if (!priced) throw orderErrors.amount_too_large(undefined, { pointer: lastOf(goods) });
    return { ...priced, requests };
  });
}

/** Where a basket of goods points that is too dear together with the order: at the last of them. */
const lastOf = (goods: readonly EditGoods[]): string => `/lines/${Math.max(0, goods.length - 1)}/quantity`;

const changesAddress = (order: Order, { shippingAddress }: EditInput): boolean =>
  shippingAddress !== undefined && !isDeepStrictEqual(shippingAddress, order.shippingAddress);

/**
 * Opens an edit of a locked order at the prices of now, and keeps the stock for what comes. It changes nothing of the order until
 * it is applied. Refusals: those of previewEdit, and out_of_stock.
 */
export async function openEdit(
  tx: Tx,
  ctx: Ctx,
  locked: OrderLines,
  input: EditInput,
): Promise<{ whole: WholeEdit; preview: EditPreview }> {
  const preview = await previewEdit(tx, ctx, locked, input, (ids) => lockLogos(tx, ctx.shop.id, ids));
  const stock = await reserveStock(
    tx,
    ctx.shop.id,
    preview.items.map(({ product, quantity }) => ({ productId: product.id, quantity })),
  );
  if (stock.failed.length > 0) throw outOfStock(preview.items, new Set(stock.failed));
  const whole = makeEdit(ctx, locked, input, preview);
  await insertEdit(tx, whole);
  await takeLogos(tx, ctx.shop.id, preview.requests, logoMovesOf(whole.items), ctx.now);
  return { whole, preview };
}

function outOfStock(items: EditPreview['items'], failed: ReadonlySet<string>) {
  const violations = items.flatMap(({ product, pointer }): Violation[] => {
    const detail = `There is not enough stock of ${product.id} for all that is asked for.`;
    return failed.has(product.id)
      ? [{ in: 'body', pointer: `${pointer}/quantity`, code: 'out_of_stock', detail }]
      : [];
  });
  return orderErrors.out_of_stock(undefined, { violations });
}

function makeEdit(ctx: Ctx, { order }: OrderLines, input: EditInput, preview: EditPreview): WholeEdit {
  const [shopId, editId] = [ctx.shop.id, newId()];
  const edit = {
    shopId,
    id: editId,
    orderId: order.id,
    state: 'open' as const,
    creditedAmount: preview.creditedAmount,
    addedAmount: preview.addedAmount,
    shippingAddress: input.shippingAddress ?? null,
    createdAt: ctx.now,
    appliedAt: null,
    version: 1,
    updatedAt: ctx.now,
  };
  return {
    edit,
    units: preview.credits.map(({ before, credit }) => ({ shopId, editId, lineId: before.id, ...credit })),
    items: preview.items.map(({ product, ...item }, index) => ({
      shopId,
      editId,
      position: index + 1,
      productId: product.id,
      productName: product.name,
      category: product.category,
      quantity: item.quantity,
      listUnitAmount: item.listUnitAmount,
      netAmount: item.netAmount,
      taxRateBps: item.taxRateBps,
      taxAmount: item.taxAmount,
      costUnitAmount: product.costAmount,
      discountAmount: item.discountAmount,
      priceBreaks: product.priceBreaks,
      breakMinimumQuantity: item.appliedBreak?.minimumQuantity ?? null,
      breakUnitAmount: item.appliedBreak?.unitAmount ?? null,
      ...logoOf(item.logo),
    })),
  };
}
