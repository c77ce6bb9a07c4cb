import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

const whole = (fallback: number, [minimum, maximum]: readonly [number, number], description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, description });

/** The longest that anybody has time to answer an offer or to pay: 90 days. */
export const MOST_HOURS = 2_160;

export const settlementsSettings = defineSettings(
  'settlements',
  Type.Object({
    offerHours: whole(
      72,
      [1, MOST_HOURS],
      'How long the other side has to answer an offer that says nothing else.',
    ),
    payHours: whole(72, [1, MOST_HOURS], 'How long a customer has to pay what they accepted.'),
    counterOffers: whole(3, [0, 20], 'How many counter-offers there may be, of both sides together.'),
    linkHours: whole(168, [1, MOST_HOURS], 'For how many real hours a link counts that says nothing else.'),
    satisfactionAfterDays: whole(
      7,
      [1, 90],
      'How many days after a settlement its customer is asked whether they are satisfied with it.',
    ),
  }),
);
