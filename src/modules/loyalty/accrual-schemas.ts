import { Type } from '@sinclair/typebox';
import { model, nullableText, ref, uuid } from '../../platform/http/schema.ts';
import type { OrderPoints } from './accruals.ts';
import type { PointsEstimate } from './estimate.ts';
import { PointLotModel, presentLot } from './points-schemas.ts';

const points = (description: string) => Type.Integer({ minimum: 0, description });
const multiplier = (description: string) =>
  Type.Integer({ minimum: 0, description: `${description}, in basis points: 10,000 is as they are.` });

const counts = {
  earnedPoints: points('How many points it earned, with what was paid on top later.'),
  unearnedPoints: points('How many of them went with goods that came back, or with what they cost less now.'),
};
const LinePoints = model('OrderLinePoints', 'The share of a line in what its order earned.', {
  lineId: uuid('The line.'),
  ...counts,
});
export const OrderPointsModel = model('OrderPoints', 'What an order earned.', {
  orderId: uuid('The order.'),
  ...counts,
  forgivenPoints: points('How many of the unearned ones the shop let go of, because they were spent.'),
  tierMultiplierBps: multiplier('By how much the tier of the member multiplied them'),
  campaignMultiplierBps: multiplier('By how much campaigns multiplied them'),
  lines: Type.Array(ref(LinePoints), {
    description: 'By line; they sum to those of the order. Empty where it earned nothing.',
  }),
  lots: Type.Array(ref(PointLotModel), { description: 'The lots that they came in, oldest first.' }),
});

export const QuotePoints = model('QuotePoints', 'What an order of this basket would earn.', {
  earnedPoints: points('How many points it earns when it is paid.'),
  isMember: Type.Boolean({ description: 'The buyer takes part. Others earn it only once they do.' }),
  cappedBy: nullableText('`order` or `period`: which limit took something off; null where none did.'),
  linePoints: Type.Array(points('How many.'), {
    description: 'By line of the quote; they sum to the points.',
  }),
});

export const presentOrderPoints = (orderId: string, { accrual, lines, lots }: OrderPoints) => ({
  orderId,
  earnedPoints: Number(accrual?.earnedPoints ?? 0),
  unearnedPoints: Number(accrual?.unearnedPoints ?? 0),
  forgivenPoints: Number(accrual?.forgivenPoints ?? 0),
  tierMultiplierBps: accrual?.tierMultiplierBps ?? 10_000,
  campaignMultiplierBps: accrual?.campaignMultiplierBps ?? 10_000,
  lines: lines.map((line) => ({
    lineId: line.lineId,
    earnedPoints: Number(line.earnedPoints),
    unearnedPoints: Number(line.unearnedPoints),
  })),
  lots: lots.map(presentLot),
});

export const presentEstimate = (estimate: PointsEstimate | undefined) =>
  estimate
    ? {
        earnedPoints: Number(estimate.points),
        isMember: estimate.isMember,
        cappedBy: estimate.cappedBy,
        linePoints: estimate.shares.map(Number),
      }
    : null;
