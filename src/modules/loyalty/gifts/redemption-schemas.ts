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
  ref,
  text,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { giftGrantStates, redemptionStates } from './states.ts';
import type { GiftGrant, Redemption } from './tables.ts';

export const RedemptionStateName = enumeration(
  'RedemptionState',
  '`held`: points and gifts are kept until somebody confirms it. `cancelled` and `expired`: the points are back.',
  redemptionStates.names,
);
export const GiftGrantStateName = enumeration(
  'GiftGrantState',
  '`open`: it is owed. `cancelled`: it is not owed any more.',
  giftGrantStates.names,
);
const GiftGrantSource = enumeration('GiftGrantSource', 'What a gift was won with.', ['redemption']);
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
});
export const RedemptionCancel = inputModel('RedemptionCancel', 'How much of a redemption is given up.', {
  quantity: Type.Optional(units('How many; all that are left, when absent.')),
});

export const RedemptionModel = model('Redemption', 'Gifts that a member has for points, or asked for.', {
  id: uuid('The redemption.'),
  customerId: uuid('The member.'),
  giftId: uuid('The gift.'),
  giftName: text('What it was called.', 200),
  state: ref(RedemptionStateName),
  quantity: Type.Integer({ description: 'How many were asked for.' }),
  cancelledQuantity: Type.Integer({ description: 'How many of them were given up again.' }),
  unitPoints: Type.Integer({ description: 'What one cost in points.' }),
  redeemedAt: nullableInstant('When it was had; null while it is not.'),
  heldUntil: nullableInstant('Until when it is kept, while it is held.'),
  version: versionNumber(),
  createdAt: instantText('When it was asked for.'),
  updatedAt: instantText('When it last changed.'),
});
export const RedemptionPage = pageOf('RedemptionPage', RedemptionModel);

export const presentRedemption = (row: Redemption) => ({
  id: row.id,
  customerId: row.customerId,
  giftId: row.giftId,
  giftName: row.giftName,
  state: row.state,
  quantity: row.quantity,
  cancelledQuantity: row.cancelledQuantity,
  unitPoints: Number(row.unitPoints),
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
