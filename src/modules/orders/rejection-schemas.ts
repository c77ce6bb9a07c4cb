import { Type } from '@sinclair/typebox';
import { model, PositiveAmount, ref, text, uuid } from '../../platform/http/schema.ts';
import { RejectionReasonName } from '../campaigns/reason-schemas.ts';
import type { TracedRejection } from '../campaigns/engine/trace.ts';

export const multiplier = () =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'By how much it multiplies points, in basis points; null: not at all.',
  });

const identity = {
  campaignId: uuid('The campaign.'),
  campaignVersion: Type.Integer({ description: 'Its version.' }),
  name: text('Its name.', 200),
};
export const OrderCampaignModel = model('OrderCampaign', 'What a campaign does for an order.', {
  ...identity,
  discountAmount: ref(PositiveAmount, { description: 'What it takes off the goods.' }),
  freightDiscountAmount: ref(PositiveAmount, { description: 'What it takes off shipping.' }),
  pointsMultiplierBps: multiplier(),
});

export const RejectedCampaignModel = model(
  'RejectedCampaign',
  'A campaign that does nothing for a basket, and why.',
  {
    ...identity,
    reason: ref(RejectionReasonName),
    withCampaignIds: Type.Array(uuid('A campaign.'), {
      description: 'Where it does not combine: with which campaigns that are applied.',
    }),
  },
);

export const presentRejections = (rejected: readonly TracedRejection[]) =>
  rejected.map(({ isHidden: _isHidden, ...one }) => ({ ...one, withCampaignIds: [...one.withCampaignIds] }));
