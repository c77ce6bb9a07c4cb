import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ref, uuid } from '../../platform/http/schema.ts';
import { CouponPromisePage, CouponPromiseStateName, presentCouponPromise } from './coupon-promise-schemas.ts';
import { listCouponPromises, listOwnCouponPromises } from './read.ts';

const tag = 'Wallets';
const state = Type.Optional(ref(CouponPromiseStateName, { description: 'Only those in this state.' }));
const success = {
  statuses: [200] as const,
  schema: CouponPromisePage,
  description: 'A page of promises.',
};

export function couponPromiseRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCouponPromises',
    method: 'GET',
    path: '/v1/coupon-promises',
    tag,
    summary: 'List promises of coupons',
    description:
      'Amounts that customers may have taken off once, as a coupon would: promised instead of money, because they agreed. ' +
      'Newest first. What is left of one that was used in part is a promise of its own.',
    access: { secret: 'wallets:read' },
    query: Type.Object({
      customerId: Type.Optional(uuid('Only those of this customer.')),
      state,
      ...pageQuery,
    }),
    success,
    errors: [],
    example: { query: { state: 'issued', limit: 20 } },
    run: (ctx, { query }) => listCouponPromises(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentCouponPromise), nextCursor }),
  });

  operation(app, {
    operationId: 'listOwnCouponPromises',
    method: 'GET',
    path: '/v1/me/coupon-promises',
    tag,
    summary: 'List the own promises of coupons',
    description: 'What the customer who calls may have taken off once, and until when. Newest first.',
    access: { customer: true },
    query: Type.Object({ state, ...pageQuery }),
    success,
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnCouponPromises(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentCouponPromise), nextCursor }),
  });
}
