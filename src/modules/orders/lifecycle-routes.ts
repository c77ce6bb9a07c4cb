import { couponErrors } from '../campaigns/coupons/errors.ts';
import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { ledgerErrors } from '../ledger/errors.ts';
import { paymentErrors } from '../payments/errors.ts';
import { PaymentCreate, PaymentResource, presentPayment } from '../payments/schemas.ts';
import { cancelOrder } from './cancel.ts';
import { completeOrder } from './complete.ts';
import { parcelErrors } from '../shipping/parcels/errors.ts';
import { cardErrors } from '../wallets/cards/errors.ts';
import { orderErrors as e } from './errors.ts';
import { importOrder } from './import.ts';
import { OrderCancel, OrderImport, OrderPriceReduction, OrderShip } from './input-schemas.ts';
import { payOrder } from './pay.ts';
import { readPackingSlip } from './packing-slip.ts';
import { PackingSlip, presentPackingSlip } from './packing-slip-schemas.ts';
import { readOrderPayments } from './read.ts';
import { lowerOrderPrice } from './reprice.ts';
import { OrderModel, OrderPaymentList, presentOrder } from './schemas.ts';
import { deliverShipment, shipOrder } from './ship.ts';

const tag = 'Orders';
const handingOver = [
  parcelErrors.carrier_not_found,
  parcelErrors.carrier_not_available,
  parcelErrors.carrier_method_not_found,
  parcelErrors.tracking_number_taken,
];
const params = Type.Object({ orderId: uuid('The order.') });
const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const example = { params: { orderId: someId } };
const order = (description: string) => ({ statuses: [200] as const, schema: OrderModel, description });

/** What moves an order through its states. */
export function lifecycleRoutes(app: FastifyInstance): void {
  paymentRoutes(app);
  priceRoutes(app);
  shipmentRoutes(app);
  packingSlipRoute(app);
  endRoutes(app);
  importRoutes(app);
}

function paymentRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'payOrder',
    method: 'POST',
    path: '/v1/orders/{orderId}/payments',
    tag,
    summary: 'Pay an order',
    description:
      'Opens an attempt with a number of its own. A manual payment counts at once, and so does one with the stored value ' +
      "or a coupon of the order's customer, which pays what it is worth and leaves the rest as a coupon of its own; a provider takes the money after the answer and tells how it went. Whatever is too much " +
      'goes back by itself.',
    access: { secret: 'payments:write', customer: true },
    idempotency: 'required',
    versioned: true,
    params,
    body: PaymentCreate,
    success: { statuses: [201], schema: PaymentResource, description: 'The attempt.' },
    errors: [
      e.order_not_payable,
      e.payment_too_large,
      paymentErrors.provider_not_available,
      paymentErrors.amount_not_supported,
      paymentErrors.payment_method_not_taken,
      couponErrors.coupon_not_usable,
      cardErrors.card_not_usable,
      ledgerErrors.insufficient_balance,
    ],
    example: { ...example, body: { provider: 'manual', reference: 'Receipt 118' } },
    run: (ctx, input) => payOrder(ctx, { ...input.params, ...input.body }),
    present: presentPayment,
  });

  operation(app, {
    operationId: 'listOrderPayments',
    method: 'GET',
    path: '/v1/orders/{orderId}/payments',
    tag,
    summary: 'List the payments of an order',
    description:
      'Every attempt, newest first, with what became of it; also those for what settlements charged on top.',
    access: { secret: 'payments:read', customer: true },
    params,
    success: { statuses: [200], schema: OrderPaymentList, description: 'The attempts.' },
    errors: [],
    example,
    run: (ctx, input) => readOrderPayments(ctx, input.params.orderId),
    present: (rows) => ({ data: rows.map(presentPayment) }),
  });
}

function priceRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'lowerOrderPrice',
    method: 'POST',
    path: '/v1/orders/{orderId}/lower-price',
    tag,
    summary: 'Lower the price of an unpaid order',
    description:
      'By an amount that is spread over the lines, never below the floor of a product. Logged with its reason.',
    access: { secret: 'orders:write' },
    idempotency: 'required',
    versioned: true,
    params,
    body: OrderPriceReduction,
    success: order('The order at its new price.'),
    errors: [e.order_not_repricable, e.below_floor],
    example: {
      ...example,
      body: { reductionAmount: 300, reason: 'The customer found a scratch on the box.' },
    },
    run: (ctx, input) => lowerOrderPrice(ctx, { ...input.params, ...input.body }),
    present: presentOrder,
  });
}

function shipmentRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'shipOrder',
    method: 'POST',
    path: '/v1/orders/{orderId}/ship',
    tag,
    summary: 'Ship an order or a part of it',
    description:
      'Goods leave and their stock with them, all that is left or a part. With a `carrierId` they leave in one parcel or several, each ' +
      'with its number, weight and content, its cost by the price list in force and the day that it is promised for; those are ' +
      'tracked and scored. The order is shipped when the last unit has left.',
    access: { secret: 'orders:write' },
    idempotency: 'required',
    versioned: true,
    params,
    body: OrderShip,
    success: order('The order with its parcels.'),
    errors: [
      e.order_not_shippable,
      e.deposit_open,
      e.order_in_edit,
      e.shipment_too_large,
      parcelErrors.parcels_inconsistent,
      ...handingOver,
    ],
    example: { ...example, body: { carrier: 'Speedy Express', trackingNumber: 'SE-10248' } },
    run: (ctx, input) => shipOrder(ctx, { ...input.params, ...input.body }),
    present: presentOrder,
  });

  operation(app, {
    operationId: 'deliverShipment',
    method: 'POST',
    path: '/v1/orders/{orderId}/shipments/{shipmentId}/deliver',
    tag,
    summary: 'Say that a parcel arrived',
    description: 'By the shop, or by the customer. The order is delivered when the last parcel has arrived.',
    access: { secret: 'orders:write', customer: true },
    versioned: true,
    params: Type.Object({ orderId: uuid('The order.'), shipmentId: uuid('The parcel.') }),
    success: order('The order.'),
    errors: [],
    example: { params: { orderId: someId, shipmentId: someId } },
    run: (ctx, input) => deliverShipment(ctx, input.params),
    present: presentOrder,
  });
}

function packingSlipRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getPackingSlip',
    method: 'GET',
    path: '/v1/orders/{orderId}/packing-slip',
    tag,
    summary: 'Read the packing slip of an order',
    description:
      'What goes into its parcels, from whom and to whom, without any amount: it can lie in a parcel that a reseller has sent in ' +
      'their own name.',
    access: { secret: 'orders:read' },
    params,
    success: { statuses: [200], schema: PackingSlip, description: 'The slip.' },
    errors: [],
    example,
    run: (ctx, input) => readPackingSlip(ctx, input.params.orderId),
    present: presentPackingSlip,
  });
}

function endRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'completeOrder',
    method: 'POST',
    path: '/v1/orders/{orderId}/complete',
    tag,
    summary: 'Complete an order',
    description: 'A delivered and paid order is over. It also completes by itself after some days.',
    access: { secret: 'orders:write', customer: true },
    versioned: true,
    params,
    success: order('The completed order.'),
    errors: [e.order_not_completable],
    example,
    run: (ctx, input) => completeOrder(ctx, input.params.orderId),
    present: presentOrder,
  });

  operation(app, {
    operationId: 'cancelOrder',
    method: 'POST',
    path: '/v1/orders/{orderId}/cancel',
    tag,
    summary: 'Cancel an order',
    description: 'Before anything was shipped. Stock and everything that was paid go back.',
    access: { secret: 'orders:write', customer: true },
    idempotency: 'required',
    versioned: true,
    params,
    body: OrderCancel,
    success: order('The cancelled order.'),
    errors: [e.order_not_cancellable, e.order_in_edit],
    example: { ...example, body: { note: 'Ordered by mistake.' } },
    run: (ctx, input) => cancelOrder(ctx, { ...input.params, ...input.body }),
    present: presentOrder,
  });
}

function importRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'importOrder',
    method: 'POST',
    path: '/v1/orders/import',
    tag,
    summary: 'Import an order that was made elsewhere',
    description:
      'With its own number, prices and dates; then it is treated like any other. Importing the same again answers 200 and ' +
      'changes nothing. Shipped goods are taken from stock, open ones are reserved.',
    access: { secret: 'orders:import' },
    idempotency: 'required',
    body: OrderImport,
    success: {
      statuses: [201, 200],
      schema: OrderModel,
      description: 'The order: 201 when it is new, 200 when it was there.',
    },
    errors: [
      e.import_conflict,
      e.import_inconsistent,
      e.product_not_available,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
      e.out_of_stock,
      e.number_taken,
      e.amount_too_large,
      parcelErrors.carrier_not_found,
      parcelErrors.carrier_method_not_found,
      parcelErrors.tracking_number_taken,
    ],
    example: {
      body: {
        externalId: 'erp-20001',
        number: '20001',
        channel: 'marketplace',
        lines: [
          {
            productId: someId,
            quantity: 3,
            unitAmount: 1400,
            adjustments: [{ reason: 'Trade discount', amount: 210 }],
          },
        ],
        freightAmount: 500,
        placedAt: '1998-05-01T09:00:00Z',
        paidAt: '1998-05-01T09:05:00Z',
      },
    },
    run: (ctx, { body }) => importOrder(ctx, { ...body, terms: body.terms ?? 'prepaid' }),
    present: ({ whole }, ctx) => presentOrder(whole, ctx),
    statusOf: ({ created }) => (created ? 201 : 200),
  });
}
