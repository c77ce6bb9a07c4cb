import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import {
  defineEvent,
  type EventDefinition,
  eventRow,
  type NewEvent,
} from '../../../platform/events/define.ts';
import {
  instantOrNull,
  nullableInstant,
  nullableText,
  nullableUuid,
  uuid,
} from '../../../platform/http/schema.ts';
import type { Coupon, CouponBatch, CouponDefinition } from './tables.ts';

const definitionData = Type.Object({
  name: Type.String({ description: 'What the shop calls it.' }),
  state: Type.String({ description: 'The state after the event.' }),
  campaignId: nullableUuid('The campaign that its codes open.'),
});

/** What happens to definitions of coupons. */
export const couponDefinitionEvents = {
  created: defineEvent('coupon_definition.created', 'A kind of coupons was defined.', definitionData),
  updated: defineEvent('coupon_definition.updated', 'A definition of coupons was changed.', definitionData),
  paused: defineEvent(
    'coupon_definition.paused',
    'Codes of a definition are refused for now.',
    definitionData,
  ),
  resumed: defineEvent(
    'coupon_definition.resumed',
    'Codes of a definition can be used again.',
    definitionData,
  ),
  archived: defineEvent(
    'coupon_definition.archived',
    'A definition ended, and its codes with it.',
    definitionData,
  ),
};

export const couponBatchEvents = {
  issued: defineEvent(
    'coupon_batch.issued',
    'Codes were issued together; none of them is told by itself.',
    Type.Object({
      definitionId: uuid('Of which definition.'),
      quantity: Type.Integer({ description: 'How many.' }),
    }),
  ),
};

// Not the code: who reads the feed could use it.
const data = Type.Object({
  definitionId: uuid('Of which definition.'),
  customerId: nullableUuid('Whose it is; null of an open one.'),
  amount: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'Of a value: what it takes off, in minor units; null of one that opens a campaign.',
  }),
  currency: Type.String({ description: 'ISO 4217.' }),
  validUntil: nullableInstant('Until when it can be used.'),
  forType: nullableText('What holds or used it, such as `order`; null of everything else.'),
  forId: nullableUuid('Which one.'),
});

/** What happens to coupons. */
export const couponEvents = {
  issued: defineEvent('coupon.issued', 'A code was issued, or is what is left of another.', data),
  held: defineEvent('coupon.held', 'Something that is not paid yet holds a use of a code.', data),
  used: defineEvent('coupon.used', 'What held a use of a code was paid.', data),
  returned: defineEvent(
    'coupon.returned',
    'What held or used a code ended, or was paid back: it has that use again.',
    data,
  ),
  expired: defineEvent('coupon.expired', 'A code that belongs to somebody was not used in its time.', data),
  revoked: defineEvent(
    'coupon.revoked',
    'A code was taken back by the shop, or ended with its customer’s erasure.',
    data,
  ),
};

interface ToldSubject {
  readonly type: string;
  readonly id: string;
}

/** The event of a coupon, for whatever holds or used it. */
export const couponEvent = (
  ctx: Ctx,
  kind: EventDefinition<typeof data>,
  coupon: Pick<Coupon, 'id' | 'definitionId' | 'customerId' | 'amount' | 'validUntil'>,
  subject?: ToldSubject,
): NewEvent =>
  eventRow(ctx, kind, coupon.id, {
    definitionId: coupon.definitionId,
    customerId: coupon.customerId,
    amount: coupon.amount === null ? null : Number(coupon.amount),
    currency: ctx.shop.currency,
    validUntil: instantOrNull(coupon.validUntil),
    forType: subject?.type ?? null,
    forId: subject?.id ?? null,
  });

export const definitionEvent = (
  ctx: Ctx,
  kind: EventDefinition<typeof definitionData>,
  { id, name, state, campaignId }: CouponDefinition,
): NewEvent => eventRow(ctx, kind, id, { name, state, campaignId });

export const batchEvent = (ctx: Ctx, { id, definitionId, quantity }: CouponBatch): NewEvent =>
  eventRow(ctx, couponBatchEvents.issued, id, { definitionId, quantity });
