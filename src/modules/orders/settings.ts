import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

const whole = (fallback: number, maximum: number, description: string) =>
  Type.Integer({ minimum: 1, maximum, default: fallback, description });

export const ordersSettings = defineSettings(
  'orders',
  Type.Object({
    quoteHoldMinutes: whole(15, 1440, 'For how many real minutes the token of a quote holds its prices.'),
    firstReminderMinutes: whole(10, 1440, 'How long after placing an unpaid order gets its first reminder.'),
    secondReminderHours: whole(24, 720, 'How long after placing it gets the second one.'),
    lapseHours: whole(24, 720, 'How long an unpaid order stands before its grace begins.'),
    lapseGraceHours: whole(
      24,
      720,
      'How long the grace lasts; then the order lapses and gives its stock back.',
    ),
    autoCompleteDays: whole(14, 365, 'How many days after delivery a paid order completes by itself.'),
    accountReminderDays: whole(3, 90, 'How many days before an order on account is due it is reminded of.'),
    accountGraceDays: whole(1, 90, 'How many days after it was due it counts as overdue.'),
    shipsBeforeDeposit: Type.Boolean({
      default: false,
      description: 'Whether an order on account leaves before the deposit that was agreed on is paid.',
    }),
    deliveryDays: whole(5, 90, 'How many days a parcel usually takes; reminders tell it.'),
  }),
);
