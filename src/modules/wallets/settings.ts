import { Type } from '@sinclair/typebox';
import { enumeration } from '../../platform/http/schema.ts';
import { defineSettings } from '../../platform/shops/settings.ts';
import { SPEND_ORDERS, type SpendOrder } from './cards/kinds.ts';

const whole = (fallback: number, minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, description });

const SpendOrderName = enumeration(
  'CardSpendOrder',
  'Which part of a load of a card is spent first. `proportional`: both, in the proportion in which they were loaded.',
  SPEND_ORDERS,
);

export const walletsSettings = defineSettings(
  'wallets',
  Type.Object({
    namedCardLimitAmount: whole(
      500_000,
      1,
      999_999_999_999,
      'What may be on a named card after a load with its bonus, in minor units.',
    ),
    bearerCardLimitAmount: whole(
      100_000,
      1,
      999_999_999_999,
      'What may be on a bearer card after a load with its bonus, in minor units.',
    ),
    bearerCardYears: whole(
      3,
      3,
      50,
      'How many years a bearer card pays from its newest load or reactivation on.',
    ),
    cardFullRefundDays: whole(
      7,
      7,
      365,
      'For how many days a load of which nothing is used is paid back in full.',
    ),
    cardLoadHours: whole(24, 1, 720, 'How long a load waits for its payment.'),
    cardSpendOrder: Type.Unsafe<SpendOrder>({
      $ref: `${SpendOrderName.$id ?? ''}#`,
      default: 'principal_first',
      description: 'Which part of a load is spent first.',
    }),
  }),
);
