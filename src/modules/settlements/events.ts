import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';

const about = Type.Object({
  name: Type.String({ description: 'What the shop calls the policy.' }),
  ruleVersion: Type.Integer({ description: 'The version of its rule that is in force from now on.' }),
});

export const policyEvents = {
  created: defineEvent(
    'price_difference_policy.created',
    'A promise to pay price differences was made.',
    about,
  ),
  changed: defineEvent(
    'price_difference_policy.changed',
    'The promise has another rule for orders from now on; earlier orders keep the one they were placed under.',
    about,
  ),
  archived: defineEvent(
    'price_difference_policy.archived',
    'The promise is made to no new orders; earlier ones keep it.',
    about,
  ),
};

const settlementData = Type.Object({
  orderId: Type.String({ format: 'uuid', description: 'The order.' }),
  customerId: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'uuid',
    description: 'Whose order it is.',
  }),
  direction: Type.String({ description: 'to_customer or from_customer.' }),
  reason: Type.String({ description: 'Why.' }),
  state: Type.String({ description: 'The state after the event.' }),
  amount: Type.Integer({ description: 'Minor units.' }),
  currency: Type.String({ description: 'ISO 4217.' }),
  dueAt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'Until when it is to be answered, or paid by the customer.',
  }),
});

export const settlementEvents = {
  opened: defineEvent(
    'settlement.opened',
    'A settlement was opened and waits for a decision.',
    settlementData,
  ),
  offered: defineEvent(
    'settlement.offered',
    'The shop offered a settlement, and the customer has the turn.',
    settlementData,
  ),
  countered: defineEvent(
    'settlement.countered',
    'One side offered another amount, and the other has the turn.',
    settlementData,
  ),
  accepted: defineEvent(
    'settlement.accepted',
    'A settlement was accepted: money to the customer is on its way, money from the customer is to be paid.',
    settlementData,
  ),
  expired: defineEvent(
    'settlement.expired',
    'Nobody answered an offer in time, or what was accepted was not paid in time.',
    settlementData,
  ),
  settled: defineEvent('settlement.settled', 'The money of a settlement has arrived.', settlementData),
  failed: defineEvent('settlement.failed', 'Money of a settlement did not arrive.', settlementData),
  declined: defineEvent('settlement.declined', 'A settlement was declined, with a reason.', settlementData),
  cancelled: defineEvent('settlement.cancelled', 'A settlement was withdrawn.', settlementData),
};

const sweepData = Type.Object({
  reason: Type.String({ description: 'What it looked for.' }),
  cause: Type.String({ description: 'requested or price_changed.' }),
  isDryRun: Type.Boolean({ description: 'Nothing was opened.' }),
  foundLineCount: Type.Integer({ description: 'Order lines that were looked at.' }),
  openedCount: Type.Integer({ description: 'Settlements that were opened.' }),
  waitingLineCount: Type.Integer({ description: 'Lines that wait until another settlement ends.' }),
  customerCount: Type.Integer({ description: 'Customers for whom something was opened.' }),
  openedAmount: Type.Integer({ description: 'What was opened, in minor units.' }),
  currency: Type.String({ description: 'ISO 4217.' }),
});

export const sweepEvents = {
  finished: defineEvent(
    'price_protection_sweep.finished',
    'A sweep of price protection has looked at everything.',
    sweepData,
  ),
  cancelled: defineEvent(
    'price_protection_sweep.cancelled',
    'A sweep of price protection was cancelled.',
    sweepData,
  ),
};
