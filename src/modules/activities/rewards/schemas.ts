import { type Static, Type } from '@sinclair/typebox';
import { model, nullableUuid, scalar, text, uuid } from '../../../platform/http/schema.ts';
import { MAX_AMOUNT } from '../../../platform/money.ts';

const value = (description: string) =>
  Type.Optional(
    Type.Integer({ minimum: 0, maximum: Number(MAX_AMOUNT), description: `${description} Minor units.` }),
  );

const Points = model(
  'PointsReward',
  'Points of the loyalty programme. Who is no member yet has them once they are.',
  {
    kind: Type.Literal('points', { description: 'Points.' }),
    points: Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'How many.' }),
    valueAmount: value('What they are worth to the shop’s budget; nothing when absent.'),
  },
);
const CouponCode = model('CouponReward', 'A code of a coupon, of the participant’s own.', {
  kind: Type.Literal('coupon', { description: 'A coupon.' }),
  couponDefinitionId: uuid('The definition; its codes belong to customers.'),
  valueAmount: value('What it is worth to the shop’s budget; nothing when absent.'),
});
const StoredValue = model('StoredValueReward', 'Stored value in the participant’s wallet.', {
  kind: Type.Literal('stored_value', { description: 'Stored value.' }),
  amount: Type.Integer({ minimum: 1, maximum: Number(MAX_AMOUNT), description: 'How much, in minor units.' }),
});
const Goods = model(
  'GoodsReward',
  'Goods: a gift that goes with an order, or is handed over at the counter.',
  {
    kind: Type.Literal('goods', { description: 'Goods.' }),
    name: text('What it is, as customers read it.', 200),
    productId: Type.Optional(nullableUuid('Which product of the shop; null: none, it is handed over only.')),
    quantity: Type.Integer({ minimum: 1, maximum: 1_000, description: 'How many.' }),
    marketAmount: Type.Integer({
      minimum: 0,
      maximum: Number(MAX_AMOUNT),
      description: 'What one costs on the market, with tax, in minor units.',
    }),
  },
);

const KINDS = [Points, CouponCode, StoredValue, Goods] as const;

/** What a participant can get. */
export type Reward = Static<(typeof KINDS)[number]>;

export const RewardModel = scalar<Reward>('ActivityRewardTerms', {
  type: 'object',
  description: 'What a participant can get.',
  discriminator: { propertyName: 'kind' },
  oneOf: KINDS.map(({ $id }) => ({ $ref: `${$id ?? ''}#` })),
});
