import { Type } from '@sinclair/typebox';
import { MAX_AMOUNT } from '../../platform/money.ts';
import { defineSettings } from '../../platform/shops/settings.ts';

export const activitySettings = defineSettings(
  'activities',
  Type.Object({
    sharingForbiddenChannels: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' }), {
      maxItems: 50,
      uniqueItems: true,
      default: ['wechat'],
      description:
        'Channels that forbid to share for rewards, likes or help: what is passed on for them is off there.',
    }),
    drawPrizeLimitAmount: Type.Integer({
      minimum: 0,
      maximum: Number(MAX_AMOUNT),
      default: 5_000_000,
      description:
        'What one ticket of a draw, and all tickets of one purchase, can bring at most, at market value in minor units. Looked at when a draw ' +
        'is scheduled or started.',
    }),
    giftDepositsEnabled: Type.Boolean({
      default: false,
      description:
        'Whether customers can pay deposits with gifts. Off until the shop turns it on: such deposits are money that it owes.',
    }),
    giftDepositLimitAmount: Type.Integer({
      minimum: 0,
      maximum: Number(MAX_AMOUNT),
      default: 10_000_000,
      description:
        'What all customers together can have deposited with gifts at most, and not back yet, in minor units.',
    }),
    insiderSegmentIds: Type.Array(Type.String({ format: 'uuid' }), {
      maxItems: 20,
      uniqueItems: true,
      default: [],
      description: 'Segments of staff and of who tests: their tickets are marked in what a draw publishes.',
    }),
  }),
);
