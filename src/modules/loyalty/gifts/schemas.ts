import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  nullableUuid,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import type { Ctx } from '../../../platform/context.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { giftStates } from './states.ts';
import type { LoyaltyGift } from './tables.ts';

const MOST = 1_000_000;
export const GiftStateName = enumeration(
  'LoyaltyGiftState',
  'One that is archived cannot be had; what members have of it stays theirs.',
  giftStates.names,
);
const name = () => text('What it is called.', 200);
const description = () => nullableText('What it is, in words.', { maxLength: 2_000 });
const productId = () =>
  nullableUuid(
    'The product of the shop that it is; null: something else, which is handed over at the counter.',
  );
const pricePoints = () =>
  Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'What one costs in points.' });
const priceAmount = () =>
  Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000_000,
    description: 'What one costs in money on top of points, in minor units, tax included; 0: nothing.',
  });
const taxRateBps = () =>
  Type.Integer({
    minimum: 0,
    maximum: 10_000,
    description: 'The rate of the tax in it, in basis points.',
  });
const memberLimit = () =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: MOST,
    description: 'How many one member can have in all. Null: any number.',
  });
const minimumTierKey = () =>
  nullableText('The tier that a member has to have at least. Null: any.', { minLength: 1, maxLength: 40 });
const availableFrom = () => nullableInstant('From when on it can be had; at once when null.');
const availableUntil = () => nullableInstant('Until when; without an end when null.');

export const LoyaltyGiftCreate = inputModel('LoyaltyGiftCreate', 'A gift that members can have for points.', {
  name: name(),
  description: Type.Optional(description()),
  productId: Type.Optional(productId()),
  pricePoints: pricePoints(),
  priceAmount: Type.Optional(priceAmount()),
  taxRateBps: Type.Optional(taxRateBps()),
  stockQuantity: Type.Integer({ minimum: 0, maximum: MOST, description: 'How many there are to be had.' }),
  memberLimit: Type.Optional(memberLimit()),
  minimumTierKey: Type.Optional(minimumTierKey()),
  availableFrom: Type.Optional(availableFrom()),
  availableUntil: Type.Optional(availableUntil()),
});
export const LoyaltyGiftUpdate = inputModel(
  'LoyaltyGiftUpdate',
  'What members can have from now on, as JSON merge patch; what they have stays as it is.',
  {
    name: Type.Optional(name()),
    description: Type.Optional(description()),
    productId: Type.Optional(productId()),
    pricePoints: Type.Optional(pricePoints()),
    priceAmount: Type.Optional(priceAmount()),
    taxRateBps: Type.Optional(taxRateBps()),
    memberLimit: Type.Optional(memberLimit()),
    minimumTierKey: Type.Optional(minimumTierKey()),
    availableFrom: Type.Optional(availableFrom()),
    availableUntil: Type.Optional(availableUntil()),
    state: Type.Optional(ref(GiftStateName)),
  },
);
export const LoyaltyGiftStockChange = inputModel(
  'LoyaltyGiftStockChange',
  'More of a gift are to be had, or fewer.',
  {
    changeQuantity: Type.Integer({
      minimum: -MOST,
      maximum: MOST,
      description: 'How many more; fewer where it is less than nothing.',
    }),
  },
);

export const LoyaltyGiftModel = model('LoyaltyGift', 'A gift that members can have for points.', {
  id: uuid('The gift.'),
  name: name(),
  description: description(),
  productId: productId(),
  state: ref(GiftStateName),
  pricePoints: pricePoints(),
  priceAmount: priceAmount(),
  taxRateBps: taxRateBps(),
  currency: ref(Currency),
  leftQuantity: Type.Integer({ minimum: 0, description: 'How many are left to be had.' }),
  memberLimit: memberLimit(),
  minimumTierKey: minimumTierKey(),
  availableFrom: availableFrom(),
  availableUntil: availableUntil(),
  version: versionNumber(),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When it last changed.'),
});
export const LoyaltyGiftPage = pageOf('LoyaltyGiftPage', LoyaltyGiftModel);

export const presentGift = (row: LoyaltyGift, { shop }: Ctx) => ({
  id: row.id,
  name: row.name,
  description: row.description,
  productId: row.productId,
  state: row.state,
  pricePoints: Number(row.pricePoints),
  priceAmount: Number(row.priceAmount),
  taxRateBps: row.taxRateBps,
  currency: shop.currency,
  leftQuantity: row.leftQuantity,
  memberLimit: row.memberLimit,
  minimumTierKey: row.minimumTierKey,
  availableFrom: instantOrNull(row.availableFrom),
  availableUntil: instantOrNull(row.availableUntil),
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** What shop fronts show: not how many are left, only whether any is. */
const OfferedGiftModel = model('OfferedGift', 'A gift as shop fronts show it.', {
  id: uuid('The gift.'),
  name: name(),
  description: description(),
  productId: productId(),
  pricePoints: pricePoints(),
  priceAmount: priceAmount(),
  currency: ref(Currency),
  memberLimit: memberLimit(),
  minimumTierKey: minimumTierKey(),
  availableUntil: availableUntil(),
  isLeft: Type.Boolean({ description: 'Whether any is left at this moment.' }),
});
export const OfferedGiftPage = pageOf('OfferedGiftPage', OfferedGiftModel);

export const presentOfferedGift = (row: LoyaltyGift, { shop }: Ctx) => ({
  id: row.id,
  name: row.name,
  description: row.description,
  productId: row.productId,
  pricePoints: Number(row.pricePoints),
  priceAmount: Number(row.priceAmount),
  currency: shop.currency,
  memberLimit: row.memberLimit,
  minimumTierKey: row.minimumTierKey,
  availableUntil: instantOrNull(row.availableUntil),
  isLeft: row.leftQuantity > 0,
});
