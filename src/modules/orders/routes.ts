import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { instantText, ref, text, uuid } from '../../platform/http/schema.ts';
import { creditRoutes } from './credit/routes.ts';
import { orderErrors as e } from './errors.ts';
import { OrderCreate, OrderUpdate, presentQuote, QuoteCreate, QuoteModel } from './input-schemas.ts';
import { campaignErrors } from '../campaigns/errors.ts';
import { countGuesses } from '../campaigns/coupons/resolve.ts';
import { couponRefusals, countUnknown } from './order-coupons.ts';
import { giftOrderRoutes, takenGiftErrors } from './gift-order-routes.ts';
import { lifecycleRoutes } from './lifecycle-routes.ts';
import { orderParcelRoutes } from './parcel-routes.ts';
import { campaignReportRoutes } from './campaign-reports/routes.ts';
import { orderPointsRoutes } from './points-routes.ts';
import { pricingRoutes } from './pricing-routes.ts';
import { orderTerms, placeOrder } from './place.ts';
import { type Quote, quoteBasket } from './quote.ts';
import { logoRequestRoutes } from './logo-requests/routes.ts';
import { OrderPromiseList, presentPromise } from './promise-schemas.ts';
import { readOrder, readOrders, readPromises, readTimeline } from './read.ts';
import {
  OrderHeadPage,
  OrderModel,
  OrderSort,
  OrderStatusName,
  presentOrder,
  presentOrderHead,
} from './schemas.ts';
import { buyerErrors, orderParams, pricingErrors } from './route-parts.ts';
import { OrderTimeline, presentTimelineEntry } from './timeline-schemas.ts';
import { updateOrderNotes } from './update.ts';

