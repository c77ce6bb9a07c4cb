import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { type Places, pointingInto } from '../../platform/pointers.ts';
import { checkVersion } from '../../platform/versions.ts';
import { applyEdit } from '../orders/edits/apply-edit.ts';
import { type EditInput, type EditPreview, openEdit, previewEdit } from '../orders/edits/open-edit.ts';
import { readEdit, readEdits, type WholeEdit } from '../orders/edits/read.ts';
import { orderErrors } from '../orders/errors.ts';
import { readOrder } from '../orders/read.ts';
import { unitsLeftOf } from '../orders/line-rules.ts';
import { netTotalOf, unitsToShip } from '../orders/rules.ts';
import { lockOrderLines, type OrderLines } from '../orders/settle.ts';
import type { Payment } from '../payments/tables.ts';
import type { OrderLine } from '../orders/tables.ts';
import { refuseBusy } from './busy-lines-rules.ts';
import { settleEdit } from './edit-settlements.ts';
import { settlementErrors } from './errors.ts';
import { findLineHolders } from './facts-repository.ts';
import { lockSettlement } from './locked.ts';
import { type PayInput, payUnderLock } from './pay.ts';
import { findSettlementOfEdit, getSettlement } from './settlement-repository.ts';
import { sideOf } from './sides.ts';
import { type SettlementView, viewOf } from './view.ts';

export interface PricedOrderEdit {
  readonly preview: EditPreview;
  /** What the order costs when the edit is applied. */
  readonly netTotalAmount: bigint;
}

/** An edit with what settles its difference. */
export interface EditView {
  readonly whole: WholeEdit;
  readonly settlement: SettlementView | null;
  readonly payment: Payment | null;
}

interface OrderEditInput extends EditInput {
  readonly orderId: string;
  readonly message?: string;
}

/** What an edit would do to an order and its price; writes nothing. Refusals: those of previewEdit. */
export async function previewOrderEdit(ctx: Ctx, input: OrderEditInput): Promise<PricedOrderEdit> {
  const { order, lines } = await readOrder(ctx, input.orderId);
  const preview = await previewEdit(ctx.db, ctx, { order, lines }, input);
  return { preview, netTotalAmount: netTotalOf(order) + preview.differenceAmount };
}

/**
 * Changes the goods of a paid order, with one settlement for exactly the difference. What costs no more is applied at once and the
 * difference goes back; what costs more waits until the customer has paid. Refusals: those of openEdit, line_in_settlement.
 */
export async function editOrder(ctx: Ctx, input: OrderEditInput): Promise<EditView> {
  return inTransaction(ctx, async (tx) => {
    const locked = await lockOrderLines(tx, ctx, input.orderId);
    checkVersion(ctx, locked.order);
    return open(tx, ctx, locked, input, 'order_edit');
  });
}

export interface UpgradeInput {
  readonly orderId: string;
  readonly lineId: string;
  readonly productId: string;
  readonly quantity?: number;
  readonly payment?: PayInput;
}

/**
 * Gives the customer a dearer product in place of one that was not shipped, and opens the payment of the difference in the
 * same step. Refusals: those of editOrder, not_dearer, and those of paying.
 */
export async function upgradeLine(ctx: Ctx, input: UpgradeInput): Promise<EditView> {
  return inTransaction(ctx, async (tx) => {
    const locked = await lockOrderLines(tx, ctx, input.orderId);
    checkVersion(ctx, locked.order);
    const line = locked.lines.find(({ id }) => id === input.lineId);
    if (!line) throw platformErrors.not_found('The order has no such line.');
    const most = unitsToShip(line);
    const quantity = input.quantity ?? Math.max(1, most);
    if (quantity > most) throw tooManyUnits(most, input);
    const left = unitsLeftOf(line) - quantity;
    const wish = {
      lines: [{ lineId: input.lineId, quantity: left }],
      items: [{ productId: input.productId, quantity }],
    };
    // Who pays at the counter has agreed.
    const isAgreed = sideOf(ctx) === 'customer' || input.payment !== undefined;
    const opened = await pointingInto(placesOf(input), () =>
      open(tx, ctx, locked, { ...wish, orderId: input.orderId }, 'upgrade', isAgreed),
    );
    const { payment: asked } = input;
    if (!opened.settlement || !asked) return opened;
    const settled = await lockSettlement(tx, ctx, opened.settlement.settlement.id);
    const payment = await pointingInto({ '': '/payment' }, () => payUnderLock(tx, ctx, settled, asked));
    return { ...(await viewEdit(tx, ctx, opened.whole.edit.id)), payment };
  });
}

