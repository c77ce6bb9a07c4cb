import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import { nullableText, nullableUuid, uuid } from '../../platform/http/schema.ts';

// Notes are not in them: events stay in the feed for good.
const data = Type.Object({
  movementId: uuid('The movement.'),
  kind: Type.String({ description: 'What happened, such as `spent`.' }),
  amount: Type.Integer({ description: 'Minor units. What came in is positive, what left negative.' }),
  balanceAmount: Type.Integer({ description: 'What the wallet holds afterwards. Minor units.' }),
  currency: Type.String({ description: 'ISO 4217.' }),
  reason: nullableText('Why it was credited; null for everything else.'),
  forType: nullableText('What it was for, such as `order`.'),
  forId: nullableUuid('Which one.'),
});

/** What happens to stored value. The subject is the customer. */
export const walletEvents = {
  credited: defineEvent('wallet.credited', "Value came into a customer's wallet.", data),
  debited: defineEvent('wallet.debited', "Value left a customer's wallet.", data),
};