const tag = 'Orders';
const example = { params: { orderId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const aLine = { productId: '01890a5d-ac96-774b-bcce-b302099a8057', quantity: 2 };
const placeErrors = [
  ...pricingErrors,
  e.out_of_stock,
  e.total_changed,
  ...takenGiftErrors,
  e.campaign_used_up,
  ...couponRefusals,
  e.delivery_method_not_available,
  e.quote_not_valid,
  e.quote_expired,
  e.quote_mismatch,
  ...buyerErrors,
  e.external_id_taken,
  e.not_for_customers,
  e.credit_exceeded,
];
const orderQuery = Type.Object({
  ...pageQuery,
  status: Type.Optional(ref(OrderStatusName)),
  customerId: Type.Optional(uuid('Orders of this customer.')),
  number: Type.Optional(text('The order with this number.', 60)),
  externalId: Type.Optional(text('The order with this id of your own system.', 200)),
  placedAtFrom: Type.Optional(instantText('Placed then or later.')),
  placedAtTo: Type.Optional(instantText('Placed then or before.')),
  updatedSince: Type.Optional(instantText('Changed then or later.')),
  sort: Type.Optional(ref(OrderSort)),
});

export function orderRoutes(app: FastifyInstance): void {
  placingRoutes(app);
  giftOrderRoutes(app);
  readRoutes(app);
  promiseRoutes(app);
  pricingRoutes(app);
  campaignReportRoutes(app);
  changeRoutes(app);
  lifecycleRoutes(app);
  orderParcelRoutes(app);
  creditRoutes(app);
  orderPointsRoutes(app);
  logoRequestRoutes(app);
}

function placingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'quoteBasket',
    method: 'POST',
    path: '/v1/quotes',
    tag,
    summary: 'Price a basket',
    description:
      'Writes nothing and reserves nothing. The token holds the prices for some minutes: an order that is placed with it ' +
      'costs what the quote says, also when prices rise meanwhile.',
    access: { secret: 'orders:read', publishable: true, customer: true },
    body: QuoteCreate,
    success: { statuses: [200], schema: QuoteModel, description: 'The priced basket.' },
    errors: [...pricingErrors, campaignErrors.customer_not_nameable, ...buyerErrors],
    example: { body: { lines: [aLine] } },
    run: (ctx, { body }): Promise<Quote> => quoteBasket(ctx, body),
    mayGuess: ({ body }) => (body.couponCodes ?? []).length > 0,
    guessesIn: (outcome) => ('result' in outcome ? countGuesses(outcome.result.coupons) : 0),
    present: (quote, ctx) => presentQuote(quote, ctx.shop.currency),
  });

  operation(app, {
    operationId: 'placeOrder',
    method: 'POST',
    path: '/v1/orders',
    tag,
    summary: 'Place an order',
    description:
      'Prices the basket as the quote did and reserves the stock of all lines, or of none. An unpaid order is reminded ' +
      'twice and lapses when its grace is over; then everything goes back.',
    access: { secret: 'orders:write', customer: true },
    idempotency: 'required',
    meetsEarlierAnswer: true,
    body: OrderCreate,
    success: { statuses: [201], schema: OrderModel, description: 'The order.' },
    errors: placeErrors,
    example: {
      body: {
        lines: [aLine],
        channel: 'web',
        shippingAddress: {
          name: 'Maria Anders',
          line1: 'Obere Str. 57',
          city: 'Berlin',
          postalCode: '12209',
          country: 'DE',
        },
      },
    },
    run: (ctx, { body }) => placeOrder(ctx, { ...body, terms: orderTerms(ctx, body) }),
    mayGuess: ({ body }) => (body.couponCodes ?? []).length > 0,
    guessesIn: (outcome) => ('problem' in outcome ? countUnknown(outcome.problem) : 0),
    present: presentOrder,
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listOrders',
    method: 'GET',
    path: '/v1/orders',
    tag,
    summary: 'List orders',
    description:
      'Newest first unless sorted otherwise, without lines. With a customer token, only the own ones. ' +
      '`placedAtFrom` and `placedAtTo` go with a sort by `placedAt`, `updatedSince` with one by `updatedAt`.',
    access: { secret: 'orders:read', customer: true },
    query: orderQuery,
    success: { statuses: [200], schema: OrderHeadPage, description: 'A page of orders.' },
    errors: [platformErrors.sort_not_available],
    example: { query: { limit: 50, status: 'paid' } },
    run: (ctx, { query }) => readOrders(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((order) => presentOrderHead(order, ctx)),
      nextCursor,
    }),
  });

  operation(app, {
    operationId: 'getOrder',
    method: 'GET',
    path: '/v1/orders/{orderId}',
    tag,
    summary: 'Read an order',
    description: 'With its lines, their adjustments and its parcels. With a customer token, only an own one.',
    access: { secret: 'orders:read', customer: true },
    params: orderParams,
    success: { statuses: [200], schema: OrderModel, description: 'The order.' },
    errors: [],
    example,
    run: (ctx, input) => readOrder(ctx, input.params.orderId),
    present: presentOrder,
  });

  operation(app, {
    operationId: 'listOrderTimeline',
    method: 'GET',
    path: '/v1/orders/{orderId}/timeline',
    tag,
    summary: "Read an order's timeline",
    description:
      'Everything that happened to the order, by whom, oldest first. Customers read what is public.',
    access: { secret: 'orders:read', customer: true },
    params: orderParams,
    success: { statuses: [200], schema: OrderTimeline, description: 'The entries.' },
    errors: [],
    example,
    run: (ctx, input) => readTimeline(ctx, input.params.orderId),
    present: (entries, ctx) => ({ data: entries.map((entry) => presentTimelineEntry(entry, ctx)) }),
  });
}

function promiseRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listOrderPromises',
    method: 'GET',
    path: '/v1/orders/{orderId}/promises',
    tag,
    summary: 'List what an order was promised',
    description:
      'What the shop promised about its price when it was placed, in plain words. It stays promised, whatever becomes of the ' +
      'policies.',
    access: { secret: 'orders:read', customer: true },
    params: orderParams,
    success: { statuses: [200], schema: OrderPromiseList, description: 'The promises.' },
    errors: [],
    example,
    run: (ctx, input) => readPromises(ctx, input.params.orderId),
    present: (promises) => ({ data: promises.map(presentPromise) }),
  });
}

function changeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateOrder',
    method: 'PATCH',
    path: '/v1/orders/{orderId}',
    tag,
    summary: 'Change what is attached to an order',
    description:
      'External id, staff note and metadata, as JSON merge patch. Goods and price are changed in other ways.',
    access: { secret: 'orders:write' },
    versioned: true,
    params: orderParams,
    body: OrderUpdate,
    success: { statuses: [200], schema: OrderModel, description: 'The order.' },
    errors: [e.external_id_taken, e.too_much_metadata],
    example: {
      ...example,
      body: { staffNote: 'Asked for a call before delivery.', metadata: { desk: '4' } },
    },
    run: (ctx, input) => updateOrderNotes(ctx, input.params.orderId, input.body),
    present: presentOrder,
  });
}