/** Where an upgrade has what the edit of it asks for. Without a quantity it is about the product: it is all of the line. */
function placesOf({ quantity }: UpgradeInput): Places {
  const units = quantity === undefined ? '/productId' : '/quantity';
  return {
    '/items/0': '/productId',
    '/items/0/quantity': units,
    '/lines/0': units,
    '/lines/0/lineId': { in: 'path', pointer: '/lineId' },
    '/lines/0/quantity': units,
    // An upgrade says nothing of the address: it is the product that cannot be sent there.
    '/shippingAddress': '/productId',
    '/shippingAddress/regionCode': '/productId',
  };
}

const tooManyUnits = (most: number, { quantity }: UpgradeInput) =>
  orderErrors.edit_not_possible(undefined, {
    violations: [
      {
        in: 'body',
        pointer: quantity === undefined ? '/productId' : '/quantity',
        code: 'units_shipped',
        detail: `Only ${most} units of the line are still to be shipped.`,
      },
    ],
  });

async function open(
  tx: Tx,
  ctx: Ctx,
  locked: OrderLines,
  input: OrderEditInput,
  reason: 'order_edit' | 'upgrade',
  isAgreed = sideOf(ctx) === 'customer',
): Promise<EditView> {
  // What units are worth must not change while they are about to go.
  const named = (input.lines ?? []).map(({ lineId }) => ({ id: lineId }));
  const busy = await findLineHolders(tx, ctx.shop.id, locked.lines.filter(isTouchedBy(input)));
  const { whole, preview } = await openEdit(tx, ctx, locked, input);
  refuseBusy(named, busy, '/lines');
  const { edit } = whole;
  if (reason === 'upgrade' && preview.differenceAmount <= 0n) throw notDearer(preview);
  const applied = preview.differenceAmount > 0n ? undefined : await applyEdit(tx, ctx, locked, edit.id);
  await settleEdit(tx, ctx, {
    order: applied?.order ?? locked.order,
    editId: edit.id,
    reason,
    differenceAmount: preview.differenceAmount,
    refunds: applied?.refunds ?? [],
    isAgreed,
    ...(input.message === undefined ? {} : { message: input.message }),
  });
  return viewEdit(tx, ctx, edit.id);
}

const isTouchedBy =
  ({ lines }: EditInput) =>
  (line: OrderLine): boolean =>
    lines?.some(({ lineId, quantity }) => lineId === line.id && quantity < unitsLeftOf(line)) ?? false;

const notDearer = ({ addedAmount, creditedAmount }: EditPreview) =>
  settlementErrors.not_dearer(`It costs ${addedAmount}, and what it replaces ${creditedAmount}.`, {
    pointer: '/items/0',
  });

async function viewEdit(on: Reader, ctx: Ctx, editId: string): Promise<EditView> {
  const whole = await readEdit(on, ctx.shop.id, editId);
  const id = await findSettlementOfEdit(on, ctx.shop.id, editId);
  const settlement =
    id === undefined ? null : await viewOf(on, ctx, await getSettlement(on, ctx.shop.id, id));
  return { whole, settlement, payment: null };
}

/** An edit of an order; a customer sees those of their own orders. */
export async function readOrderEdit(ctx: Ctx, input: { orderId: string; editId: string }): Promise<EditView> {
  await readOrder(ctx, input.orderId);
  const view = await viewEdit(ctx.db, ctx, input.editId);
  if (view.whole.edit.orderId !== input.orderId) throw platformErrors.not_found();
  return view;
}

/** The edits of an order, newest first. */
export async function readOrderEdits(ctx: Ctx, orderId: string) {
  await readOrder(ctx, orderId);
  return readEdits(ctx.db, ctx.shop.id, orderId);
}
