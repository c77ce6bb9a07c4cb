import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

export const calendarSettings = defineSettings(
  'calendar',
  Type.Object({
    handlingDays: Type.Integer({
      minimum: 0,
      maximum: 90,
      default: 1,
      description:
        'How many working days an order takes until it leaves, beside the lead time of its products.',
    }),
    cutOffHour: Type.Integer({
      minimum: 0,
      maximum: 24,
      default: 14,
      description:
        'What is ordered on a working day before this hour counts as of that day. 0: as of the next working day, 24: all of it.',
    }),
  }),
);
