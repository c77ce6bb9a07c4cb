import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import {
  instantText,
  model,
  nullableText,
  nullableUuid,
  ref,
  text,
  uuid,
} from '../../platform/http/schema.ts';

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

const settlementFields = {
  orderId: Type.String({ format: 'uuid', description: 'The order.' }),
  customerId: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'uuid',
    description: 'Whose order it is.',
  }),
  direction: Type.String({ description: 'to_customer or from_customer.' }),
  reason: Type.String({ description: 'Why.' }),
  state: Type.String({ description: 'The state after the event.' }),
  amount: Type.Integer({
    description: 'What changes hands, freight included; of offers, the newest. Minor units.',
  }),
  currency: Type.String({ description: 'ISO 4217.' }),
  dueAt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'Until when it is to be answered, or paid by the customer.',
  }),
};
const settlementData = Type.Object(settlementFields);

const orderNumber = text('The number of the order, as its customer knows it.', 60);
const concernedLine = {
  lineId: uuid('The line of the order.'),
  productId: uuid('The product.'),
  productName: text('What the product was called when it was ordered.', 200),
  quantity: Type.Integer({ description: 'The units that the settlement concerns.' }),
};
const settledLine = model('EventSettledLine', 'A line of an order in a settlement that is over.', {
  ...concernedLine,
  amount: Type.Integer({ description: 'Its part. Minor units.' }),
});
const reviewableLine = model('EventReviewableLine', 'A line of an order that its customer may review.', {
  ...concernedLine,
  deliveredQuantity: Type.Integer({
    description:
      'How many units of the line were delivered by then. Only what was delivered can be reviewed.',
  }),
});
const settledData = Type.Object({
  ...settlementFields,
  orderNumber,
  payoutMethod: nullableText('How the money went, such as original_payment; null when the customer paid it.'),
  settledAt: instantText('When the money had arrived.'),
  lines: Type.Array(ref(settledLine), { description: 'The lines of the order, each with its part.' }),
});
const invitationData = Type.Object({
  orderId: uuid('The order.'),
  orderNumber,
  customerId: nullableUuid('Whose order it is.'),
  lines: Type.Array(ref(reviewableLine), {
    description: 'The lines of the order that can be reviewed, once they are delivered.',
  }),
});
const answerData = Type.Object({
  orderId: uuid('The order.'),
  customerId: nullableUuid('Whose order it is.'),
  isSatisfied: Type.Boolean({
    description: 'Whether they are satisfied. What else they said is with the settlement.',
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
  settled: defineEvent(
    'settlement.settled',
    'The money of a settlement has arrived. Confirmation and thanks are due.',
    settledData,
  ),
  reviewInvited: defineEvent(
    'settlement.review_invited',
    'A settlement is over: its customer is invited to review what they bought, whatever was settled, and whatever they will say.',
    invitationData,
  ),
  satisfactionAsked: defineEvent(
    'settlement.satisfaction_asked',
    'Some days have passed since a settlement: its customer is to be asked whether they are satisfied with it.',
    settlementData,
  ),
  satisfactionAnswered: defineEvent(
    'settlement.satisfaction_answered',
    'A customer said whether they are satisfied with a settlement.',
    answerData,
  ),
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
