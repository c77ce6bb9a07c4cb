import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';

const amount = (description: string) => Type.Integer({ description });
const orderId = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  format: 'uuid',
  description: 'The order whose price is paid, also by a settlement for it.',
});
const paymentData = Type.Object({
  subjectType: Type.String({ description: 'What is paid for, such as `order`.' }),
  subjectId: Type.String({ format: 'uuid', description: 'Which one.' }),
  orderId,
  attemptNumber: Type.Integer({ description: 'The number of the attempt.' }),
  provider: Type.String({ description: 'The provider.' }),
  amount: amount('What the attempt was to take. Minor units.'),
  currency: Type.String({ description: 'ISO 4217.' }),
});
const refundData = Type.Object({
  paymentId: Type.String({ format: 'uuid', description: 'The payment that it goes back along.' }),
  subjectType: Type.String({ description: 'What was paid for.' }),
  subjectId: Type.String({ format: 'uuid', description: 'Which one.' }),
  orderId,
  amount: amount('What goes back. Minor units.'),
  currency: Type.String({ description: 'ISO 4217.' }),
  reason: Type.String({ description: 'Why the money goes back.' }),
});

export const paymentEventKinds = {
  succeeded: defineEvent('payment.succeeded', 'A provider took the money.', paymentData),
  failed: defineEvent('payment.failed', 'An attempt failed; another may follow.', paymentData),
  refundRequested: defineEvent('refund.requested', 'Money was set on its way back.', refundData),
  refundSucceeded: defineEvent('refund.succeeded', 'Money was given back.', refundData),
  refundFailed: defineEvent('refund.failed', 'A refund failed and waits for a person.', refundData),
};
