import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableUuid,
  pageOf,
  PositiveAmount,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import type { Ctx } from '../../../platform/context.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { attemptFields, PaymentResource } from '../../payments/schemas.ts';
import { dueOf } from './rules.ts';
import { GIFT_GRANT_SOURCES } from './kinds.ts';
import { giftGrantStates, redemptionStates } from './states.ts';
import type { GiftGrant, Redemption } from './tables.ts';

export const RedemptionStateName = enumeration(
  'RedemptionState',
  '`held`: points and gifts are kept until somebody confirms it, and until it is paid where it costs money. `cancelled` and `expired`: points and money are back.',
  redemptionStates.names,
);
export const GiftGrantStateName = enumeration(
  'GiftGrantState',
  '`open`: it is owed. `cancelled`: it is not owed any more.',
  giftGrantStates.names,
);
const GiftGrantSource = enumeration('GiftGrantSource', 'What a gift was won with.', GIFT_GRANT_SOURCES);
const units = (description: string) => Type.Integer({ minimum: 1, maximum: 10_000, description });

export const RedemptionCreate = inputModel('RedemptionCreate', 'Gifts that a member has for points.', {
  giftId: uuid('The gift.'),
  quantity: Type.Integer({ minimum: 1, maximum: 10_000, default: 1, description: 'How many.' }),
  isHeld: Type.Boolean({
    default: false,
    description: 'Only keeps points and gifts, until somebody confirms it or the time of the shop is over.',
  }),
  expectedPricePoints: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000,
      description: 'Refuses it when one costs another number of points.',
    }),
  ),
  expectedPriceAmount: Type.Optional(
    ref(PositiveAmount, { description: 'Refuses it when one costs another amount of money on top.' }),
  ),
});
export const RedemptionCancel = inputModel('RedemptionCancel', 'How much of a redemption is given up.', {
  quantity: Type.Optional(units('How many; all that are left, when absent.')),
});

const { couponCode: _none, ...attempt } = attemptFields;
export const RedemptionPaymentCreate = inputModel(
  'RedemptionPaymentCreate',
  'An attempt to pay what a gift costs in money.',
  {
    ...attempt,
    amount: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 999_999_999_999_999,
        description: 'Minor units. What is still due, when absent.',
      }),
    ),
  },
);
export const RedemptionPaymentList = model(
  'RedemptionPaymentList',
  'The attempts to pay what a gift costs in money, newest first.',
  { data: Type.Array(ref(PaymentResource), { description: 'The payments.' }) },
);

export const RedemptionModel = model('Redemption', 'Gifts that a member has for points, or asked for.', {
  id: uuid('The redemption.'),
  customerId: uuid('The member.'),
  giftId: uuid('The gift.'),
  giftName: text('What it was called.', 200),
  state: ref(RedemptionStateName),
  quantity: Type.Integer({ description: 'How many were asked for.' }),
  cancelledQuantity: Type.Integer({ description: 'How many of them were given up again.' }),
  unitPoints: Type.Integer({ description: 'What one cost in points.' }),
  unitAmount: ref(PositiveAmount, { description: 'What one costs in money on top of points; 0: nothing.' }),
  taxRateBps: Type.Integer({ description: 'The rate of the tax in it, in basis points.' }),
  taxAmount: ref(PositiveAmount, { description: 'The tax in what all that were asked for cost.' }),
  dueAmount: ref(PositiveAmount, { description: 'What is still to be paid; 0 once it is over.' }),
  paidAmount: ref(PositiveAmount, { description: 'What was paid, refunds not deducted.' }),
  refundedAmount: ref(PositiveAmount, {
    description: 'What of it was given back or is on its way back, for units that were given up.',
  }),
  currency: ref(Currency),
  redeemedAt: nullableInstant('When it was had; null while it is not.'),
  heldUntil: nullableInstant('Until when it is kept, while it is held.'),
  version: versionNumber(),
  createdAt: instantText('When it was asked for.'),
  updatedAt: instantText('When it last changed.'),
});
export const RedemptionPage = pageOf('RedemptionPage', RedemptionModel);

export const presentRedemption = (row: Redemption, { shop }: Ctx) => ({
  id: row.id,
  customerId: row.customerId,
  giftId: row.giftId,
  giftName: row.giftName,
  state: row.state,
  quantity: row.quantity,
  cancelledQuantity: row.cancelledQuantity,
  unitPoints: Number(row.unitPoints),
  unitAmount: Number(row.unitAmount),
  taxRateBps: row.taxRateBps,
  taxAmount: Number(row.taxAmount),
  dueAmount: row.state === 'held' ? Number(dueOf(row)) : 0,
  paidAmount: Number(row.paidAmount),
  refundedAmount: Number(row.refundedAmount),
  currency: shop.currency,
  redeemedAt: instantOrNull(row.redeemedAt),
  heldUntil: instantOrNull(row.dueAt),
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

const grantFields = {
  id: uuid('The grant.'),
  customerId: uuid('The customer.'),
  source: ref(GiftGrantSource),
  name: text('What it is.', 200),
  productId: nullableUuid('The product of the shop that it is; null: something else.'),
  quantity: Type.Integer({ minimum: 0, description: 'How many are owed, or were handed over.' }),
  state: ref(GiftGrantStateName),
  handedOverAt: nullableInstant('When it was handed over; null while it is not.'),
  orderId: nullableUuid('The order that it goes with, or went; null: none.'),
  version: versionNumber(),
  createdAt: instantText('When it was won.'),
  updatedAt: instantText('When it last changed.'),
};
export const GiftGrantModel = model('GiftGrant', 'Goods that a customer is owed as a gift.', grantFields);
export const GiftGrantPage = pageOf('GiftGrantPage', GiftGrantModel);
export const ClaimCodeModel = model('ClaimCode', 'The code that a customer shows at the counter.', {
  giftGrantId: uuid('What it is for.'),
  claimCode: text('The code. It is told here and never again: ask for another one then.', 40),
});
export const GiftHandOver = inputModel('GiftHandOver', 'What a customer shows at the counter.', {
  claimCode: text('The code, however it is read out.', 80),
});

export const presentGiftGrant = (row: GiftGrant) => ({
  id: row.id,
  customerId: row.customerId,
  source: row.source,
  name: row.name,
  productId: row.productId,
  quantity: row.quantity,
  state: row.state,
  handedOverAt: instantOrNull(row.handedOverAt),
  orderId: row.orderId,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
