import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { ledgerErrors } from '../ledger/errors.ts';
import { orderErrors } from '../orders/errors.ts';
import { paymentErrors } from '../payments/errors.ts';
import { cardErrors } from '../wallets/cards/errors.ts';
import { couponErrors } from '../campaigns/coupons/errors.ts';
import {
  LineUpgradeCreate,
  OrderEditCreate,
  OrderEditList,
  OrderEditModel,
  OrderEditPreviewCreate,
  OrderEditPreviewModel,
  presentEdit,
  presentEditHead,
  presentEditPreview,
} from './edit-schemas.ts';
import { editOrder, previewOrderEdit, readOrderEdit, readOrderEdits, upgradeLine } from './edits.ts';
import { settlementErrors as errors } from './errors.ts';

const tag = 'Settlements';
const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const params = Type.Object({ orderId: uuid('The order.') });
const lineParams = Type.Object({ orderId: uuid('The order.'), lineId: uuid('The line.') });
const editParams = Type.Object({ orderId: uuid('The order.'), editId: uuid('The edit.') });
const example = { params: { orderId: someId }, body: { lines: [{ lineId: someId, quantity: 1 }] } };
const whole = { schema: OrderEditModel, description: 'The edit.' };
const priced = [
  orderErrors.order_not_editable,
  orderErrors.order_in_edit,
  orderErrors.edit_not_possible,
  orderErrors.product_not_available,
  orderErrors.below_minimum_quantity,
  orderErrors.not_order_multiple,
  orderErrors.logo_request_not_found,
  orderErrors.logo_request_not_accepted,
  orderErrors.logo_request_not_for_product,
  orderErrors.logo_request_used_up,
  orderErrors.region_not_served,
  orderErrors.region_required,
  orderErrors.region_unknown,
  orderErrors.freight_facts_missing,
  platformErrors.amount_too_large,
];

/** Other goods for an order that is paid. */
export function editRoutes(app: FastifyInstance): void {
  changingRoutes(app);
  upgradeRoute(app);
  readingRoutes(app);
}

function changingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'previewOrderEdit',
    method: 'POST',
    path: '/v1/orders/{orderId}/edits/preview',
    tag,
    summary: 'Price an edit of an order',
    description:
      'What other goods would cost, with the payments that would carry what goes back. Writes nothing.',
    access: { secret: 'settlements:read', customer: true },
    params,
    body: OrderEditPreviewCreate,
    success: { statuses: [200], schema: OrderEditPreviewModel, description: 'The edit with its arithmetic.' },
    errors: priced,
    example,
    run: (ctx, { params: { orderId }, body }) => previewOrderEdit(ctx, { orderId, ...body }),
    present: presentEditPreview,
  });

  operation(app, {
    operationId: 'editOrder',
    method: 'POST',
    path: '/v1/orders/{orderId}/edits',
    tag,
    summary: 'Edit a paid order',
    description:
      'Changes goods that have not been shipped, with one settlement for exactly the difference. What stays keeps its price and ' +
      'its share of every discount. What costs no more is applied at once, and the difference goes back along the payments; ' +
      'what costs more waits until the customer has paid it. Units that are taken off have to be free of other settlements.',
    access: { secret: 'settlements:write', customer: true },
    idempotency: 'required',
    versioned: true,
    params,
    body: OrderEditCreate,
    success: { statuses: [201], ...whole },
    errors: [...priced, orderErrors.out_of_stock, errors.line_in_settlement],
    example,
    run: (ctx, { params: { orderId }, body }) => editOrder(ctx, { orderId, ...body }),
    present: presentEdit,
  });
}

function upgradeRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'upgradeLine',
    method: 'POST',
    path: '/v1/orders/{orderId}/lines/{lineId}/upgrade',
    tag,
    summary: 'Upgrade a line to a dearer product',
    description:
      'For goods that have not been shipped. With `payment` the attempt to pay the difference is opened in the same call, and the ' +
      'order is changed when the money is there; without it the customer pays the settlement in time.',
    access: { secret: 'settlements:write', customer: true },
    idempotency: 'required',
    versioned: true,
    params: lineParams,
    body: LineUpgradeCreate,
    success: { statuses: [201], ...whole },
    errors: [
      ...priced,
      orderErrors.out_of_stock,
      errors.line_in_settlement,
      errors.not_dearer,
      paymentErrors.provider_not_available,
      paymentErrors.amount_not_supported,
      paymentErrors.payment_method_not_taken,
      ledgerErrors.insufficient_balance,
      couponErrors.coupon_not_usable,
      cardErrors.card_not_usable,
    ],
    example: {
      params: { orderId: someId, lineId: someId },
      body: { productId: someId, payment: { provider: 'simulator' } },
    },
    run: (ctx, { params: ids, body }) => upgradeLine(ctx, { ...ids, ...body }),
    present: presentEdit,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listOrderEdits',
    method: 'GET',
    path: '/v1/orders/{orderId}/edits',
    tag,
    summary: 'List the edits of an order',
    description: 'Newest first, without their goods.',
    access: { secret: 'settlements:read', customer: true },
    params,
    success: { statuses: [200], schema: OrderEditList, description: 'The edits.' },
    errors: [],
    example: { params: { orderId: someId } },
    run: (ctx, { params: { orderId } }) => readOrderEdits(ctx, orderId),
    present: (rows) => ({ data: rows.map(presentEditHead) }),
  });

  operation(app, {
    operationId: 'getOrderEdit',
    method: 'GET',
    path: '/v1/orders/{orderId}/edits/{editId}',
    tag,
    summary: 'Read an edit',
    description: 'With its goods and the settlement of its difference.',
    access: { secret: 'settlements:read', customer: true },
    params: editParams,
    success: { statuses: [200], ...whole },
    errors: [],
    example: { params: { orderId: someId, editId: someId } },
    run: (ctx, { params: ids }) => readOrderEdit(ctx, ids),
    present: presentEdit,
  });
}
